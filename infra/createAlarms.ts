import { Stack } from 'aws-cdk-lib';
import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AlarmDefinition, DEAD_LETTER_ALARM, TARGET_ALARMS } from './alarmDefinitions.ts';
import type { EvaluationWindow } from './metrics.ts';
import type { ProviderFunction } from './providerFunction.ts';
import type { Runbook } from './runbookLink.ts';

export interface AlarmsProps {
  readonly functions: readonly ProviderFunction[];
  readonly window: EvaluationWindow;
  readonly ledger: Table;
  readonly deadLetters: IQueue;
  /** gets a message when an alarm fires and when it is resolved; `null`: no notifications */
  readonly topic: ITopic | null;
  readonly runbook: Runbook;
}

/** All CloudWatch alarms of a deployment: those of each target, and that of the dead-letter queue. */
export class Alarms extends Construct {
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { functions, window, ledger, deadLetters, topic, runbook } = props;
    const shared = { deployment: deploymentName(scope), runbook, topic };
    const targetAlarms = functions.flatMap(({ policies, log }) =>
      policies.flatMap(({ policy: { target, recipient } }) => {
        const subject = { target, recipient, window, table: ledger.tableName, log: log.logGroupName };
        const targetScope = new Construct(this, target);
        return TARGET_ALARMS.map((definition) =>
          createAlarm(targetScope, definition, subject, target, shared),
        );
      }),
    );
    const queueAlarm = createAlarm(this, DEAD_LETTER_ALARM, deadLetters, null, shared);
    this.alarms = [...targetAlarms, queueAlarm].filter((alarm) => alarm !== null);
  }
}

/** What the alarms of one deployment have in common. */
interface SharedProps {
  /** prefix of each alarm's name, so that two deployments in one account do not conflict */
  readonly deployment: string;
  readonly runbook: Runbook;
  readonly topic: ITopic | null;
}

/**
 * Creates an alarm whose description says what to do; `null` if it could never fire.
 * @param target in the alarm's name; `null`: the alarm belongs to no target
 * @returns a reference by name, so that the dashboard does not depend on the alarm resource (moto creates no alarms)
 */
function createAlarm<Subject>(
  scope: Construct,
  { title, meaning, firstStep, condition }: AlarmDefinition<Subject>,
  subject: Subject,
  target: string | null,
  { deployment, runbook, topic }: SharedProps,
): IAlarm | null {
  const conditionProps = condition(subject);
  if (conditionProps === null) return null;
  const alarmName = [`${deployment}:`, ...(target === null ? [] : [target]), title.toLowerCase()].join(' ');
  const alarm = new Alarm(scope, title, {
    ...conditionProps,
    alarmName,
    alarmDescription: `${meaning(subject)}\nFirst: ${firstStep(subject)}\nThen: ${runbook.link(title)}`,
  });
  if (topic !== null) {
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return Alarm.fromAlarmName(alarm, 'Named', alarmName);
}

/** The stack's name, and the construct path below it if the construct is part of another stack. */
function deploymentName(installation: Construct): string {
  const stack = Stack.of(installation);
  const path = installation.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...path.filter((id) => id !== 'Default')].join('/');
}

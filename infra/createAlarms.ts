import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Runbook } from '../language/index.ts';
import {
  ALERT_ALARMS,
  type AlarmDefinition,
  DEAD_LETTER_ALARM,
  WATCHER_ALARM,
  type WatchedDeployment,
} from './alarmDefinitions.ts';

export interface AlarmsProps {
  readonly watched: WatchedDeployment;
  readonly deadLetters: IQueue;
  /** each gets a message when an alarm fires and when it is resolved */
  readonly topics: readonly ITopic[];
  readonly runbook: Runbook;
}

/**
 * All CloudWatch alarms of a deployment. Their number does not depend on the number of targets: an event or the watcher's log names
 * the target.
 */
export class Alarms extends Construct {
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, { watched, deadLetters, topics, runbook }: AlarmsProps) {
    super(scope, id);
    const shared = { deployment: watched.deployment, runbook, topics };
    const alarms = [
      ...[...ALERT_ALARMS, WATCHER_ALARM].map((one) => createAlarm(this, one, watched, shared)),
      createAlarm(this, DEAD_LETTER_ALARM, deadLetters, shared),
    ];
    this.alarms = alarms.filter((alarm) => alarm !== null);
  }
}

/** What the alarms of one deployment have in common. */
interface SharedProps {
  /** prefix of each alarm's name, so that two deployments in one account do not conflict */
  readonly deployment: string;
  readonly runbook: Runbook;
  readonly topics: readonly ITopic[];
}

/**
 * Creates an alarm whose description says what to do; `null` if it could never fire.
 * @returns a reference by name, so that the dashboard does not depend on the alarm resource (moto creates no alarms)
 */
function createAlarm<Subject>(
  scope: Construct,
  { title, meaning, firstStep, condition }: AlarmDefinition<Subject>,
  subject: Subject,
  { deployment, runbook, topics }: SharedProps,
): IAlarm | null {
  const conditionProps = condition(subject);
  if (conditionProps === null) return null;
  const alarmName = `${deployment}: ${title.toLowerCase()}`;
  const alarm = new Alarm(scope, title, {
    ...conditionProps,
    alarmName,
    alarmDescription: `${meaning(subject)}\nFirst: ${firstStep(subject)}\nThen: ${runbook.link(title)}`,
  });
  for (const topic of topics) {
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return Alarm.fromAlarmName(alarm, 'Named', alarmName);
}

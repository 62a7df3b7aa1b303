import { Stack } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmOf } from './alarms/alarm.ts';
import { deadLetters as deadLettersAlarm, TARGET_ALARMS } from './alarms/index.ts';
import type { EvaluationWindow } from './metrics.ts';
import type { ProviderFunction } from './providerFunction.ts';
import type { Runbook } from './runbookLink.ts';

export interface WatchProps {
  readonly acceptors: readonly ProviderFunction[];
  readonly rhythm: EvaluationWindow;
  readonly ledger: Table;
  readonly deadLetters: IQueue;
  /** who is told when an alarm sounds and when it is over; `null`: nobody */
  readonly topic: ITopic | null;
  readonly runbook: Runbook;
}

/** Everything that wakes somebody. */
export class Watch extends Construct {
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const { acceptors, rhythm, ledger, deadLetters, topic, runbook } = props;
    const watching = { name: nameOf(scope), runbook, topic };
    const ofTargets = acceptors.flatMap(({ policies, log }) =>
      policies.flatMap(({ policy: { target, recipient } }) => {
        const subject = { target, recipient, rhythm, table: ledger.tableName, log: log.logGroupName };
        const own = new Construct(this, target);
        return TARGET_ALARMS.map((kind) => alarmOf(own, kind.title, kind, subject, target, watching));
      }),
    );
    const ofQueue = alarmOf(this, deadLettersAlarm.title, deadLettersAlarm, deadLetters, null, watching);
    this.alarms = [...ofTargets, ofQueue].filter((alarm) => alarm !== null);
  }
}

/** That of the stack, with the way from there where it is somebody else's. */
function nameOf(installation: Construct): string {
  const stack = Stack.of(installation);
  const way = installation.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...way.filter((id) => id !== 'Default')].join('/');
}

import type { AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { Policy } from '../../core/policy.ts';
import type { EvaluationWindow } from '../metrics.ts';

/** What sounds, and what it says to whoever it wakes. */
export interface AlarmKind<Subject> {
  /** the heading of docs/runbook.md that says the rest; stable, for others may listen to it by name */
  readonly title: string;
  /** what is so, and what is at stake: a sentence or two */
  means(subject: Subject): string;
  /** what to type, or to do, before anything else */
  first(subject: Subject): string;
  /** @returns `null` where it could never sound */
  watch(subject: Subject): Watch | null;
}

export type Watch = Required<
  Pick<
    AlarmProps,
    | 'metric'
    | 'threshold'
    | 'comparisonOperator'
    | 'evaluationPeriods'
    | 'datapointsToAlarm'
    | 'treatMissingData'
  >
>;

/** What most alarms are about. */
export interface WatchedTarget {
  readonly target: string;
  readonly recipient: Policy['recipient'];
  readonly rhythm: EvaluationWindow;
  /** names of its table and of its log, for commands that can be typed as they are */
  readonly table: string;
  readonly log: string;
}

export function statusCommand({ target, table }: WatchedTarget): string {
  return `vif-acceptor status --policy policy/${target}.yaml --ledger dynamodb:${table}`;
}

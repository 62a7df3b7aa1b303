import { Duration } from 'aws-cdk-lib';
import { type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { DeadlineThreshold } from '../core/deadline.ts';
import type { MetricName } from '../core/metrics.ts';
import type { Policy } from '../core/policy.ts';
import { type EvaluationWindow, targetMetric } from './metrics.ts';

/** An alarm and the text that an on-call engineer reads with it. `createAlarms.ts` makes it. */
export interface AlarmDefinition<Subject> {
  /** A heading of docs/runbook.md. Stable: other systems may subscribe to the alarm by its name. */
  readonly title: string;
  /** what happened and what is at risk, in one or two sentences */
  meaning(subject: Subject): string;
  /** the first command to run */
  firstStep(subject: Subject): string;
  /** @returns `null` if the alarm could never fire for this subject */
  condition(subject: Subject): AlarmCondition | null;
}

export type AlarmCondition = Required<
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

/** A target, with the names that its alarms' commands need. */
export interface WatchedTarget {
  readonly target: string;
  readonly recipient: Policy['recipient'];
  readonly window: EvaluationWindow;
  /** name of the ledger's table */
  readonly table: string;
  /** name of the function's log group */
  readonly log: string;
}

function statusCommand({ target, table }: WatchedTarget): string {
  return `vif-acceptor status --policy policy/${target}.yaml --ledger dynamodb:${table}`;
}

/**
 * Two successful runs can finish almost two intervals apart: a fast one, then one that ends shortly before its time-out. Three
 * intervals without a report therefore mean that at least one scheduled run did not finish. (CloudWatch also evaluates the two
 * intervals before those, and waits until they are silent too: the alarm fires after three to five intervals.)
 */
const SILENT_INTERVALS = 3;

/**
 * The next run retries after a single failure, which is published as `Run Failed`. If more than half of the runs in a window
 * fail, the problem does not resolve itself. This is detected after half an hour (after the second run, if runs are an hour
 * apart), which leaves 5 of the 6 hours that the last deadline warning gives. The average covers the runs that reported; `Not
 * running` covers those that did not. Exactly half does not fire: a sliding window may contain two runs, one of which failed.
 */
const FAILED_SHARE = 0.5;

/**
 * One of the thresholds at which a warning is published. 72 hours are published only: they span a weekend, and need not
 * wake anyone. 24 hours always include a working day, which is what a policy change with its review takes. 6 hours are
 * too late to start.
 */
const DEADLINE_HOURS = '24' satisfies DeadlineThreshold;

/** The alarms of every target, the most urgent first. docs/runbook.md has a heading for each, in this order. */
export const TARGET_ALARMS: readonly AlarmDefinition<WatchedTarget>[] = [
  {
    title: 'Not running',
    meaning: ({ target, window }) =>
      `No run for target ${target} finished during the last ${SILENT_INTERVALS * window.interval.toMinutes()} minutes. ` +
      'Pending requests are not processed: nothing is accepted, and no deadline warning is published.',
    firstStep: ({ log }) => `aws logs tail ${log} --since 1h`,
    condition: ({ target, window }) => ({
      // Failed runs report 0, so the number of finished runs is the sample count, not the sum.
      metric: targetMetric('RunCompleted', target, 'SampleCount', window.interval),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: SILENT_INTERVALS,
      datapointsToAlarm: SILENT_INTERVALS,
      // Missing data is what this alarm detects.
      treatMissingData: TreatMissingData.BREACHING,
    }),
  },
  {
    title: 'Run failing',
    meaning: ({ target, window }) =>
      `More than half of the runs for target ${target} that reported during the last ${window.duration.toMinutes()} minutes failed. ` +
      'While runs fail, nothing is accepted and requests can expire.',
    firstStep: ({ target, table }) =>
      `vif-acceptor doctor --policy policy/${target}.yaml --ledger dynamodb:${table}`,
    condition: ({ target, window }) => ({
      metric: targetMetric('RunFailed', target, 'Average', window.duration),
      threshold: FAILED_SHARE,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }),
  },
  {
    // Measures the nearest earliest expiry that is known. An unknown one has no metric: it is published at once (`Deadline
    // Near` without hours), and again 72, 24 and 6 hours before the latest expiry. While runs fail there is no metric either:
    // the alarm then stays on for one more window, in which `Run failing` fires; warnings are published from the ledger.
    title: 'Deadline near',
    meaning: ({ target }) =>
      `A request to target ${target} that is not accepted may expire within ${DEADLINE_HOURS} hours. ` +
      'After that its requester must create a new one. (OK means nothing while runs fail or do not run.)',
    firstStep: statusCommand,
    condition: (subject) =>
      subject.recipient.expiry === null
        ? null
        : {
            ...firesOnce('HoursToDeadline', subject),
            metric: targetMetric('HoursToDeadline', subject.target, 'Minimum', subject.window.interval),
            threshold: Number(DEADLINE_HOURS),
            comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
          },
  },
  {
    // One is enough: a request that expires was published when it was held and at every threshold, or something is broken.
    title: 'Request expired',
    meaning: ({ target }) =>
      `A request to target ${target} expired without being accepted. If the policy allowed it, the acceptor failed to do its job; ` +
      'if the request was not wanted, nothing is lost.',
    firstStep: statusCommand,
    condition: (subject) => firesOnce('Expired', subject),
  },
  {
    title: 'Confirm failing',
    meaning: ({ target }) =>
      `Confirming requests that the policy of target ${target} allows keeps failing. They stay pending and can expire. ` +
      'Each run tries again.',
    firstStep: statusCommand,
    condition: (subject) => firesIfRepeated('ConfirmFailed', subject),
  },
  {
    // One report is enough: a run reports an interface only after the time that it may take (`availableWithin`).
    title: 'Accepted but not available',
    meaning: ({ target }) =>
      `An interface that was accepted for target ${target} has a problem: it did not become available in time, is gone, is on ` +
      'another gateway, or its gateway has no onward route. It carries no traffic, or sends it to the wrong place.',
    firstStep: statusCommand,
    condition: (subject) => firesOnce('NotAvailable', subject),
  },
  {
    // CloudWatch sends this alarm, so it does not depend on the event bus that it is about.
    title: 'Event delivery failing',
    meaning: ({ target }) =>
      `Events of target ${target} cannot be published to the event bus, so there are no notifications of held requests and deadlines. ` +
      'The events wait in the ledger, and requests are still accepted.',
    firstStep: statusCommand,
    condition: (subject) => firesIfRepeated('EventDeliveryFailed', subject),
  },
];

/**
 * One message is enough: its sender has retried for as long as that made sense. Failed runs go to another queue (see
 * deadLetterQueues.ts), so this one is empty on an ordinary day, even while an API is down.
 */
export const DEAD_LETTER_ALARM: AlarmDefinition<IQueue> = {
  title: 'Dead letters',
  meaning: () =>
    'AWS could not deliver an invocation of the function by its schedule (a run did not take place), or a notification ' +
    '(a person was not informed).',
  firstStep: ({ queueUrl }) =>
    `aws sqs receive-message --queue-url ${queueUrl} --visibility-timeout 0 --message-attribute-names All`,
  condition: (queue) => ({
    // SQS reports once a minute, and sometimes late.
    metric: queue.metricApproximateNumberOfMessagesVisible({
      statistic: 'Maximum',
      period: Duration.minutes(5),
    }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    // SQS stops reporting on a queue that is unused for six hours; its messages are still undelivered.
    treatMissingData: TreatMissingData.IGNORE,
  }),
};

/**
 * Threshold for a condition reported by a single run. The alarm stays on for one window, so it does not clear before the on-call
 * engineer looks, and bridges the first failed runs until `Run failing` fires.
 */
function firesOnce(name: MetricName, subject: WatchedTarget): AlarmCondition {
  return firesAfter(1, name, subject);
}

const REPEATS = 3;

/**
 * Threshold for a failure that the next run retries: the first may be transient, the second part of the same incident, the third
 * does not resolve itself. If the window has few runs, half of them: never later than `Run failing`, which says less.
 */
function firesIfRepeated(name: MetricName, subject: WatchedTarget): AlarmCondition {
  return firesAfter(Math.min(REPEATS, Math.ceil(subject.window.runs / 2)), name, subject);
}

/** Fires when `count` runs of a window report 1 or more. A run without a report counts as 0: `Not running` covers those. */
function firesAfter(count: number, name: MetricName, { target, window }: WatchedTarget): AlarmCondition {
  return {
    metric: targetMetric(name, target, 'Maximum', window.interval),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: window.runs,
    datapointsToAlarm: count,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

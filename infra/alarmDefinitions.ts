import { Duration } from 'aws-cdk-lib';
import { type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { ALERT_CODES, ALERTS, type AlertCode, type AlertWindow, SILENT_INTERVALS } from '../core/alerts.ts';
import type { PolicyRecipient } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { deploymentMetric } from './metrics.ts';

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

/** A deployment, with the names that its alarms and their commands need. */
export interface WatchedDeployment {
  /** value of the dimension of its metrics */
  readonly deployment: string;
  readonly recipients: readonly PolicyRecipient[];
  readonly window: AlertWindow;
  /** name of the ledger's table */
  readonly table: string;
  /** name of the log group of the watcher */
  readonly watcherLog: string;
}

/** The watcher counts once a minute, so that no alert is reported later than by an alarm of each target. */
const WATCH_PERIOD = Duration.minutes(1);

/** What an alert means, for the reader of its alarm. */
const MEANINGS: Readonly<Record<AlertCode, (subject: WatchedDeployment) => string>> = {
  'not-running': ({ window }) =>
    `No run for at least one target was recorded during the last ${(SILENT_INTERVALS * window.intervalMs) / MINUTE_MS} minutes. ` +
    'Its pending requests are not processed: nothing is accepted, and no deadline warning is published.',
  'run-failing': ({ window }) =>
    `For at least one target, more than half of the runs of the last ${window.durationMs / MINUTE_MS} minutes failed. ` +
    'While runs fail, nothing is accepted and requests can expire.',
  'deadline-near': () =>
    'At least one target has a request that is not accepted and may expire within 24 hours. After that its requester must create ' +
    'a new one.',
  'request-expired': () =>
    'A request expired without being accepted. If the policy allowed it, the acceptor failed to do its job; if the request was not ' +
    'wanted, nothing is lost.',
  'confirm-failing': () =>
    'For at least one target, confirming requests that its policy allows keeps failing. They stay pending and can expire. Each run ' +
    'tries again.',
  'not-available': () =>
    'An accepted interface has a problem: it did not become available in time, is gone, is on another gateway, or its gateway has no ' +
    'onward route. It carries no traffic, or sends it to the wrong place.',
  'unexpected-routes': () =>
    'The owner of an accepted interface advertises routes that it should not advertise, such as a default route. Traffic can go to ' +
    'the wrong place. Nothing was undone.',
  'event-delivery-failing': () =>
    'Events of at least one target cannot be published to the event bus, so there are no notifications of held requests and ' +
    'deadlines. The events wait in the ledger, and requests are still accepted.',
};

/** Whether a target with this recipient can have the alert. Codes that are absent can occur for every target. */
const POSSIBLE: Partial<Readonly<Record<AlertCode, (recipient: PolicyRecipient) => boolean>>> = {
  'deadline-near': ({ expiry }) => expiry !== null,
  'request-expired': ({ expiry }) => expiry !== null,
  'unexpected-routes': ({ provider }) => PROVIDER_TRAITS[provider].listsRoutes,
};

const MINUTE_MS = 60_000;

/** The alarms of the alerts, the most urgent first. docs/runbook.md has a heading for each, in this order. */
export const ALERT_ALARMS: readonly AlarmDefinition<WatchedDeployment>[] = ALERT_CODES.map((code) => ({
  title: ALERTS[code].title,
  meaning: MEANINGS[code],
  // Names the targets that have an alert: the alarm is that of the deployment.
  firstStep: ({ table }) => `vif-acceptor status --ledger dynamodb:${table}`,
  condition: ({ deployment, recipients }) => {
    const isPossible = POSSIBLE[code] ?? (() => true);
    if (!recipients.some(isPossible)) return null;
    return {
      metric: deploymentMetric(ALERTS[code].metric, deployment, 'Maximum', WATCH_PERIOD),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // The watcher has evaluated the runs of a window already.
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      // While the watcher does not run, no alert is over.
      treatMissingData: TreatMissingData.IGNORE,
    };
  },
}));

/** A watcher that fails for this long needs a person. `Dead letters` covers one that is not invoked. */
const SILENT_MINUTES = 15;

/** The alarm of the watcher itself: without it, no alarm of an alert can fire. */
export const WATCHER_ALARM: AlarmDefinition<WatchedDeployment> = {
  title: 'Watcher not running',
  meaning: () =>
    `The watcher, which finds targets whose runs fail or stop, wrote no metrics for ${SILENT_MINUTES} minutes. Runs are not affected, ` +
    'but none of the alarms about targets can fire or be resolved.',
  firstStep: ({ watcherLog }) => `aws logs tail ${watcherLog} --since 1h`,
  condition: ({ deployment }) => ({
    metric: deploymentMetric(ALERTS['not-running'].metric, deployment, 'SampleCount', WATCH_PERIOD),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: SILENT_MINUTES,
    datapointsToAlarm: SILENT_MINUTES,
    // Missing data is what this alarm detects.
    treatMissingData: TreatMissingData.BREACHING,
  }),
};

/**
 * One message is enough: its sender has retried for as long as that made sense. Failed runs go to another queue (see
 * deadLetterQueues.ts), so this one is empty on an ordinary day, even while an API is down.
 */
export const DEAD_LETTER_ALARM: AlarmDefinition<IQueue> = {
  title: 'Dead letters',
  meaning: () =>
    'AWS could not deliver an invocation of a function by its schedule (a run did not take place), or a notification ' +
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

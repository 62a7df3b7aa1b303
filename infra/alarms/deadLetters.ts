import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { AlarmKind } from './kind.ts';

/**
 * One is enough: nothing gets there that its sender did not try again for as long as it made sense. Failed passes do not (see
 * queues.ts), so the queue is empty on every ordinary day, also while an API is down.
 */
export const deadLetters: AlarmKind<IQueue> = {
  title: 'Dead letters',
  means: () =>
    'AWS could not deliver something: a call of the function by its schedule (a pass did not take place), or a message to ' +
    'people (somebody was not told).',
  first: ({ queueUrl }) =>
    `aws sqs receive-message --queue-url ${queueUrl} --visibility-timeout 0 --message-attribute-names All`,
  watch: (queue) => ({
    // SQS reports once a minute, and late now and then.
    metric: queue.metricApproximateNumberOfMessagesVisible({
      statistic: 'Maximum',
      period: Duration.minutes(5),
    }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    // SQS stops reporting on a queue that nobody touches for six hours: what lies there then is no less undelivered.
    treatMissingData: TreatMissingData.IGNORE,
  }),
};

import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { targetMetric } from '../metrics.ts';
import type { AlarmKind, WatchedTarget } from './kind.ts';

/**
 * Two passes that work may end almost two intervals apart: a quick one, then one that ends shortly before its time-out. So
 * three intervals without a word mean that at least one pass which was due came to no end. (CloudWatch looks at two intervals
 * before those too, and waits until they are silent as well: it sounds after three to five.)
 */
const INTERVALS = 3;

export const notRunning: AlarmKind<WatchedTarget> = {
  title: 'Not running',
  means: ({ target, rhythm }) =>
    `No pass over target ${target} came to an end for ${INTERVALS * rhythm.interval.toMinutes()} minutes or more. ` +
    'Nobody looks at what is pending: nothing is accepted, no deadline is announced.',
  first: ({ log }) => `aws logs tail ${log} --since 1h`,
  watch: ({ target, rhythm }) => ({
    // Failed ones count as well, with a 0: how many ended is the number of samples, not their sum.
    metric: targetMetric('PassCompleted', target, 'SampleCount', rhythm.interval),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: INTERVALS,
    datapointsToAlarm: INTERVALS,
    // Silence is what it listens for.
    treatMissingData: TreatMissingData.BREACHING,
  }),
};

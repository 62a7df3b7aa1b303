import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { targetMetric } from '../metrics.ts';
import type { AlarmKind, WatchedTarget } from './kind.ts';

/**
 * A single failure is mended by the next pass, and told as `Pass Failed`. When more than half of a window's passes fail it is
 * not going away: that is noticed after half an hour (where passes are an hour apart, after the second), and leaves 5 of the 6
 * hours that the last warning before a deadline gives. The average is that of the passes which reported: for those that did
 * not there is `not running`. Exactly half is not enough: a window that slides may hold two passes, one of which failed.
 */
const SHARE = 0.5;

export const passFailing: AlarmKind<WatchedTarget> = {
  title: 'Pass failing',
  means: ({ target, rhythm }) =>
    `More than half of the passes over target ${target} that reported in the last ${rhythm.duration.toMinutes()} minutes failed. ` +
    'While passes fail nothing is accepted, and requests can expire.',
  first: ({ target, table }) =>
    `vif-acceptor doctor --policy policy/${target}.yaml --ledger dynamodb:${table}`,
  watch: ({ target, rhythm }) => ({
    metric: targetMetric('PassFailed', target, 'Average', rhythm.duration),
    threshold: SHARE,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  }),
};

import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../core/metrics.ts';
import { targetMetric } from '../metrics.ts';
import type { Watch, WatchedTarget } from './kind.ts';

/**
 * Something that one pass says and that is true until somebody has seen to it. It stands for a window, so that it is not over
 * before whoever is woken looks, and outlives the first failing passes until `pass failing` sounds for those.
 */
export function once(name: MetricName, subject: WatchedTarget): Watch {
  return inPasses(1, name, subject);
}

/**
 * Something that the next pass tries again: the first failure may be of a moment, the second of the same one, the third is
 * not going away by itself. Where the window has few passes, half of them: never after `pass failing`, which says less.
 */
export function repeated(name: MetricName, subject: WatchedTarget): Watch {
  return inPasses(Math.min(TRIES, Math.ceil(subject.rhythm.runs / 2)), name, subject);
}

const TRIES = 3;

/** So many passes of a window count one or more. What no pass said is not so: that none speaks is `not running`. */
function inPasses(count: number, name: MetricName, { target, rhythm }: WatchedTarget): Watch {
  return {
    metric: targetMetric(name, target, 'Maximum', rhythm.interval),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: rhythm.runs,
    datapointsToAlarm: count,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../core/metrics.ts';

/** Namespace and first dimension of the function's metrics. */
export const NAMESPACE = 'VifAcceptor';
export const SERVICE = 'vif-acceptor';

/** A metric of the runs for one target. Both dimensions are given: CloudWatch identifies a metric by all of them. */
export function targetMetric(name: MetricName, target: string, statistic: string, period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { service: SERVICE, target },
    statistic,
    period,
  });
}

/** How often runs are scheduled, and over what time alarms evaluate them together. */
export interface EvaluationWindow {
  /** between two runs for a target */
  readonly interval: Duration;
  /** of the window: a multiple of the interval */
  readonly duration: Duration;
  /** runs that a window contains */
  readonly runs: number;
}

/**
 * Alarms evaluate one hour of runs, and at least three runs: short compared with the 6 hours of the last deadline warning, long
 * compared with a transient API error, and never a single run.
 */
export function evaluationWindowFor(interval: Duration): EvaluationWindow {
  const minutes = interval.toMinutes();
  const runs = Math.max(3, Math.ceil(60 / minutes));
  return { interval, runs, duration: Duration.minutes(runs * minutes) };
}

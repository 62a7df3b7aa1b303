import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../core/metrics.ts';

/** How often passes run, and over how long they are judged together. */
export interface EvaluationWindow {
  /** from one pass over a target to the next */
  readonly interval: Duration;
  /** of so many passes */
  readonly duration: Duration;
  readonly runs: number;
}

/**
 * Passes are judged over an hour, and over three of them at least: short against the 6 hours of the last warning before a
 * deadline, long against the bad moment of an API, and never on the word of a single pass.
 */
export function evaluationWindowFor(interval: Duration): EvaluationWindow {
  const minutes = interval.toMinutes();
  const runs = Math.max(3, Math.ceil(60 / minutes));
  return { interval, runs, duration: Duration.minutes(runs * minutes) };
}

/** Under which name, and with which first dimension, the function measures. */
export const NAMESPACE = 'VifAcceptor';
export const SERVICE = 'vif-acceptor';

/** What the passes over one target measure. Both dimensions are named: CloudWatch knows a metric by all of them or not at all. */
export function targetMetric(name: MetricName, target: string, statistic: string, period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { service: SERVICE, target },
    statistic,
    period,
  });
}

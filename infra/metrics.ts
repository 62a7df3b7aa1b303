import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../core/metrics.ts';

/** Under which name, and with which first dimension, the function measures. */
export const NAMESPACE = 'VifAcceptor';
export const SERVICE = 'vif-acceptor';

/** What the passes over one target measure. Both dimensions are named: CloudWatch knows a metric by all of them or not at all. */
export function measured(name: MetricName, target: string, statistic: string, period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { service: SERVICE, target },
    statistic,
    period,
  });
}

import type { Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { AlertMetricName } from '../core/alerts.ts';
import type { MetricName } from '../core/metrics.ts';

/** Namespace and first dimension of all metrics. */
export const NAMESPACE = 'VifAcceptor';
export const SERVICE = 'vif-acceptor';

/**
 * A metric of the runs for one target, which the function writes with the option `targetMetrics` only. Both dimensions are given:
 * CloudWatch identifies a metric by all of them.
 */
export function targetMetric(name: MetricName, target: string, statistic: string, period: Duration): Metric {
  return metricOf(name, { target }, statistic, period);
}

/** The number of targets of a deployment that have an alert, which the watcher writes once a minute. */
export function deploymentMetric(
  name: AlertMetricName,
  deployment: string,
  statistic: string,
  period: Duration,
): Metric {
  return metricOf(name, { deployment }, statistic, period);
}

function metricOf(
  metricName: string,
  dimension: Readonly<Record<string, string>>,
  statistic: string,
  period: Duration,
): Metric {
  const dimensionsMap = { service: SERVICE, ...dimension };
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period });
}

/**
 * The name of a deployment in its metrics and alarms: the stack's name, and the construct path below it if the construct is part of
 * another stack.
 */
export function deploymentName(installation: Construct): string {
  const stack = Stack.of(installation);
  const path = installation.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...path.filter((id) => id !== 'Default')].join('/');
}

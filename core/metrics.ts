import { earliestOf, type RunReport } from './runReport.ts';

export interface Metric {
  readonly name: MetricName;
  readonly unit: 'Count' | 'None';
  readonly value: number;
}

/** The names of metrics. Alarms and dashboards rely on them. */
export type MetricName =
  | 'Pending'
  | 'Accepted'
  | 'Held'
  | 'ConfirmFailed'
  | 'RunFailed'
  | 'RunCompleted'
  | 'Expired'
  | 'NotAvailable'
  | 'UnexpectedRoutes'
  | 'EventDeliveryFailed'
  | 'HoursToDeadline'
  | 'LeaseHeld';

/** The metrics of a run. Counts of zero are included, so that missing data means that nothing ran. */
export function metricsOf(report: RunReport): Metric[] {
  if (report.status === 'leaseHeld') return [countMetric('LeaseHeld', 1)];
  const failed = report.status === 'failed';
  const isUndelivered = report.failures.some(({ code }) => code === 'event-delivery');
  const runs = [
    countMetric('RunFailed', failed ? 1 : 0),
    countMetric('RunCompleted', failed ? 0 : 1),
    countMetric('EventDeliveryFailed', isUndelivered ? 1 : 0),
  ];
  // Without a complete listing the requests are unknown: their counts are left out, not reported as zero.
  if (report.counts === null) return runs;
  const { pending, accepted, held, failed: confirmFailed } = report.counts;
  return [
    countMetric('Pending', pending),
    countMetric('Accepted', accepted),
    countMetric('Held', held),
    countMetric('ConfirmFailed', confirmFailed),
    ...runs,
    countMetric('Expired', report.ended.filter(({ as }) => as === 'expired').length),
    countMetric('NotAvailable', report.followUps.length),
    countMetric('UnexpectedRoutes', report.unexpectedRoutes.length),
    ...hoursToDeadline(report),
  ];
}

/** Hours to the closest earliest expiry of the pending requests. Left out if none is known. */
function hoursToDeadline(report: RunReport): Metric[] {
  const expiry = earliestOf(report, ({ deadline }) => deadline.earliest);
  if (expiry === null) return [];
  const value = (Date.parse(expiry) - Date.parse(report.finishedAt)) / 3_600_000;
  return [{ name: 'HoursToDeadline', unit: 'None', value }];
}

function countMetric(name: MetricName, value: number): Metric {
  return { name, unit: 'Count', value };
}

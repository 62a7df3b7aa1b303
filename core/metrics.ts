import type { RunReport } from './runReport.ts';

export interface Metric {
  readonly name: MetricName;
  readonly unit: 'Count' | 'None';
  readonly value: number;
}

/** Names that alarms and dashboards rely on. */
export type MetricName =
  | 'Pending'
  | 'Accepted'
  | 'Held'
  | 'ConfirmFailed'
  | 'PassFailed'
  | 'PassCompleted'
  | 'Expired'
  | 'NotAvailable'
  | 'AnnouncementFailed'
  | 'HoursToDeadline'
  | 'LeaseHeld';

/** What a pass measures: counts with their zeros, so that silence means that nothing ran. */
export function metricsOf(report: RunReport): Metric[] {
  if (report.status === 'leaseHeld') return [counted('LeaseHeld', 1)];
  const failed = report.status === 'failed';
  const isUntold = report.failures.some(({ code }) => code === 'announcement');
  const passes = [
    counted('PassFailed', failed ? 1 : 0),
    counted('PassCompleted', failed ? 0 : 1),
    counted('AnnouncementFailed', isUntold ? 1 : 0),
  ];
  // Without a complete listing nothing is known of the requests: their counts are left out, not told as zero.
  if (report.counts === null) return passes;
  const { pending, accepted, held, failed: confirmFailed } = report.counts;
  return [
    counted('Pending', pending),
    counted('Accepted', accepted),
    counted('Held', held),
    counted('ConfirmFailed', confirmFailed),
    ...passes,
    counted('Expired', report.ended.filter(({ as }) => as === 'expired').length),
    counted('NotAvailable', report.followUps.length),
    ...hoursToDeadline(report),
  ];
}

/** To the nearest early end of what is still pending. Left out while none is known. */
function hoursToDeadline(report: RunReport): Metric[] {
  const ends = report.requests
    .filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'gone')
    .map(({ deadline }) => deadline.earliest)
    .filter((end) => end !== null)
    .map((end) => (Date.parse(end) - Date.parse(report.finishedAt)) / 3_600_000);
  return ends.length === 0 ? [] : [{ name: 'HoursToDeadline', unit: 'None', value: Math.min(...ends) }];
}

function counted(name: MetricName, value: number): Metric {
  return { name, unit: 'Count', value };
}

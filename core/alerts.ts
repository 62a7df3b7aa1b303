import type { EventType } from './events/event.ts';

/**
 * An alert: a condition of a target on which a person must act. The codes are stable, and in order of urgency, which is the order
 * of the headings of docs/runbook.md.
 */
export const ALERT_CODES = [
  'not-running',
  'run-failing',
  'deadline-near',
  'request-expired',
  'confirm-failing',
  'not-available',
  'unexpected-routes',
  'event-delivery-failing',
] as const;
export type AlertCode = (typeof ALERT_CODES)[number];

/** How the alert of a code reaches a person. */
export interface AlertDefinition {
  /** title of the alarm, and heading of docs/runbook.md */
  readonly title: string;
  /** the metric of the deployment: the number of its targets that have the alert */
  readonly metric: string;
  /**
   * the event of a run that already names the target and the interface; `null`: there is none, so the watcher publishes
   * `Target Alert` when the alert is raised and when it is resolved
   */
  readonly event: EventType | 'Unexpected Routes' | null;
}

export const ALERTS = {
  'not-running': { title: 'Not running', metric: 'TargetsNotRunning', event: null },
  'run-failing': { title: 'Run failing', metric: 'TargetsFailing', event: null },
  'deadline-near': { title: 'Deadline near', metric: 'TargetsNearDeadline', event: 'Deadline Near' },
  'request-expired': { title: 'Request expired', metric: 'TargetsWithExpired', event: 'Request Expired' },
  'confirm-failing': { title: 'Confirm failing', metric: 'TargetsConfirmFailing', event: null },
  'not-available': {
    title: 'Accepted but not available',
    metric: 'TargetsNotAvailable',
    event: 'Accepted Interface Not Available',
  },
  'unexpected-routes': {
    title: 'Unexpected routes',
    metric: 'TargetsWithUnexpectedRoutes',
    event: 'Unexpected Routes',
  },
  'event-delivery-failing': {
    title: 'Event delivery failing',
    metric: 'TargetsUndelivered',
    event: null,
  },
} as const satisfies Readonly<Record<AlertCode, AlertDefinition>>;

/** The name of a metric of the deployment: dimensions `service` and `deployment`. */
export type AlertMetricName = (typeof ALERTS)[AlertCode]['metric'];

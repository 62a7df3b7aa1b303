import { type DeadlineThreshold, plusSeconds } from './deadline.ts';
import type { EventType } from './events/event.ts';
import type { RecordedRun, RunFlag, TargetHealth } from './health.ts';
import type { RequestReport } from './runReport.ts';

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

/** How often runs are scheduled, and over what time alerts evaluate them together. */
export interface AlertWindow {
  /** between two runs for a target, in milliseconds */
  readonly intervalMs: number;
  /** of the window, in milliseconds: a multiple of the interval */
  readonly durationMs: number;
  /** runs that a window contains */
  readonly runs: number;
}

/**
 * Alerts evaluate one hour of runs, and at least three runs: short compared with the 6 hours of the last deadline warning, long
 * compared with a transient API error, and never a single run.
 */
export function alertWindowFor(intervalMinutes: number): AlertWindow {
  const runs = Math.max(3, Math.ceil(60 / intervalMinutes));
  const intervalMs = intervalMinutes * MINUTE_MS;
  return { intervalMs, runs, durationMs: runs * intervalMs };
}

/** An alert of a target. */
export interface TargetAlert {
  readonly code: AlertCode;
  /** when its condition began, as far as the recorded runs show */
  readonly since: string;
}

/** What is known about the runs for a target. */
export interface RunRecord {
  /** `null`: no run has recorded it yet */
  readonly health: TargetHealth | null;
  /**
   * the last sign of a run beside the health: when the target was first watched, or, if no health is recorded, a listing by a run
   * of a release that records none; `null`: there is none
   */
  readonly otherSign: string | null;
}

/**
 * Two successful runs can finish almost two intervals apart: a fast one, then one that ends shortly before its time-out. Three
 * intervals without a report therefore mean that at least one scheduled run did not finish.
 */
export const SILENT_INTERVALS = 3;

/**
 * The next run retries after a single failure, which is published as `Run Failed`. If more than half of the runs in a window fail,
 * the problem does not resolve itself. This is detected after half an hour (after the second run, if runs are an hour apart), which
 * leaves 5 of the 6 hours that the last deadline warning gives. The share is that of the runs that reported; `not-running` covers
 * those that did not. Exactly half raises no alert: a window may contain two runs, one of which failed. A single run raises none.
 */
const FAILED_SHARE = 0.5;
const MIN_FAILED = 2;

/**
 * One of the thresholds at which a warning is published. 72 hours are published only: they span a weekend, and need not wake anyone.
 * 24 hours always include a working day, which is what a policy change with its review takes. 6 hours are too late to start.
 */
const DEADLINE_HOURS = Number('24' satisfies DeadlineThreshold);

/**
 * A failure that the next run retries: the first may be transient, the second part of the same incident, the third does not resolve
 * itself. If the window has few runs, half of them: never later than `run-failing`, which says less.
 */
const REPEATS = 3;

const MINUTE_MS = 60_000;

/** By how much the clocks of the runs and of the watcher may differ, in milliseconds. */
const CLOCK_TOLERANCE_MS = MINUTE_MS;

/** The alerts of a target at a time, the most urgent first. */
export function findAlerts({ health, otherSign }: RunRecord, now: Date, window: AlertWindow): TargetAlert[] {
  const at = now.getTime();
  // Fail closed: a run that is dated later was timed by a clock that ran ahead, and does not prove that runs finish.
  const isPast = (instant: string): boolean => Date.parse(instant) <= at + CLOCK_TOLERANCE_MS;
  const runs = (health?.runs ?? []).filter((run) => isPast(run.at));
  const recent = runs.filter((run) => at - Date.parse(run.at) < window.durationMs);
  const flagged = (flag: RunFlag): readonly RecordedRun[] =>
    recent.filter(({ flags }) => flags.includes(flag));
  const signs = [...runs.map((run) => run.at), ...(otherSign === null ? [] : [otherSign])].filter(isPast);
  const repeats = Math.min(REPEATS, Math.ceil(window.runs / 2));
  const nearFrom = health?.nearFrom ?? null;
  const conditions: Readonly<Record<AlertCode, string | null>> = {
    'not-running': silentSince(signs.sort().at(-1) ?? null, at, window),
    'run-failing':
      flagged('failed').length >= MIN_FAILED && flagged('failed').length > recent.length * FAILED_SHARE
        ? firstOf(flagged('failed'))
        : null,
    // An unknown earliest expiry raises no alert: it is published at once (`Deadline Near` without hours).
    'deadline-near': nearFrom === null || Date.parse(nearFrom) > at ? null : nearFrom,
    // One is enough: a request that expires was published when it was held and at every threshold, or something is broken.
    'request-expired': firstOf(flagged('expired')),
    'confirm-failing': flagged('confirmFailed').length < repeats ? null : firstOf(flagged('confirmFailed')),
    // One report is enough: a run reports an interface only after the time that it may take (`availableWithin`).
    'not-available': firstOf(flagged('notAvailable')),
    'unexpected-routes': firstOf(flagged('unexpectedRoutes')),
    'event-delivery-failing':
      flagged('undelivered').length < repeats ? null : firstOf(flagged('undelivered')),
  };
  return ALERT_CODES.flatMap((code) => {
    const since = conditions[code];
    return since === null ? [] : [{ code, since }];
  });
}

/** The last sign of a run if it is too old; `null` otherwise, or if there is none to count from. */
function silentSince(last: string | null, at: number, { intervalMs }: AlertWindow): string | null {
  return last !== null && at - Date.parse(last) >= SILENT_INTERVALS * intervalMs ? last : null;
}

/** When the first of these runs finished; `null`: there is none. The newest run comes first. */
function firstOf(runs: readonly RecordedRun[]): string | null {
  return runs.at(-1)?.at ?? null;
}

/**
 * From when on a pending request is near its deadline: not before it was first observed, also where requests expire within a day.
 * @returns `null`: it does not expire, or it is not known when
 */
export function deadlineNearFrom({
  deadline: { earliest },
  firstSeen,
}: Pick<RequestReport, 'deadline' | 'firstSeen'>): string | null {
  if (earliest === null) return null;
  const from = plusSeconds(earliest, -3600 * DEADLINE_HOURS);
  return firstSeen !== null && firstSeen > from ? firstSeen : from;
}

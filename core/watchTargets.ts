import { ALERT_CODES, ALERTS, type AlertWindow, findAlerts, type TargetAlert } from './alerts.ts';
import type { EventOrigin } from './events/event.ts';
import type { AlertChange, WatchedAlertCode } from './events/targetAlert.ts';
import { isUnattended, type RecordedRun, type TargetHealth } from './health.ts';
import { recipientKey } from './policy.ts';

/** A target of a deployment, as the watcher reads it from the ledger. */
export interface WatchedTarget {
  readonly origin: EventOrigin;
  /** `null`: no run has recorded it, or it cannot be read */
  readonly health: TargetHealth | null;
  /** the last complete listing by a run that released the lease; `null`: there is none, or a run has the lease or was killed */
  readonly listedAt: string | null;
  /** whether its policy is refused: the function refuses it too, so no run for it finishes */
  readonly isRefused: boolean;
}

/** What the watcher keeps. The keys of targets are recipient keys, as in the ledger. Instants are ISO 8601 in UTC. */
export interface WatchState {
  /** since when a target was watched without an attended run that a run recorded later */
  readonly firstWatched: Readonly<Record<string, string>>;
  /** since when an alert is raised, by target and code; published as raised, and not yet as resolved */
  readonly raised: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** the targets of `raised`, which can leave the deployment before their alerts are resolved */
  readonly origins: Readonly<Record<string, EventOrigin>>;
}

export const EMPTY_WATCH_STATE: WatchState = { firstWatched: {}, raised: {}, origins: {} };

/** What the watcher finds. */
export interface WatchResult {
  /** the most urgent first for each target, with those that were published as raised and that no run shows to be over */
  readonly alerts: readonly { readonly target: WatchedTarget; readonly alert: TargetAlert }[];
  /** changes of alerts to publish */
  readonly changes: readonly { readonly target: WatchedTarget; readonly change: AlertChange }[];
  /** the state, with none of the changes yet */
  readonly state: WatchState;
}

/**
 * Computes the alerts of all targets of a deployment, and what was not published about them before.
 * @param unread names of targets of the deployment whose policy cannot be read, so that they are not among `targets`
 */
export function watchTargets(
  targets: readonly WatchedTarget[],
  before: WatchState,
  now: Date,
  window: AlertWindow,
  unread: readonly string[] = [],
): WatchResult {
  const watched = targets.map((target) => {
    const key = recipientKey(target.origin);
    const health = attendedOnly(target.health);
    const firstWatched = firstWatchedOf(target, health, before.firstWatched[key] ?? null, now);
    const otherSign = laterOf(firstWatched, target.health === null ? target.listedAt : null);
    const raised = before.raised[key] ?? {};
    const ofRuns = findAlerts({ health, otherSign }, now, window);
    const isAdded = target.isRefused && ofRuns.every(({ code }) => code !== 'not-running');
    const lastSign = health?.runs[0]?.at ?? firstWatched ?? now.toISOString();
    const found = isAdded ? [{ code: 'not-running' as const, since: lastSign }, ...ofRuns] : ofRuns;
    const recent = recentRuns(health, now, window);
    const alerts = [...found, ...findUnresolved(raised, found, recent)].sort(byUrgency);
    return {
      key,
      target,
      firstWatched,
      alerts,
      changes: findChanges(alerts, raised, health, target.isRefused),
    };
  });
  const left = findLeft(new Set(watched.map(({ key }) => key)), before);
  // Fail closed: a target whose policy cannot be read did not leave, and its alerts are not over.
  const removed = left.filter(({ target }) => !unread.includes(target.origin.target));
  const kept = [...watched, ...left].map(({ key }) => key);
  const keptOf = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(kept.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])));
  return {
    alerts: watched.flatMap(({ target, alerts }) => alerts.map((alert) => ({ target, alert }))),
    changes: [...watched, ...removed].flatMap(({ target, changes }) =>
      changes.map((change) => ({ target, change })),
    ),
    state: {
      firstWatched: Object.fromEntries(
        watched.flatMap(({ key, firstWatched }) => (firstWatched === null ? [] : [[key, firstWatched]])),
      ),
      raised: keptOf(before.raised),
      origins: keptOf(before.origins),
    },
  };
}

/** The targets that are no longer among the watched ones, with the resolution of the alerts that were published as raised. */
function findLeft(watched: ReadonlySet<string>, { raised, origins }: WatchState) {
  return Object.entries(origins).flatMap(([key, origin]) => {
    if (watched.has(key)) return [];
    const target: WatchedTarget = { origin, health: null, listedAt: null, isRefused: false };
    const changes = WATCHED_CODES.flatMap((code): AlertChange[] => {
      const since = raised[key]?.[code];
      const none = { lastRun: null, failureCodes: [] };
      return since === undefined ? [] : [{ code, status: 'resolved', since, ...none, cause: 'removed' }];
    });
    return changes.length === 0 ? [] : [{ key, target, changes }];
  });
}

/** The state after these changes were published. */
export function recordPublished(state: WatchState, published: WatchResult['changes']): WatchState {
  const raised = new Map(Object.entries(state.raised));
  const origins = new Map(Object.entries(state.origins));
  for (const { target, change } of published) {
    const key = recipientKey(target.origin);
    const { [change.code]: _, ...others } = raised.get(key) ?? {};
    const own = change.status === 'raised' ? { ...others, [change.code]: change.since } : others;
    raised.set(key, own);
    origins.set(key, target.origin);
    if (Object.keys(own).length > 0) continue;
    raised.delete(key);
    origins.delete(key);
  }
  return { ...state, raised: Object.fromEntries(raised), origins: Object.fromEntries(origins) };
}

/** A run that publishes no events does not prove that people are notified, so it does not count for a deployment. */
function attendedOnly(health: TargetHealth | null): TargetHealth | null {
  if (health === null) return null;
  return { ...health, runs: health.runs.filter((run) => !isUnattended(run)) };
}

/**
 * Since when the target has to be counted from the watcher's own clock; `null`: an attended run shows when runs last finished.
 * @param health with attended runs only
 * @param before the stored answer. It remains until an attended run finishes later, so that nothing else can delay an alert again
 */
function firstWatchedOf(
  { health: recorded, listedAt }: WatchedTarget,
  health: TargetHealth | null,
  before: string | null,
  now: Date,
): string | null {
  // Fail closed: a run that is dated in the future does not prove that runs finish, so the target counts as one without a run.
  const past = health?.runs.find(({ at }) => Date.parse(at) <= now.getTime())?.at ?? null;
  const isLater = past !== null && (before === null || Date.parse(past) >= Date.parse(before));
  return isLater && !isListedByEarlierRelease(recorded, listedAt) ? null : (before ?? now.toISOString());
}

/**
 * Whether a release that records no health listed the interfaces after the recorded runs: after a rollback. The listing itself is
 * no sign of an attended run, because that release does not record which runs are attended.
 */
function isListedByEarlierRelease(recorded: TargetHealth | null, listedAt: string | null): boolean {
  const [newest] = recorded?.runs ?? [];
  // Recorded runs have whole seconds.
  const toSeconds = (instant: string): number => Math.floor(Date.parse(instant) / 1000);
  return newest !== undefined && listedAt !== null && toSeconds(listedAt) > toSeconds(newest.at);
}

function laterOf(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

/** The codes that the watcher publishes. */
export const WATCHED_CODES = ALERT_CODES.filter(
  (code): code is WatchedAlertCode => ALERTS[code].event === null,
);

function findChanges(
  alerts: readonly TargetAlert[],
  raised: WatchState['raised'][string],
  health: TargetHealth | null,
  isRefused: boolean,
): AlertChange[] {
  const lastRun = health?.runs[0]?.at ?? null;
  return WATCHED_CODES.flatMap((code): AlertChange[] => {
    const since = alerts.find((alert) => alert.code === code)?.since ?? null;
    const raisedSince = raised[code] ?? null;
    const cause = isRefused && code === 'not-running' ? 'policy-refused' : null;
    if (since !== null && raisedSince === null)
      return [{ code, status: 'raised', since, lastRun, failureCodes: failureCodesFor(code, health), cause }];
    if (since !== null || raisedSince === null) return [];
    return [{ code, status: 'resolved', since: raisedSince, lastRun, failureCodes: [], cause: null }];
  });
}

/**
 * The alerts that were published as raised, and that are not found now, but that no run shows to be over.
 * @param recent the attended runs of the window
 */
function findUnresolved(
  raised: WatchState['raised'][string],
  found: readonly TargetAlert[],
  recent: readonly RecordedRun[],
): TargetAlert[] {
  const isSilent = found.some(({ code }) => code === 'not-running');
  const isCompleted = recent.some(({ flags }) => !flags.includes('failed'));
  return WATCHED_CODES.flatMap((code): TargetAlert[] => {
    const since = raised[code];
    if (since === undefined || found.some((alert) => alert.code === code)) return [];
    // Fail closed: without a run in the window (also: if the health cannot be read) nothing shows that an alert is over, and a run
    // that failed shows only that runs finish: what it did not report, it could not find out.
    const isOver = code === 'not-running' ? recent.length > 0 : isCompleted && !isSilent;
    return isOver ? [] : [{ code, since }];
  });
}

function recentRuns(
  health: TargetHealth | null,
  now: Date,
  { durationMs }: AlertWindow,
): readonly RecordedRun[] {
  const ages = (health?.runs ?? []).map((run) => ({ run, age: now.getTime() - Date.parse(run.at) }));
  return ages.flatMap(({ run, age }) => (age >= 0 && age < durationMs ? [run] : []));
}

function byUrgency(a: TargetAlert, b: TargetAlert): number {
  return ALERT_CODES.indexOf(a.code) - ALERT_CODES.indexOf(b.code);
}

/** The codes explain only failing runs: those of a run before the silence would mislead. */
function failureCodesFor(code: WatchedAlertCode, health: TargetHealth | null): readonly string[] {
  return code === 'run-failing' ? (health?.lastFailure?.codes ?? []) : [];
}

import { ALERT_CODES, ALERTS, type AlertWindow, findAlerts, type TargetAlert } from './alerts.ts';
import type { EventOrigin } from './events/event.ts';
import type { AlertChange, WatchedAlertCode } from './events/targetAlert.ts';
import type { TargetHealth } from './health.ts';
import { recipientKey } from './policy.ts';

/** A target of a deployment, as the watcher reads it from the ledger. */
export interface WatchedTarget {
  readonly origin: EventOrigin;
  /** `null`: no run has recorded it, or it cannot be read */
  readonly health: TargetHealth | null;
  /** the last complete listing by a run that released the lease; `null`: there is none, or a run has the lease or was killed */
  readonly listedAt: string | null;
}

/** What the watcher keeps. The keys of targets are recipient keys, as in the ledger. Instants are ISO 8601 in UTC. */
export interface WatchState {
  /** when a target of which no run is recorded was first watched */
  readonly firstWatched: Readonly<Record<string, string>>;
  /** since when an alert is raised, by target and code; published as raised, and not yet as resolved */
  readonly raised: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const EMPTY_WATCH_STATE: WatchState = { firstWatched: {}, raised: {} };

/** What the watcher finds. */
export interface WatchResult {
  /** the most urgent first for each target */
  readonly alerts: readonly { readonly target: WatchedTarget; readonly alert: TargetAlert }[];
  /** changes of alerts to publish */
  readonly changes: readonly { readonly target: WatchedTarget; readonly change: AlertChange }[];
  /** the state, with none of the changes yet */
  readonly state: WatchState;
}

/** Computes the alerts of all targets of a deployment, and what was not published about them before. */
export function watchTargets(
  targets: readonly WatchedTarget[],
  before: WatchState,
  now: Date,
  window: AlertWindow,
): WatchResult {
  const watched = targets.map((target) => {
    const key = recipientKey(target.origin);
    const health = attendedOnly(target.health);
    // Fail closed: a run that is dated in the future does not prove that runs finish, so the target counts as one without a run.
    const isKnown = health?.runs.some(({ at }) => Date.parse(at) <= now.getTime()) ?? false;
    const firstWatched = isKnown ? null : (before.firstWatched[key] ?? now.toISOString());
    const otherSign = [firstWatched, target.listedAt]
      .filter((sign) => sign !== null)
      .sort()
      .at(-1);
    const alerts = findAlerts({ health, otherSign: otherSign ?? null }, now, window);
    return {
      key,
      target,
      firstWatched,
      alerts,
      changes: findChanges(alerts, before.raised[key] ?? {}, health),
    };
  });
  return {
    alerts: watched.flatMap(({ target, alerts }) => alerts.map((alert) => ({ target, alert }))),
    changes: watched.flatMap(({ target, changes }) => changes.map((change) => ({ target, change }))),
    // The entries of targets that were removed from the deployment are dropped.
    state: {
      firstWatched: Object.fromEntries(
        watched.flatMap(({ key, firstWatched }) => (firstWatched === null ? [] : [[key, firstWatched]])),
      ),
      raised: Object.fromEntries(
        watched.flatMap(({ key }) => (before.raised[key] === undefined ? [] : [[key, before.raised[key]]])),
      ),
    },
  };
}

/** The state after these changes were published. */
export function recordPublished(state: WatchState, published: WatchResult['changes']): WatchState {
  const raised = new Map(Object.entries(state.raised));
  for (const { target, change } of published) {
    const key = recipientKey(target.origin);
    const { [change.code]: _, ...others } = raised.get(key) ?? {};
    const own = change.status === 'raised' ? { ...others, [change.code]: change.since } : others;
    if (Object.keys(own).length === 0) raised.delete(key);
    else raised.set(key, own);
  }
  return { ...state, raised: Object.fromEntries(raised) };
}

/** A run that publishes no events does not prove that people are notified, so it does not count for a deployment. */
function attendedOnly(health: TargetHealth | null): TargetHealth | null {
  if (health === null) return null;
  return { ...health, runs: health.runs.filter(({ flags }) => !flags.includes('unattended')) };
}

/** The codes that the watcher publishes. */
export const WATCHED_CODES = ALERT_CODES.filter(
  (code): code is WatchedAlertCode => ALERTS[code].event === null,
);

function findChanges(
  alerts: readonly TargetAlert[],
  raised: WatchState['raised'][string],
  health: TargetHealth | null,
): AlertChange[] {
  const isSilent = alerts.some(({ code }) => code === 'not-running');
  const lastRun = health?.runs[0]?.at ?? null;
  return WATCHED_CODES.flatMap((code): AlertChange[] => {
    const since = alerts.find((alert) => alert.code === code)?.since ?? null;
    const raisedSince = raised[code] ?? null;
    if (since !== null && raisedSince === null)
      return [{ code, status: 'raised', since, lastRun, failureCodes: failureCodesFor(code, health) }];
    // While no run finishes, nothing shows that another alert is over.
    if (since !== null || raisedSince === null || isSilent) return [];
    return [{ code, status: 'resolved', since: raisedSince, lastRun, failureCodes: [] }];
  });
}

/** The codes explain only failing runs: those of a run before the silence would mislead. */
function failureCodesFor(code: WatchedAlertCode, health: TargetHealth | null): readonly string[] {
  return code === 'run-failing' ? (health?.lastFailure?.codes ?? []) : [];
}

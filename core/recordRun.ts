import { deadlineNearFrom } from './alerts.ts';
import { isUnattended, type RecordedRun, RUN_FLAGS, type RunFlag, type TargetHealth } from './health.ts';
import { pick } from './interfaceFields.ts';
import { metricsOf } from './metrics.ts';
import { earliestOf, type RunReport } from './runReport.ts';

const EMPTY_HEALTH: TargetHealth = {
  runs: [],
  lastFailure: null,
  lastCounts: null,
  nearFrom: null,
};

/** The flag that a metric of a run sets if it is not zero. */
const FLAGS_BY_METRIC: Readonly<Record<string, RunFlag>> = {
  RunFailed: 'failed',
  ConfirmFailed: 'confirmFailed',
  EventDeliveryFailed: 'undelivered',
  Expired: 'expired',
  NotAvailable: 'notAvailable',
  UnexpectedRoutes: 'unexpectedRoutes',
};

/** How long a run is kept, in milliseconds: longer than the window of any interval that has more than three runs in it. */
const KEPT_MS = 80 * 60_000;
/** The number of attended runs, and of unattended ones, that are kept in any case: the shortest window has three. */
const MIN_RUNS = 3;
/** At the shortest interval of a deployment, two minutes, 40 runs are in 80 minutes. */
const MAX_RUNS = 45;
/** The most codes that are kept of a failed run, of which a report may have any number. */
const MAX_CODES = 5;

/**
 * The health after one more run.
 * @param recorded the health before it; `null`: unknown
 * @param isAttended whether the run publishes events
 * @param hasMainReceiver whether it publishes them to an event bus or an events file
 */
export function recordRun(
  recorded: TargetHealth | null,
  report: RunReport,
  isAttended: boolean,
  hasMainReceiver: boolean = isAttended,
): TargetHealth {
  const { runs, ...before } = recorded ?? EMPTY_HEALTH;
  const { finishedAt, failures, counts } = report;
  // Whole seconds, so that the stored age of a run is exact, and does not drift when it is written again.
  const at = new Date(Math.floor(Date.parse(finishedAt) / 1000) * 1000).toISOString();
  const found = new Set([
    ...metricsOf(report).flatMap(({ name, value }) => (value > 0 ? [FLAGS_BY_METRIC[name]] : [])),
    ...(isAttended ? [] : ['unattended']),
    ...(isAttended && !hasMainReceiver ? ['webhooksOnly'] : []),
  ]);
  const flags = RUN_FLAGS.filter((flag) => found.has(flag));
  return {
    ...before,
    runs: keepRuns({ at, flags }, runs),
    ...(failures.length > 0 && {
      lastFailure: { at, codes: [...new Set(failures.map(({ code }) => code))].slice(0, MAX_CODES) },
    }),
    // Without a complete listing, what was pending may still be pending.
    ...(counts !== null && {
      lastCounts: { at, ...pick(counts, ['pending', 'held', 'accepted', 'failed']) },
      nearFrom: earliestOf(report, deadlineNearFrom),
    }),
  };
}

/**
 * The runs to keep, newest first. Alerts of a deployment count attended runs only, so an unattended run never removes an attended
 * one: they are counted apart, and the unattended ones get the room that is left.
 */
function keepRuns(run: RecordedRun, before: readonly RecordedRun[]): RecordedRun[] {
  const at = Date.parse(run.at);
  const isKept = (earlier: RecordedRun): boolean => {
    // Fail closed: the clock of an unattended run, such as that of a person's computer, proves nothing about an attended one.
    if (isUnattended(run) && !isUnattended(earlier)) return true;
    // Fail closed: a run that is dated later was timed by a clock that ran ahead, and would hide that no runs finish.
    return Date.parse(earlier.at) <= at;
  };
  const isRecent = (one: RecordedRun, i: number): boolean =>
    i < MIN_RUNS || at - Date.parse(one.at) < KEPT_MS;
  const runs = [run, ...before.filter(isKept)].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const attended = runs
    .filter((one) => !isUnattended(one))
    .filter(isRecent)
    .slice(0, MAX_RUNS);
  const unattended = runs
    .filter(isUnattended)
    .filter(isRecent)
    .slice(0, MAX_RUNS - attended.length);
  const kept = new Set([...attended, ...unattended]);
  return runs.filter((one) => kept.has(one));
}

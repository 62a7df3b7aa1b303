/**
 * The health of a target: what its latest runs reported, small enough for the item that has the lease. Each run records it when
 * it releases the lease. Alerts are computed from it, without the log and without metrics of each target.
 */
export interface TargetHealth {
  /** newest first, a limited number */
  readonly runs: readonly RecordedRun[];
  /** of the last run that failed; `null`: none is known */
  readonly lastFailure: { readonly at: string; readonly codes: readonly string[] } | null;
  /** of the last run with a complete listing; `null`: none is known */
  readonly lastCounts: RecordedCounts | null;
  /**
   * from when on the first of the requests that were pending after the last complete listing is near its deadline, perhaps in the
   * future; `null`: nothing expires, or it is not known when
   */
  readonly nearFrom: string | null;
}

/** One run in the health of a target. */
export interface RecordedRun {
  /** when it finished, in whole seconds */
  readonly at: string;
  readonly flags: readonly RunFlag[];
}

/** What a run found. A flag that is absent also means that the run could not find out. */
export const RUN_FLAGS = [
  'failed',
  'confirmFailed',
  'undelivered',
  'expired',
  'notAvailable',
  'unexpectedRoutes',
  /** the run publishes no events and writes no metrics, so it does not prove that people are notified */
  'unattended',
  /** the run publishes events, but only to webhooks: it does not prove that the target has no event bus or events file */
  'webhooksOnly',
] as const;
export type RunFlag = (typeof RUN_FLAGS)[number];

export function isUnattended({ flags }: RecordedRun): boolean {
  return flags.includes('unattended');
}

export interface RecordedCounts {
  readonly at: string;
  readonly pending: number;
  readonly held: number;
  readonly accepted: number;
  readonly failed: number;
}

import type { RunFlag, TargetHealth } from '../../core/health.ts';

/** The time at which the health of `aHealth` was recorded. */
export const RECORDED_AT = '2026-11-10T12:00:00.000Z';

/** The time this number of minutes before `RECORDED_AT`, or after it if negative. */
export function minutesBefore(minutes: number): string {
  return new Date(Date.parse(RECORDED_AT) - minutes * 60_000).toISOString();
}

/** The health of a target with a run every five minutes. @param runs the flags of each, the newest first */
export function aHealth(
  runs: readonly (readonly RunFlag[])[] = [],
  given: Partial<TargetHealth> = {},
): TargetHealth {
  return {
    runs: runs.map((flags, i) => ({ at: minutesBefore(5 * i), flags })),
    lastFailure: null,
    lastCounts: null,
    nearFrom: null,
    ...given,
  };
}

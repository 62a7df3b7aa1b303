/** When a request expires: at a time in `[earliest, latest]`, both ISO 8601 in UTC. */
export interface Deadline {
  /** `null`: unknown, because no complete listing is known before the first observation; or requests never expire here */
  readonly earliest: string | null;
  /** `null`: requests never expire here */
  readonly latest: string | null;
}

export const NO_DEADLINE: Deadline = { earliest: null, latest: null };

/**
 * Computes the deadline. The request was made after the last complete listing without it, and before its first observation.
 * @param expiry seconds from request to expiry; `null` if requests never expire at this provider
 */
export function deadlineOf(
  observation: { readonly firstSeen: string; readonly notListedAt: string | null },
  expiry: number | null,
): Deadline {
  if (expiry === null) return NO_DEADLINE;
  const { firstSeen, notListedAt } = observation;
  // Fail closed: a listing that is dated after a later observation was timed by a wrong clock, and proves nothing.
  const isBounded = notListedAt !== null && Date.parse(notListedAt) <= Date.parse(firstSeen);
  return {
    earliest: isBounded ? plusSeconds(notListedAt, expiry) : null,
    latest: plusSeconds(firstSeen, expiry),
  };
}

/** Seconds from `at` to the earliest expiry, or to the latest one if the earliest is unknown. */
export function secondsToExpiry(deadline: Deadline, at: Date): number | null {
  const end = deadline.earliest ?? deadline.latest;
  return end === null ? null : (Date.parse(end) - at.getTime()) / 1000;
}

/** The instant some seconds after another one, or before it if negative. */
export function plusSeconds(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/** A deadline is reported if its earliest expiry is unknown, and at each of these numbers of hours before expiry. */
export const DEADLINE_THRESHOLDS = ['unknown', '72', '24', '6'] as const;
export type DeadlineThreshold = (typeof DEADLINE_THRESHOLDS)[number];

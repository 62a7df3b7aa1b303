/** When a request expires: some time in `[earliest, latest]`, ISO 8601 in UTC. */
export interface Deadline {
  /** `null`: not known, because no complete listing is known to come before the sighting, or requests never expire here */
  readonly earliest: string | null;
  /** `null`: requests never expire here */
  readonly latest: string | null;
}

export const NO_DEADLINE: Deadline = { earliest: null, latest: null };

/**
 * The request was made after the last complete listing that did not show it and before it was first seen.
 * @param expiry seconds from request to expiry; `null` when the provider lets requests stand for ever
 */
export function deadlineOf(
  sighting: { readonly firstSeen: string; readonly notListedAt: string | null },
  expiry: number | null,
): Deadline {
  if (expiry === null) return NO_DEADLINE;
  const { firstSeen, notListedAt } = sighting;
  // Fail closed: a listing later than what came after it was timed by a clock that stepped, and proves nothing.
  const isBounded = notListedAt !== null && Date.parse(notListedAt) <= Date.parse(firstSeen);
  return {
    earliest: isBounded ? plusSeconds(notListedAt, expiry) : null,
    latest: plusSeconds(firstSeen, expiry),
  };
}

/** Seconds from `at` to the end to warn on: the early one, or the late one where the early one is unknown. */
export function secondsToExpiry(deadline: Deadline, at: Date): number | null {
  const end = deadline.earliest ?? deadline.latest;
  return end === null ? null : (Date.parse(end) - at.getTime()) / 1000;
}

function plusSeconds(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/** A deadline is announced when its early end is not known, and at so many hours before its end. */
export const DEADLINE_THRESHOLDS = ['unknown', '72', '24', '6'] as const;
export type DeadlineThreshold = (typeof DEADLINE_THRESHOLDS)[number];

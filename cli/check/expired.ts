import type { EndedView } from '../status/targetView.ts';

/** What an earlier check left behind about one target. */
export interface LastCheck {
  readonly at: string;
  /** expired requests that were reported: a run may record one after a check has found it */
  readonly reported: readonly string[];
}

const HOUR_MS = 3_600_000;
/** How far back a first check looks, in milliseconds. */
const FIRST_MS = 24 * HOUR_MS;
/** A run may record, after a check, what it found out before it. */
const MARGIN_MS = HOUR_MS;

/**
 * The requests that expired since the last check and were not reported yet.
 * @param last `null`: there was none, as far as is known
 */
export function newlyExpired(ended: readonly EndedView[], at: string, last: LastCheck | null): EndedView[] {
  const now = Date.parse(at);
  // A clock that was set back must hide nothing.
  const since = last === null ? now - FIRST_MS : Math.min(now, Date.parse(last.at)) - MARGIN_MS;
  const reported = new Set(last?.reported);
  return ended.filter(
    (end) => end.as === 'expired' && Date.parse(end.endedAt) >= since && !reported.has(keyOf(end)),
  );
}

/** What the next check must know. Reported requests are kept as long as `status` shows them. */
export function checkNow(
  ended: readonly EndedView[],
  at: string,
  last: LastCheck | null,
  now: readonly EndedView[],
): LastCheck {
  const shown = new Set(ended.map(keyOf));
  const before = (last?.reported ?? []).filter((key) => shown.has(key));
  return { at, reported: [...new Set([...before, ...now.map(keyOf)])].sort() };
}

function keyOf({ id, firstSeen }: EndedView): string {
  return `${id} ${firstSeen ?? 'unseen'}`;
}

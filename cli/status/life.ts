import type { Pending } from './pendingView.ts';

/** One request on a timeline. Instants are in milliseconds since 1970. */
export interface Life {
  /** when it was made: not before this, and not after it was first seen */
  readonly made: Span;
  /** when it will expire; `null`: never. Its start is `null` where the early end is not known: any moment from now on */
  readonly ends: { readonly from: number | null; readonly to: number } | null;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The time that a timeline shows, with its marks. */
export interface Axis extends Span {
  readonly now: number;
  readonly marks: readonly { readonly at: number; readonly label: string }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function lifeOf({ firstSeen, deadline }: Pending, now: number, expirySeconds: number | null): Life {
  const { earliest, latest } = deadline;
  const seen = firstSeen === null ? now : Date.parse(firstSeen);
  if (latest === null || expirySeconds === null) return { made: { from: seen, to: seen }, ends: null };
  const expiry = expirySeconds * 1000;
  // What is older than the period would be over: where nothing else is known, that bounds it.
  const from = earliest === null ? Math.min(seen, now - expiry) : Date.parse(earliest) - expiry;
  return {
    made: { from, to: seen },
    ends: { from: earliest === null ? null : Date.parse(earliest), to: Date.parse(latest) },
  };
}

/** From the earliest moment at which one of them can have been made to the latest at which one can expire. */
export function axisOf(lives: readonly Life[], now: number): Axis {
  const first = Math.min(now, ...lives.map(({ made }) => made.from));
  const last = Math.max(now, ...lives.map(({ ends }) => ends?.to ?? now));
  // Room for what stands at the very ends.
  const margin = Math.max((last - first) * 0.02, HOUR / 4);
  const span = { from: first - margin, to: last + margin };
  return { ...span, now, marks: marksOf(span) };
}

/** Where an instant stands on the axis, from 0 to 100. */
export function percentAt({ from, to }: Axis, instant: number): number {
  return Math.round(Math.min(100, Math.max(0, ((instant - from) / (to - from)) * 100)) * 1000) / 1000;
}

const STEPS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY];

/** Ten at most: on the hour, at midnight UTC, or on Mondays. */
function marksOf({ from, to }: Span): Axis['marks'] {
  const step = STEPS.find((candidate) => (to - from) / candidate <= 10) ?? 364 * DAY;
  // The first day of 1970 was a Thursday.
  const offset = step >= 7 * DAY ? 4 * DAY : 0;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => first + i * step).map((at) => ({
    at,
    label: labelOf(at, step),
  }));
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function labelOf(at: number, step: number): string {
  const date = new Date(at);
  const day = date.getUTCDate();
  if (step >= 7 * DAY) return `${day} ${MONTHS[date.getUTCMonth()]}`;
  if (step >= DAY || date.getUTCHours() === 0) return `${WEEKDAYS[date.getUTCDay()]} ${day}`;
  return date.toISOString().slice(11, 16);
}

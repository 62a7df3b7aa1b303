import { type Html, html, prose } from './htmlTemplate.ts';
import type { PendingView } from './pendingView.ts';
import { formatAge, formatMinute, wholePercent } from './statusWording.ts';

/** The lifetime of one request on the timeline, in milliseconds since 1970. */
export interface RequestLifetime {
  /** the period in which it was offered: it ends when the request was first seen */
  readonly made: Span;
  /** the period in which it expires; `null`: never. `from` is `null` when the earliest expiry is not known: at any moment from now on */
  readonly ends: { readonly from: number | null; readonly to: number } | null;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The period that a timeline shows, with its marks. */
export interface TimelineAxis extends Span {
  readonly now: number;
  readonly marks: readonly { readonly at: number; readonly label: string }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function computeLifetime(
  { firstSeen, deadline }: PendingView,
  now: number,
  expirySeconds: number | null,
): RequestLifetime {
  const { earliest, latest } = deadline;
  const seen = firstSeen === null ? now : Date.parse(firstSeen);
  if (latest === null || expirySeconds === null) return { made: { from: seen, to: seen }, ends: null };
  const expiry = expirySeconds * 1000;
  // When the earliest expiry is not known: a request older than the expiry period would have expired, which bounds its age.
  const from = earliest === null ? Math.min(seen, now - expiry) : Date.parse(earliest) - expiry;
  return {
    made: { from, to: seen },
    ends: { from: earliest === null ? null : Date.parse(earliest), to: Date.parse(latest) },
  };
}

/** The axis reaches from the earliest time at which a request can have been offered to the latest expiry. */
export function computeAxis(lives: readonly RequestLifetime[], now: number): TimelineAxis {
  const first = Math.min(now, ...lives.map(({ made }) => made.from));
  const last = Math.max(now, ...lives.map(({ ends }) => ends?.to ?? now));
  // Room for marks at both ends.
  const margin = Math.max((last - first) * 0.02, HOUR / 4);
  const span = { from: first - margin, to: last + margin };
  return { ...span, now, marks: computeMarks(span) };
}

/** The position of an instant on the axis, from 0 to 100. */
export function percentAt({ from, to }: TimelineAxis, instant: number): number {
  return Math.round(Math.min(100, Math.max(0, ((instant - from) / (to - from)) * 100)) * 1000) / 1000;
}

const STEPS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY];

/** At most ten marks: on full hours, at midnight UTC, or on Mondays. */
function computeMarks({ from, to }: Span): TimelineAxis['marks'] {
  const step = STEPS.find((candidate) => (to - from) / candidate <= 10) ?? 364 * DAY;
  // The first day of 1970 was a Thursday.
  const offset = step >= 7 * DAY ? 4 * DAY : 0;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => first + i * step).map((at) => ({
    at,
    label: formatMark(at, step),
  }));
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function formatMark(at: number, step: number): string {
  const date = new Date(at);
  const day = date.getUTCDate();
  if (step >= 7 * DAY) return `${day} ${MONTHS[date.getUTCMonth()]}`;
  if (step >= DAY || date.getUTCHours() === 0) return `${WEEKDAYS[date.getUTCDay()]} ${day}`;
  return date.toISOString().slice(11, 16);
}

/** Renders the axis above the rows: days, and the time of the snapshot. */
export function renderAxis(axis: TimelineAxis): Html {
  const now = percentAt(axis, axis.now);
  // A label at the edge would be cut, so it is placed inside.
  const anchor = now > 90 ? 'end' : now < 10 ? 'start' : 'middle';
  const days = axis.marks
    .map(({ at, label }, i) => ({ label, x: percentAt(axis, at), parity: i % 2 === 0 ? 'even' : 'odd' }))
    // On a narrow screen half of a label is that wide: closer to the edge it would leave the column.
    .filter(({ x }) => x > 7 && x < 93)
    .map(
      ({ label, x, parity }) =>
        html`<text class="${parity}" x="${x}%" y="34" text-anchor="middle">${label}</text>`,
    );
  return html`<svg class="axis" aria-hidden="true">${days}<text class="now" x="${now}%" y="14" text-anchor="${anchor}">snapshot</text></svg>`;
}

/** Renders one request on the axis. The title says in words what colours and patterns show. */
export function renderTrack(item: PendingView, life: RequestLifetime, axis: TimelineAxis): Html {
  const grid = axis.marks.map(({ at }) => renderVerticalLine('mark', percentAt(axis, at)));
  return html`<svg class="track" role="img"><title>${prose(describeLifetime(item))}</title>${grid}${centreVertically(renderSegments(life, axis))}${renderVerticalLine('now', percentAt(axis, axis.now))}</svg>`;
}

export type SegmentKind = 'perhaps' | 'elapsed' | 'left' | 'ends' | 'unknown';

export function renderLegendMark(kind: SegmentKind): Html {
  return html`<svg class="key" aria-hidden="true">${centreVertically([renderSegment(kind, 0, 100)])}</svg>`;
}

function renderSegments({ made, ends }: RequestLifetime, axis: TimelineAxis): Html[] {
  const { now } = axis;
  const from = (kind: SegmentKind, start: number, end: number): Html =>
    renderSegment(kind, percentAt(axis, start), percentAt(axis, end));
  if (ends === null) return [from('elapsed', made.to, now)];
  const past = [from('perhaps', made.from, made.to), from('elapsed', made.to, Math.min(now, ends.to))];
  if (ends.from === null) return [...past, from('unknown', now, ends.to)];
  return [
    ...past,
    ...(ends.from > now ? [from('left', now, ends.from)] : []),
    from('ends', ends.from, ends.to),
  ];
}

/** @param x start of the segment, from 0 to 100; `end` likewise */
function renderSegment(kind: SegmentKind, x: number, end: number): Html {
  // A thick dashed line gives stripes without an SVG pattern, which would need a reference.
  if (kind === 'perhaps' || kind === 'unknown')
    return html`<line class="${kind}" x1="${x}%" x2="${end}%" y1="0" y2="0"/>`;
  const width = Math.round(Math.max(0, end - x) * 1000) / 1000;
  return html`<rect class="${kind}" x="${x}%" y="-6" width="${width}%" height="12"/>`;
}

function centreVertically(content: readonly Html[]): Html {
  return html`<svg y="50%" overflow="visible">${content}</svg>`;
}

function renderVerticalLine(kind: string, x: number): Html {
  return html`<line class="${kind}" x1="${x}%" x2="${x}%" y1="0" y2="100%"/>`;
}

/** Describes in words what the segment shows. */
function describeLifetime(item: PendingView): string {
  const { firstSeen, deadline, elapsed } = item;
  const seen = firstSeen === null ? 'first seen in this snapshot' : `first seen ${formatMinute(firstSeen)}`;
  if (deadline.latest === null || elapsed === null)
    return `${seen}, ${formatAge(item)} before the snapshot; it never expires`;
  const least = wholePercent(elapsed.atLeast);
  if (deadline.earliest === null || elapsed.atMost === null) {
    return `${seen}; at least ${least} % of its time has elapsed; it may expire at any moment, at ${formatMinute(deadline.latest)} at the latest`;
  }
  const most = wholePercent(elapsed.atMost);
  const share = least === most ? `${most} %` : `${least} to ${most} %`;
  return `${seen}; ${share} of its time has elapsed; it expires between ${formatMinute(deadline.earliest)} and ${formatMinute(deadline.latest)}`;
}

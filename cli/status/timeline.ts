import { percent } from './bar.ts';
import { type Html, html, prose } from './htmlTemplate.ts';
import { type Axis, type Life, percentAt } from './life.ts';
import type { Pending } from './pendingView.ts';
import { ageOf, minuteOf } from './statusWording.ts';

/** The days above the rows, and when the snapshot was taken. */
export function axisTrack(axis: Axis): Html {
  const now = percentAt(axis, axis.now);
  // A label at the very edge would be cut: it stands inside.
  const anchor = now > 90 ? 'end' : now < 10 ? 'start' : 'middle';
  const days = axis.marks
    .map(({ at, label }, i) => ({ label, x: percentAt(axis, at), parity: i % 2 === 0 ? 'even' : 'odd' }))
    // On a narrow screen half of a label is that wide: at the very edge it would hang out of the column.
    .filter(({ x }) => x > 7 && x < 93)
    .map(
      ({ label, x, parity }) =>
        html`<text class="${parity}" x="${x}%" y="34" text-anchor="middle">${label}</text>`,
    );
  return html`<svg class="axis" aria-hidden="true">${days}<text class="now" x="${now}%" y="14" text-anchor="${anchor}">snapshot</text></svg>`;
}

/** One request against the axis. What is said by colour and pattern is said by the title too. */
export function rowTrack(item: Pending, life: Life, axis: Axis): Html {
  const grid = axis.marks.map(({ at }) => upright('mark', percentAt(axis, at)));
  return html`<svg class="track" role="img"><title>${prose(storyOf(item))}</title>${grid}${onMiddle(segments(life, axis))}${upright('now', percentAt(axis, axis.now))}</svg>`;
}

export type Kind = 'perhaps' | 'elapsed' | 'left' | 'ends' | 'unknown';

export function legendMark(kind: Kind): Html {
  return html`<svg class="key" aria-hidden="true">${onMiddle([segment(kind, 0, 100)])}</svg>`;
}

function segments({ made, ends }: Life, axis: Axis): Html[] {
  const { now } = axis;
  const from = (kind: Kind, start: number, end: number): Html =>
    segment(kind, percentAt(axis, start), percentAt(axis, end));
  if (ends === null) return [from('elapsed', made.to, now)];
  const past = [from('perhaps', made.from, made.to), from('elapsed', made.to, Math.min(now, ends.to))];
  if (ends.from === null) return [...past, from('unknown', now, ends.to)];
  return [
    ...past,
    ...(ends.from > now ? [from('left', now, ends.from)] : []),
    from('ends', ends.from, ends.to),
  ];
}

/** @param x where it starts, from 0 to 100; `end` likewise */
function segment(kind: Kind, x: number, end: number): Html {
  // A thick dashed line makes stripes without a pattern, and so without a reference.
  if (kind === 'perhaps' || kind === 'unknown')
    return html`<line class="${kind}" x1="${x}%" x2="${end}%" y1="0" y2="0"/>`;
  const width = Math.round(Math.max(0, end - x) * 1000) / 1000;
  return html`<rect class="${kind}" x="${x}%" y="-6" width="${width}%" height="12"/>`;
}

function onMiddle(content: readonly Html[]): Html {
  return html`<svg y="50%" overflow="visible">${content}</svg>`;
}

function upright(kind: string, x: number): Html {
  return html`<line class="${kind}" x1="${x}%" x2="${x}%" y1="0" y2="100%"/>`;
}

/** What the picture shows, in words. */
function storyOf(item: Pending): string {
  const { firstSeen, deadline, gone } = item;
  const seen = firstSeen === null ? 'never seen before' : `first seen ${minuteOf(firstSeen)}`;
  if (deadline.latest === null || gone === null)
    return `${seen}, ${ageOf(item)} before the snapshot; it never expires`;
  const least = percent(gone.atLeast);
  if (deadline.earliest === null || gone.atMost === null) {
    return `${seen}; at least ${least} % of its time had passed; it may expire at any moment, at ${minuteOf(deadline.latest)} at the latest`;
  }
  const most = percent(gone.atMost);
  const share = least === most ? `${most} %` : `${least} to ${most} %`;
  return `${seen}; ${share} of its time had passed; it expires between ${minuteOf(deadline.earliest)} and ${minuteOf(deadline.latest)}`;
}

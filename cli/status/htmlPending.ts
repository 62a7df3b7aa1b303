import { badge, card, expiry } from './htmlCard.ts';
import { time } from './htmlTable.ts';
import { type Html, html } from './htmlTemplate.ts';
import { type Axis, axisOf, type Life, lifeOf } from './life.ts';
import type { Pending } from './pendingView.ts';
import { type Urgency, urgencyOf } from './statusWording.ts';
import type { TargetView } from './targetView.ts';
import { axisTrack, type Kind, legendMark, rowTrack } from './timeline.ts';

/** Every pending request against its deadline; then each with why, and what to do. */
export function pendingSection(view: TargetView, anchor: string): Html {
  const { pending, at } = view;
  if (pending.length === 0) return html``;
  return html`<section><h3>Pending</h3>
${timeline(view, anchor)}
${pending.map((item, i) => card(item, at, `${anchor}-${i + 1}`))}</section>
`;
}

function timeline(view: TargetView, anchor: string): Html {
  const { pending, at, expirySeconds } = view;
  const now = Date.parse(at);
  const rows = pending.map((item) => ({ item, life: lifeOf(item, now, expirySeconds) }));
  const axis = axisOf(
    rows.map(({ life }) => life),
    now,
  );
  return html`<table class="timeline" role="table">
<caption class="unseen">Pending requests, soonest first, each on a line of time in UTC</caption>
<thead role="rowgroup"><tr role="row">
<th scope="col" role="columnheader">Request</th>
<th scope="col" role="columnheader"><span class="unseen">Time</span>${axisTrack(axis)}</th>
<th scope="col" role="columnheader">${expirySeconds === null ? 'First seen (UTC)' : 'Expires (UTC)'}</th>
</tr></thead>
<tbody role="rowgroup">
${rows.map(({ item, life }, i) => row(item, life, axis, view, `${anchor}-${i + 1}`))}</tbody>
</table>
${legend(rows, at)}`;
}

function row(item: Pending, life: Life, axis: Axis, { at }: TargetView, anchor: string): Html {
  return html`<tr role="row" class="${urgencyOf(item, at)}">
<th scope="row" role="rowheader"><a href="#${anchor}"><code>${item.id}</code></a> ${badge(item)}<small>${item.name ?? 'without a name'}</small></th>
<td role="cell" class="on">${rowTrack(item, life, axis)}</td>
<td role="cell" class="when">${when(item)}</td>
</tr>
`;
}

function when({ deadline, firstSeen }: Pending): Html {
  if (deadline.latest !== null) return expiry(deadline, deadline.latest);
  return firstSeen === null ? html`unknown` : time(firstSeen);
}

interface Row {
  readonly item: Pending;
  readonly life: Life;
}

/** What the colours and patterns of these rows mean: each in the colour that it has in a row. */
function legend(rows: readonly Row[], at: string): Html {
  const entry = (kind: Kind, words: string, urgency: Urgency = 'later'): Html =>
    html`<li class="${urgency}">${legendMark(kind)}${words}</li>`;
  const isTimed = rows.some(({ life }) => life.ends !== null);
  if (!isTimed) return html`<ul class="legend">${entry('elapsed', 'pending since it was first seen')}</ul>`;
  const open = urgenciesOf(rows, at, (life) => life.ends !== null && life.ends.from === null);
  const known = urgenciesOf(rows, at, (life) => life.ends !== null && life.ends.from !== null);
  return html`<ul class="legend">${[
    entry('perhaps', 'was offered during this period'),
    entry('elapsed', 'pending'),
    ...(known.length === 0 ? [] : [entry('left', 'time left')]),
    ...known.map((urgency) => entry('ends', `expires during this period${WITHIN[urgency]}`, urgency)),
    ...open.map((urgency) => entry('unknown', 'may expire at any moment', urgency)),
  ]}</ul>`;
}

const WITHIN: Readonly<Record<Urgency, string>> = {
  now: ', which begins within a day',
  soon: ', which begins within three days',
  later: '',
  none: '',
};

function urgenciesOf(rows: readonly Row[], at: string, which: (life: Life) => boolean): Urgency[] {
  const found = new Set(rows.filter(({ life }) => which(life)).map(({ item }) => urgencyOf(item, at)));
  return (['now', 'soon', 'later'] as const).filter((urgency) => found.has(urgency));
}

import { badge, card } from './htmlCard.ts';
import { unbroken } from './htmlTable.ts';
import { type Axis, axisOf, type Life, lifeOf } from './life.ts';
import { type Html, html } from './markup.ts';
import type { Pending } from './pending.ts';
import { axisTrack, legendMark, rowTrack } from './timeline.ts';
import type { TargetView } from './view.ts';
import { ageOf, timeLeft, urgencyOf } from './words.ts';

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
<th scope="col" role="columnheader">${expirySeconds === null ? 'Waiting' : 'Expires'}</th>
</tr></thead>
<tbody role="rowgroup">
${rows.map(({ item, life }, i) => row(item, life, axis, view, `${anchor}-${i + 1}`))}</tbody>
</table>
${legend(expirySeconds !== null)}`;
}

function row(item: Pending, life: Life, axis: Axis, { at, expirySeconds }: TargetView, anchor: string): Html {
  const when = expirySeconds === null ? ageOf(item) : timeLeft(item.deadline, at);
  return html`<tr role="row" class="${urgencyOf(item, at)}">
<th scope="row" role="rowheader"><a href="#${anchor}"><code>${item.id}</code></a> ${badge(item)}<small>${item.name ?? 'without a name'}</small></th>
<td role="cell" class="on">${rowTrack(item, life, axis)}</td>
<td role="cell" class="when">${unbroken(when)}</td>
</tr>
`;
}

function legend(expires: boolean): Html {
  const entry = (kind: Parameters<typeof legendMark>[0], words: string): Html =>
    html`<li>${legendMark(kind)}${words}</li>`;
  if (!expires) return html`<ul class="legend">${entry('elapsed', 'waiting since first seen')}</ul>`;
  return html`<ul class="legend">${[
    entry('perhaps', 'made some time in here'),
    entry('elapsed', 'waiting'),
    entry('left', 'time left'),
    entry('ends', 'expires in here'),
    entry('unknown', 'may expire at any moment'),
  ]}</ul>`;
}

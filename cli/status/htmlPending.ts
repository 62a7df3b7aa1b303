import type { Deadline } from '../../core/deadline.ts';
import { adviceFor, labelManualCommand } from '../../core/operatorAdvice.ts';
import { isPending } from '../../core/runReport.ts';
import { describeCapacity } from '../output/requestText.ts';
import { type Html, html, prose, renderCode, renderTime, renderTimeSpan } from './htmlTemplate.ts';
import {
  computeAxis,
  computeLifetime,
  type RequestLifetime,
  renderAxis,
  renderLegendMark,
  renderTrack,
  type SegmentKind,
  type TimelineAxis,
} from './htmlTimeline.ts';
import type { PendingView } from './pendingView.ts';
import {
  describeOutcome,
  describeRemarks,
  formatAge,
  formatTimeLeft,
  type Urgency,
  urgencyOf,
} from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** Renders the pending requests: a timeline of all, then a card for each. */
export function renderPendingSection(view: TargetView, anchor: string): Html {
  const { pending, at } = view;
  if (pending.length === 0) return html``;
  return html`<section><h3>Pending</h3>
${renderTimeline(view, anchor)}
${pending.map((item, i) => renderCard(item, at, `${anchor}-${i + 1}`))}</section>
`;
}

/** Renders one pending request: expiry, description, reasons, and what a person can do. */
function renderCard(item: PendingView, at: string, anchor: string): Html {
  const { id, connection, vlan, name } = item;
  return html`<article class="card ${urgencyOf(item, at)}" id="${anchor}">
<h4><code>${id}</code> ${renderBadge(item)}</h4>
<dl>
${item.deadline.latest === null ? null : renderFact('Expires', renderExpires(item.deadline, item.deadline.latest, at))}
${renderFact('First seen', renderFirstSeen(item))}
${renderFact('Connection', renderCode(connection))}
${renderFact('VLAN', html`${vlan ?? '–'}`)}
${renderFact('Name', html`${name ?? '–'}`)}
</dl>
${renderDecision(item)}${renderRemarks(item)}${renderAdvice(item)}</article>
`;
}

function renderBadge(item: PendingView): Html {
  return html`<span class="badge ${item.now?.outcome ?? 'unknown'}">${describeOutcome(item)}</span>`;
}

function renderFact(term: string, value: Html): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function renderExpires(deadline: Deadline, latest: string, at: string): Html {
  return html`${renderExpiry(deadline, latest)}<br><small>${formatTimeLeft(deadline, at)}, as of the snapshot</small>`;
}

/** Renders the interval in which the request expires. */
function renderExpiry({ earliest }: Deadline, latest: string): Html {
  return earliest === null
    ? html`at any moment, <span class="one">by ${renderTime(latest)}</span>`
    : renderTimeSpan(earliest, latest);
}

function renderFirstSeen(item: PendingView): Html {
  const { firstSeen, remembered } = item;
  if (firstSeen === null) return html`in this snapshot`;
  if (!remembered) return html`${renderTime(firstSeen)}<br><small>in this snapshot</small>`;
  return html`${renderTime(firstSeen)}<br><small>${formatAge(item)} earlier</small>`;
}

function renderDecision({ now, heldBefore }: PendingView): Html {
  if (now === null) {
    return heldBefore.length === 0 ? html`` : html`<p>Held by the last run:</p>${renderReasons(heldBefore)}`;
  }
  const { decision, message } = now;
  const paragraph = message === null ? null : html`<p>${prose(message)}</p>\n`;
  if (decision.verdict === 'hold') return html`${paragraph}${renderReasons(decision.reasons)}`;
  const { owner, grant, gateway } = decision;
  return html`${paragraph}<p>Grant <code>${owner}.${grant}</code> assigns gateway <code>${gateway}</code>.</p>\n`;
}

function renderReasons(all: readonly { readonly code: string; readonly message: string }[]): Html {
  return html`<ul class="reasons">${all.map(
    ({ code: reason, message }) => html`<li><b>${reason}</b> ${prose(message)}</li>`,
  )}</ul>\n`;
}

function renderRemarks(item: PendingView): Html {
  const notes = [
    ...describeCapacity(item),
    ...describeRemarks(item),
    ...(item.now?.skipped ?? []).map((check) => `not checked: ${check}`),
  ];
  if (notes.length === 0) return html``;
  return html`<ul class="remarks">${notes.map((note) => html`<li>${prose(note)}</li>`)}</ul>\n`;
}

function renderAdvice({ now }: PendingView): Html {
  if (now === null || !isPending(now.outcome)) return html``;
  const { decision, manualOverrideCommand: command } = now;
  const advice = html`<p><b>To do:</b> ${prose(adviceFor(decision))}</p>\n`;
  if (command === null) return advice;
  return html`${advice}<p class="manual">${capitalise(labelManualCommand(decision, command))}:</p>
<pre><code>${prose(command.text)}</code></pre>\n`;
}

function capitalise(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function renderTimeline(view: TargetView, anchor: string): Html {
  const { pending, at, expirySeconds } = view;
  const now = Date.parse(at);
  const rows = pending.map((item) => ({ item, life: computeLifetime(item, now, expirySeconds) }));
  const axis = computeAxis(
    rows.map(({ life }) => life),
    now,
  );
  return html`<table class="timeline" role="table">
<caption class="unseen">Pending requests, soonest expiry first, each on a timeline in UTC</caption>
<thead role="rowgroup"><tr role="row">
<th scope="col" role="columnheader">Request</th>
<th scope="col" role="columnheader"><span class="unseen">Time</span>${renderAxis(axis)}</th>
<th scope="col" role="columnheader">${expirySeconds === null ? 'First seen (UTC)' : 'Expires (UTC)'}</th>
</tr></thead>
<tbody role="rowgroup">
${rows.map(({ item, life }, i) => renderRow(item, life, axis, view, `${anchor}-${i + 1}`))}</tbody>
</table>
${renderLegend(rows, at)}`;
}

function renderRow(
  item: PendingView,
  life: RequestLifetime,
  axis: TimelineAxis,
  { at }: TargetView,
  anchor: string,
): Html {
  return html`<tr role="row" class="${urgencyOf(item, at)}">
<th scope="row" role="rowheader"><a href="#${anchor}"><code>${item.id}</code></a> ${renderBadge(item)}<small>${item.name ?? '(no name)'}</small></th>
<td role="cell" class="on">${renderTrack(item, life, axis)}</td>
<td role="cell" class="when">${renderWhen(item)}</td>
</tr>
`;
}

function renderWhen({ deadline, firstSeen }: PendingView): Html {
  if (deadline.latest !== null) return renderExpiry(deadline, deadline.latest);
  return firstSeen === null ? html`unknown` : renderTime(firstSeen);
}

interface Row {
  readonly item: PendingView;
  readonly life: RequestLifetime;
}

/** Renders the legend of the colours and patterns in these rows, each in the colour that the rows use. */
function renderLegend(rows: readonly Row[], at: string): Html {
  const entry = (kind: SegmentKind, words: string, urgency: Urgency = 'later'): Html =>
    html`<li class="${urgency}">${renderLegendMark(kind)}${words}</li>`;
  const isTimed = rows.some(({ life }) => life.ends !== null);
  if (!isTimed) return html`<ul class="legend">${entry('elapsed', 'pending since first seen')}</ul>`;
  const open = urgenciesOf(rows, at, (life) => life.ends !== null && life.ends.from === null);
  const known = urgenciesOf(rows, at, (life) => life.ends !== null && life.ends.from !== null);
  return html`<ul class="legend">${[
    entry('perhaps', 'offered during this period'),
    entry('elapsed', 'pending'),
    ...(known.length === 0 ? [] : [entry('left', 'time left')]),
    ...known.map((urgency) => entry('ends', `expires during this period${BEGINS_WITHIN[urgency]}`, urgency)),
    ...open.map((urgency) => entry('unknown', 'may expire at any moment', urgency)),
  ]}</ul>`;
}

const BEGINS_WITHIN: Readonly<Record<Urgency, string>> = {
  now: ', which begins within a day',
  soon: ', which begins within three days',
  later: '',
  none: '',
};

function urgenciesOf(rows: readonly Row[], at: string, which: (life: RequestLifetime) => boolean): Urgency[] {
  const found = new Set(rows.filter(({ life }) => which(life)).map(({ item }) => urgencyOf(item, at)));
  return (['now', 'soon', 'later'] as const).filter((urgency) => found.has(urgency));
}

import type { Deadline } from '../../core/deadline.ts';
import { adviceFor, labelManualCommand } from '../../core/operatorAdvice.ts';
import { isPending } from '../../core/runReport.ts';
import { type Html, html, prose, renderCode, renderTime, renderTimeSpan } from './htmlTemplate.ts';
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
import {
  computeAxis,
  computeLifetime,
  type RequestLifetime,
  renderAxis,
  renderLegendMark,
  renderTrack,
  type SegmentKind,
  type TimelineAxis,
} from './timeline.ts';

/** One pending request: when it expires, whose it is, why it is not simply accepted, and what a person can do. */
function renderCard(item: PendingView, at: string, anchor: string): Html {
  const { id, connection, vlan, name } = item;
  return html`<article class="card ${urgencyOf(item, at)}" id="${anchor}">
<h4><code>${id}</code> ${renderBadge(item)}</h4>
<dl>
${item.deadline.latest === null ? null : fact('Expires', expires(item.deadline, item.deadline.latest, at))}
${fact('First seen', seen(item))}
${fact('Connection', renderCode(connection))}
${fact('VLAN', html`${vlan ?? '–'}`)}
${fact('Name', html`${name ?? '–'}`)}
</dl>
${verdict(item)}${remarks(item)}${toDo(item)}</article>
`;
}

function renderBadge(item: PendingView): Html {
  return html`<span class="badge ${item.now?.outcome ?? 'unknown'}">${describeOutcome(item)}</span>`;
}

function fact(term: string, value: Html): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function expires(deadline: Deadline, latest: string, at: string): Html {
  return html`${renderExpiry(deadline, latest)}<br><small>${formatTimeLeft(deadline, at)}, as of the snapshot</small>`;
}

/** The instants between which it expires. */
function renderExpiry({ earliest }: Deadline, latest: string): Html {
  return earliest === null
    ? html`any moment, <span class="one">by ${renderTime(latest)}</span>`
    : renderTimeSpan(earliest, latest);
}

function seen(item: PendingView): Html {
  const { firstSeen, remembered } = item;
  if (firstSeen === null) return html`by this snapshot`;
  if (!remembered) return html`${renderTime(firstSeen)}<br><small>by this snapshot</small>`;
  return html`${renderTime(firstSeen)}<br><small>${formatAge(item)} earlier</small>`;
}

function verdict({ now, heldBefore }: PendingView): Html {
  if (now === null) {
    return heldBefore.length === 0 ? html`` : html`<p>The last run held it:</p>${reasons(heldBefore)}`;
  }
  const { decision, message } = now;
  const said = message === null ? null : html`<p>${prose(message)}</p>\n`;
  if (decision.verdict === 'hold') return html`${said}${reasons(decision.reasons)}`;
  const { owner, grant, gateway } = decision;
  return html`${said}<p>Grant <code>${owner}.${grant}</code> gives it gateway <code>${gateway}</code>.</p>\n`;
}

function reasons(all: readonly { readonly code: string; readonly message: string }[]): Html {
  return html`<ul class="reasons">${all.map(
    ({ code: reason, message }) => html`<li><b>${reason}</b> ${prose(message)}</li>`,
  )}</ul>\n`;
}

function remarks(item: PendingView): Html {
  const notes = [
    ...describeRemarks(item),
    ...(item.now?.skipped ?? []).map((check) => `not checked: ${check}`),
  ];
  if (notes.length === 0) return html``;
  return html`<ul class="remarks">${notes.map((note) => html`<li>${prose(note)}</li>`)}</ul>\n`;
}

function toDo({ now }: PendingView): Html {
  if (now === null || !isPending(now.outcome)) return html``;
  const { decision, manualOverrideCommand: command } = now;
  const advice = html`<p><b>To do:</b> ${prose(adviceFor(decision))}</p>\n`;
  if (command === null) return advice;
  // A line ends between options, never inside of one.
  const [first = '', ...options] = command.split(' --');
  const words = options.map((option) => html` <span>${prose(`--${option}`)}</span>`);
  return html`${advice}<p class="hand">${capitalised(labelManualCommand(decision, command))}:</p>
<pre><code>${prose(first)}${words}</code></pre>\n`;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Every pending request against its deadline; then each with why, and what to do. */
export function renderPendingSection(view: TargetView, anchor: string): Html {
  const { pending, at } = view;
  if (pending.length === 0) return html``;
  return html`<section><h3>Pending</h3>
${timeline(view, anchor)}
${pending.map((item, i) => renderCard(item, at, `${anchor}-${i + 1}`))}</section>
`;
}

function timeline(view: TargetView, anchor: string): Html {
  const { pending, at, expirySeconds } = view;
  const now = Date.parse(at);
  const rows = pending.map((item) => ({ item, life: computeLifetime(item, now, expirySeconds) }));
  const axis = computeAxis(
    rows.map(({ life }) => life),
    now,
  );
  return html`<table class="timeline" role="table">
<caption class="unseen">Pending requests, soonest first, each on a line of time in UTC</caption>
<thead role="rowgroup"><tr role="row">
<th scope="col" role="columnheader">Request</th>
<th scope="col" role="columnheader"><span class="unseen">Time</span>${renderAxis(axis)}</th>
<th scope="col" role="columnheader">${expirySeconds === null ? 'First seen (UTC)' : 'Expires (UTC)'}</th>
</tr></thead>
<tbody role="rowgroup">
${rows.map(({ item, life }, i) => row(item, life, axis, view, `${anchor}-${i + 1}`))}</tbody>
</table>
${legend(rows, at)}`;
}

function row(
  item: PendingView,
  life: RequestLifetime,
  axis: TimelineAxis,
  { at }: TargetView,
  anchor: string,
): Html {
  return html`<tr role="row" class="${urgencyOf(item, at)}">
<th scope="row" role="rowheader"><a href="#${anchor}"><code>${item.id}</code></a> ${renderBadge(item)}<small>${item.name ?? 'without a name'}</small></th>
<td role="cell" class="on">${renderTrack(item, life, axis)}</td>
<td role="cell" class="when">${when(item)}</td>
</tr>
`;
}

function when({ deadline, firstSeen }: PendingView): Html {
  if (deadline.latest !== null) return renderExpiry(deadline, deadline.latest);
  return firstSeen === null ? html`unknown` : renderTime(firstSeen);
}

interface Row {
  readonly item: PendingView;
  readonly life: RequestLifetime;
}

/** What the colours and patterns of these rows mean: each in the colour that it has in a row. */
function legend(rows: readonly Row[], at: string): Html {
  const entry = (kind: SegmentKind, words: string, urgency: Urgency = 'later'): Html =>
    html`<li class="${urgency}">${renderLegendMark(kind)}${words}</li>`;
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

function urgenciesOf(rows: readonly Row[], at: string, which: (life: RequestLifetime) => boolean): Urgency[] {
  const found = new Set(rows.filter(({ life }) => which(life)).map(({ item }) => urgencyOf(item, at)));
  return (['now', 'soon', 'later'] as const).filter((urgency) => found.has(urgency));
}

import type { Deadline } from '../../core/deadline.ts';
import { adviceOn, manualLabel } from '../../core/operatorAdvice.ts';
import { isPending } from '../../core/runReport.ts';
import { code, time, timeSpan } from './htmlTable.ts';
import { type Html, html, prose } from './htmlTemplate.ts';
import type { Pending } from './pendingView.ts';
import { ageOf, outcomeOf, remarksOn, timeLeft, urgencyOf } from './statusWording.ts';

/** One pending request: when it expires, whose it is, why it is not simply accepted, and what a person can do. */
export function card(item: Pending, at: string, anchor: string): Html {
  const { id, connection, vlan, name } = item;
  return html`<article class="card ${urgencyOf(item, at)}" id="${anchor}">
<h4><code>${id}</code> ${badge(item)}</h4>
<dl>
${item.deadline.latest === null ? null : fact('Expires', expires(item.deadline, item.deadline.latest, at))}
${fact('First seen', seen(item))}
${fact('Connection', code(connection))}
${fact('VLAN', html`${vlan ?? '–'}`)}
${fact('Name', html`${name ?? '–'}`)}
</dl>
${verdict(item)}${remarks(item)}${toDo(item)}</article>
`;
}

export function badge(item: Pending): Html {
  return html`<span class="badge ${item.now?.outcome ?? 'unknown'}">${outcomeOf(item)}</span>`;
}

function fact(term: string, value: Html): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function expires(deadline: Deadline, latest: string, at: string): Html {
  return html`${expiry(deadline, latest)}<br><small>${timeLeft(deadline, at)}, as of the snapshot</small>`;
}

/** The instants between which it expires. */
export function expiry({ earliest }: Deadline, latest: string): Html {
  return earliest === null
    ? html`any moment, <span class="one">by ${time(latest)}</span>`
    : timeSpan(earliest, latest);
}

function seen(item: Pending): Html {
  const { firstSeen, remembered } = item;
  if (firstSeen === null) return html`by this snapshot`;
  if (!remembered) return html`${time(firstSeen)}<br><small>by this snapshot</small>`;
  return html`${time(firstSeen)}<br><small>${ageOf(item)} earlier</small>`;
}

function verdict({ now, heldBefore }: Pending): Html {
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

function remarks(item: Pending): Html {
  const notes = [...remarksOn(item), ...(item.now?.skipped ?? []).map((check) => `not checked: ${check}`)];
  if (notes.length === 0) return html``;
  return html`<ul class="remarks">${notes.map((note) => html`<li>${prose(note)}</li>`)}</ul>\n`;
}

function toDo({ now }: Pending): Html {
  if (now === null || !isPending(now.outcome)) return html``;
  const { decision, acceptByHand: command } = now;
  const advice = html`<p><b>To do:</b> ${prose(adviceOn(decision))}</p>\n`;
  if (command === null) return advice;
  // A line ends between options, never inside of one.
  const [first = '', ...options] = command.split(' --');
  const words = options.map((option) => html` <span>${prose(`--${option}`)}</span>`);
  return html`${advice}<p class="hand">${capitalised(manualLabel(decision, command))}:</p>
<pre><code>${prose(first)}${words}</code></pre>\n`;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

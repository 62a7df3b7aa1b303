import { escapeText } from '../../core/printableText.ts';
import { details } from '../output/requestText.ts';
import { humanDuration, type Paint, type Tone, tableRows, wrapped } from '../output/terminal.ts';
import type { Pending } from './pendingView.ts';
import * as words from './statusWording.ts';
import {
  ageOf,
  bar,
  endedAsWords,
  grantOf,
  outcomeOf,
  remarksOn,
  shortened,
  ticketsOf,
  timeLeft,
  urgencyOf,
  whyEnded,
  whyOf,
} from './statusWording.ts';
import type { AcceptedView, EndedView, TargetView } from './targetView.ts';

/** Soonest first, each row in the colour of what it asks for; then why, and what to do. */
function describePending(view: TargetView, paint: Paint): string[] {
  const { pending } = view;
  if (pending.length === 0) return [];
  return ['', ...pendingTable(view, paint), ...pending.flatMap((item) => detailsOf(item, paint))];
}

function pendingTable({ pending, at, expirySeconds }: TargetView, paint: Paint): string[] {
  const when = expirySeconds === null ? ['age'] : [`gone of ${humanDuration(expirySeconds)}`, 'expires'];
  const header = ['request', 'connection', 'vlan', 'name', ...when, 'now', 'grant or reasons'];
  const rows = pending.map((item) => [
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    shortened(item.name),
    ...(item.gone === null ? [ageOf(item)] : [bar(item.gone), timeLeft(item.deadline, at)]),
    outcomeOf(item),
    grantOrReasons(item),
  ]);
  const [first = '', ...lines] = tableRows(header, rows, paint.columns);
  return [paint.faint(first), ...pending.map((item, i) => paint[toneOf(item, at)](lines[i] ?? ''))];
}

function grantOrReasons(item: Pending): string {
  const decision = item.now?.decision;
  if (decision?.verdict === 'accept') return `${whyOf(item)} to ${decision.gateway}`;
  return whyOf(item) || '-';
}

function toneOf(item: Pending, at: string): Tone {
  if (item.now?.outcome === 'wouldAccept') return 'good';
  const urgency = urgencyOf(item, at);
  return item.now?.outcome === 'failed' || urgency === 'now' || urgency === 'soon' ? 'bad' : 'warn';
}

function detailsOf(item: Pending, paint: Paint): string[] {
  const judged = item.now === null ? asRemembered(item) : details({ ...item, ...item.now }, paint);
  const remarks = remarksOn(item).map((remark) => paint.faint(`  ${remark}`));
  if (judged.length > 0 || remarks.length === 0) return [...judged, ...remarks];
  return ['', `${escapeText(item.id)} ${outcomeOf(item)}`, ...remarks];
}

function asRemembered({ id, heldBefore }: Pending): string[] {
  if (heldBefore.length === 0) return [];
  return [
    '',
    escapeText(id),
    ...heldBefore.map(({ code, message }) => `  held by the last pass: ${code}: ${message}`),
  ];
}

/** Where one target stands, for a terminal. */
export function describeTarget(view: TargetView, paint: Paint): string {
  const { target, status, failures, warnings, followed, orphans, accepted, ended, ignored } = view;
  const title = `${target}: ${words.summaryOf(view)}${status === 'failed' ? '; failed' : ''}`;
  const source = words.sourceWarning(view);
  const since = view.since.slice(0, 10);
  const text = [
    status === 'failed' ? paint.bad(title) : title,
    paint.faint(about(view)),
    (words.isStale(view) ? paint.warn : paint.faint)(words.lastListingOf(view)),
    ...(source === null ? [] : [paint.bad(source)]),
    ...failures.map(({ code, message }) => paint.bad(`${code}: ${message}`)),
    ...words.concernsOf(view).map(paint.bad),
    ...warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...describePending(view, paint),
    ...section(
      'accepted, and not available yet',
      followedLines(view).map((line, i) => (followed[i]?.problem == null ? line : paint.bad(line))),
    ),
    ...section(
      'on our gateways, and no grant justifies it',
      orphans.map(({ id, message }) => paint.warn(`${escapeText(id)}: ${message}`)),
    ),
    ...section(`accepted since ${since}`, acceptedLines(accepted, paint)),
    ...section(`ended since ${since}`, endedLines(ended, paint)),
    ...section(
      'listed, and no request to us',
      ignored.map(({ id, message }) => paint.faint(`${escapeText(id)}: ${message}`)),
    ),
  ].join('\n');
  return wrapped(text, paint.columns);
}

function about({ recipient, policy, expirySeconds }: TargetView): string {
  const { provider, region, account } = recipient;
  const expiry =
    expirySeconds === null
      ? 'requests never expire'
      : `requests expire after ${humanDuration(expirySeconds)}`;
  return `${provider} ${region} ${account}; policy ${policy.digest.slice(0, 19)} (${policy.revision}); ${expiry}`;
}

function followedLines({ followed }: TargetView): string[] {
  return followed.map(({ id, owner, gateway, ageSeconds, state, problem, message }) => {
    const now = message ?? problem ?? (state === null ? 'state not known' : escapeText(state));
    return `${id}  ${owner} to ${gateway}, ${humanDuration(ageSeconds)} ago: ${now}`;
  });
}

function acceptedLines(accepted: readonly AcceptedView[], paint: Paint): string[] {
  if (accepted.length === 0) return [];
  const rows = accepted.map((item) => [
    words.minuteOf(item.acceptedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    grantOf(item),
    item.gateway,
    escapeText(ticketsOf(item)) || '-',
    item.policy.digest.slice(0, 19),
  ]);
  const header = ['at (UTC)', 'request', 'connection', 'vlan', 'grant', 'gateway', 'ticket', 'policy'];
  return tableRows(header, rows, paint.columns - SECTION.length);
}

function endedLines(ended: readonly EndedView[], paint: Paint): string[] {
  if (ended.length === 0) return [];
  const rows = ended.map((item) => [
    words.minuteOf(item.endedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    endedAsWords(item),
    item.pendingSeconds === null ? 'never seen' : humanDuration(item.pendingSeconds),
    whyEnded(item) || '-',
  ]);
  const header = ['found out (UTC)', 'request', 'connection', 'vlan', 'how', 'was pending', 'held for'];
  return tableRows(header, rows, paint.columns - SECTION.length);
}

/** How far a section is indented. */
const SECTION = '  ';

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => line.replaceAll(/^/gm, SECTION))];
}

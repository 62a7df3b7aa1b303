import { escapeText } from '../../core/printableText.ts';
import { describeRequest } from '../output/requestText.ts';
import {
  formatDuration,
  formatTableRows,
  type Paint,
  type PaintTone,
  wrapLines,
} from '../output/terminal.ts';
import type { PendingView } from './pendingView.ts';
import * as words from './statusWording.ts';
import {
  describeEnding,
  describeEndReason,
  describeOutcome,
  describeReasons,
  describeRemarks,
  formatAge,
  formatElapsedBar,
  formatGrants,
  formatTickets,
  formatTimeLeft,
  shortenName,
  urgencyOf,
} from './statusWording.ts';
import type { AcceptedView, EndedView, TargetView } from './targetView.ts';

/** Soonest first, each row in the colour of what it asks for; then why, and what to do. */
function describePending(view: TargetView, paint: Paint): string[] {
  const { pending } = view;
  if (pending.length === 0) return [];
  return ['', ...pendingTable(view, paint), ...pending.flatMap((item) => detailsOf(item, paint))];
}

function pendingTable({ pending, at, expirySeconds }: TargetView, paint: Paint): string[] {
  const when = expirySeconds === null ? ['age'] : [`gone of ${formatDuration(expirySeconds)}`, 'expires'];
  const header = ['request', 'connection', 'vlan', 'name', ...when, 'now', 'grant or reasons'];
  const rows = pending.map((item) => [
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    shortenName(item.name),
    ...(item.elapsed === null
      ? [formatAge(item)]
      : [formatElapsedBar(item.elapsed), formatTimeLeft(item.deadline, at)]),
    describeOutcome(item),
    grantOrReasons(item),
  ]);
  const [first = '', ...lines] = formatTableRows(header, rows, paint.columns);
  return [paint.faint(first), ...pending.map((item, i) => paint[toneOf(item, at)](lines[i] ?? ''))];
}

function grantOrReasons(item: PendingView): string {
  const decision = item.now?.decision;
  if (decision?.verdict === 'accept') return `${describeReasons(item)} to ${decision.gateway}`;
  return describeReasons(item) || '-';
}

function toneOf(item: PendingView, at: string): PaintTone {
  if (item.now?.outcome === 'wouldAccept') return 'good';
  const urgency = urgencyOf(item, at);
  return item.now?.outcome === 'failed' || urgency === 'now' || urgency === 'soon' ? 'bad' : 'warn';
}

function detailsOf(item: PendingView, paint: Paint): string[] {
  const judged = item.now === null ? asRemembered(item) : describeRequest({ ...item, ...item.now }, paint);
  const remarks = describeRemarks(item).map((remark) => paint.faint(`  ${remark}`));
  if (judged.length > 0 || remarks.length === 0) return [...judged, ...remarks];
  return ['', `${escapeText(item.id)} ${describeOutcome(item)}`, ...remarks];
}

function asRemembered({ id, heldBefore }: PendingView): string[] {
  if (heldBefore.length === 0) return [];
  return [
    '',
    escapeText(id),
    ...heldBefore.map(({ code, message }) => `  held by the last pass: ${code}: ${message}`),
  ];
}

/** Where one target stands, for a terminal. */
export function describeTarget(view: TargetView, paint: Paint): string {
  const { target, status, failures, warnings, followed, ungranted, accepted, ended, ignored } = view;
  const title = `${target}: ${words.summarizePending(view)}${status === 'failed' ? '; failed' : ''}`;
  const source = words.describeSource(view);
  const since = view.since.slice(0, 10);
  const text = [
    status === 'failed' ? paint.bad(title) : title,
    paint.faint(about(view)),
    (words.isStale(view) ? paint.warn : paint.faint)(words.describeLastListing(view)),
    ...(source === null ? [] : [paint.bad(source)]),
    ...failures.map(({ code, message }) => paint.bad(`${code}: ${message}`)),
    ...words.describeConcerns(view).map(paint.bad),
    ...warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...describePending(view, paint),
    ...section(
      'accepted, and not available yet',
      followedLines(view).map((line, i) => (followed[i]?.problem == null ? line : paint.bad(line))),
    ),
    ...section(
      'on our gateways, and no grant justifies it',
      ungranted.map(({ id, message }) => paint.warn(`${escapeText(id)}: ${message}`)),
    ),
    ...section(`accepted since ${since}`, acceptedLines(accepted, paint)),
    ...section(`ended since ${since}`, endedLines(ended, paint)),
    ...section(
      'listed, and no request to us',
      ignored.map(({ id, message }) => paint.faint(`${escapeText(id)}: ${message}`)),
    ),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

function about({ recipient, policy, expirySeconds }: TargetView): string {
  const { provider, region, account } = recipient;
  const expiry =
    expirySeconds === null
      ? 'requests never expire'
      : `requests expire after ${formatDuration(expirySeconds)}`;
  return `${provider} ${region} ${account}; policy ${policy.digest.slice(0, 19)} (${policy.revision}); ${expiry}`;
}

function followedLines({ followed }: TargetView): string[] {
  return followed.map(({ id, owner, gateway, ageSeconds, state, problem, message }) => {
    const now = message ?? problem ?? (state === null ? 'state not known' : escapeText(state));
    return `${id}  ${owner} to ${gateway}, ${formatDuration(ageSeconds)} ago: ${now}`;
  });
}

function acceptedLines(accepted: readonly AcceptedView[], paint: Paint): string[] {
  if (accepted.length === 0) return [];
  const rows = accepted.map((item) => [
    words.formatMinute(item.acceptedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    formatGrants(item),
    item.gateway,
    escapeText(formatTickets(item)) || '-',
    item.policy.digest.slice(0, 19),
  ]);
  const header = ['at (UTC)', 'request', 'connection', 'vlan', 'grant', 'gateway', 'ticket', 'policy'];
  return formatTableRows(header, rows, paint.columns - SECTION.length);
}

function endedLines(ended: readonly EndedView[], paint: Paint): string[] {
  if (ended.length === 0) return [];
  const rows = ended.map((item) => [
    words.formatMinute(item.endedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    describeEnding(item),
    item.pendingSeconds === null ? 'never seen' : formatDuration(item.pendingSeconds),
    describeEndReason(item) || '-',
  ]);
  const header = ['found out (UTC)', 'request', 'connection', 'vlan', 'how', 'was pending', 'held for'];
  return formatTableRows(header, rows, paint.columns - SECTION.length);
}

/** How far a section is indented. */
const SECTION = '  ';

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => line.replaceAll(/^/gm, SECTION))];
}

import { escapeText } from '../../core/printableText.ts';
import { humanDuration } from '../output/duration.ts';
import type { Paint } from '../output/paint.ts';
import { tableRows } from '../output/terminal.ts';
import { wrapped } from '../output/wrapped.ts';
import { endedAsWords, grantOf, ticketsOf, whyEnded } from './recordWords.ts';
import * as words from './statusWording.ts';
import type { AcceptedView, EndedView, TargetView } from './targetView.ts';
import { describePending } from './textPending.ts';

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

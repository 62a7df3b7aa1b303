import { escapeText } from '../../core/printableText.ts';
import { describeUnreadRoutes } from '../../core/routeWatch.ts';
import {
  describeCapacity,
  describeRequestWithDecision,
  formatUnexpectedRoutes,
  formatVlan,
  shortenName,
} from '../output/requestText.ts';
import {
  formatDuration,
  formatTableRows,
  type Paint,
  type PaintTone,
  wrapLines,
} from '../output/terminal.ts';
import type { PendingView } from './pendingView.ts';
import {
  describeAlerts,
  describeConcerns,
  describeEnding,
  describeEndReason,
  describeFollowUp,
  describeLastListing,
  describeOutcome,
  describeReasons,
  describeRemarks,
  describeSource,
  formatAge,
  formatElapsedBar,
  formatGrants,
  formatMinute,
  formatTickets,
  formatTimeLeft,
  isStale,
  summarizePending,
  urgencyOf,
} from './statusWording.ts';
import type { AcceptedView, EndedView, TargetView } from './targetView.ts';

/** Formats the status of one target for a terminal. */
export function describeTarget(view: TargetView, paint: Paint): string {
  const { target, status, failures, warnings, followed, ungranted, accepted, ended, ignored } = view;
  const { unexpectedRoutes, unreadRoutes } = view;
  const title = `${target}: ${summarizePending(view)}${status === 'failed' ? '; failed' : ''}`;
  const source = describeSource(view);
  const alerts = describeAlerts(view);
  const since = view.since.slice(0, 10);
  const text = [
    status === 'failed' ? paint.bad(title) : title,
    paint.faint(describePolicy(view)),
    (isStale(view) ? paint.warn : paint.faint)(describeLastListing(view)),
    ...(source === null ? [] : [paint.bad(source)]),
    ...(alerts === null ? [] : [paint.bad(alerts)]),
    ...failures.map(({ code, message }) => paint.bad(`${code}: ${message}`)),
    ...describeConcerns(view).map(paint.bad),
    ...warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...describePending(view, paint),
    ...formatSection(
      'accepted but not available, or with another problem',
      formatFollowed(view).map((line, i) => (followed[i]?.problem == null ? line : paint.bad(line))),
    ),
    ...formatSection(
      'ungranted: live on gateways of the policy, without a grant',
      ungranted.map(({ id, message }) => paint.warn(`${escapeText(id)}: ${message}`)),
    ),
    ...formatSection(
      'unexpected routes: what owners of accepted interfaces advertise',
      unexpectedRoutes.flatMap(formatUnexpectedRoutes).map(paint.bad),
    ),
    ...formatSection(
      'routes not fully known',
      unreadRoutes.map((item) => paint.warn(`${item.id}: ${describeUnreadRoutes(item)}`)),
    ),
    ...formatSection(`accepted since ${since}`, formatAccepted(accepted, paint)),
    ...formatSection(`ended since ${since}`, formatEnded(ended, paint)),
    ...formatSection(
      'listed, but not a request to this account',
      ignored.map(({ id, message }) => paint.faint(`${escapeText(id)}: ${message}`)),
    ),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

/** Formats the pending requests: a table, soonest expiry first, coloured by urgency; then the details of each. */
function describePending(view: TargetView, paint: Paint): string[] {
  const { pending } = view;
  if (pending.length === 0) return [];
  return ['', ...formatPendingTable(view, paint), ...pending.flatMap((item) => describeDetails(item, paint))];
}

function formatPendingTable({ pending, at, expirySeconds }: TargetView, paint: Paint): string[] {
  const when = expirySeconds === null ? ['age'] : [`elapsed of ${formatDuration(expirySeconds)}`, 'expires'];
  const header = ['request', 'connection', 'vlan', 'name', ...when, 'now', 'grant or reasons'];
  const rows = pending.map((item) => [
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    formatVlan(item),
    shortenName(item.name),
    ...(item.elapsed === null
      ? [formatAge(item)]
      : [formatElapsedBar(item.elapsed), formatTimeLeft(item.deadline, at)]),
    describeOutcome(item),
    formatGrantOrReasons(item),
  ]);
  const [first = '', ...lines] = formatTableRows(header, rows, paint.columns);
  return [paint.faint(first), ...pending.map((item, i) => paint[toneOf(item, at)](lines[i] ?? ''))];
}

function formatGrantOrReasons(item: PendingView): string {
  const decision = item.now?.decision;
  if (decision?.verdict === 'accept') return `${describeReasons(item)} to ${decision.gateway}`;
  return describeReasons(item) || '-';
}

function toneOf(item: PendingView, at: string): PaintTone {
  if (item.now?.outcome === 'wouldAccept') return 'good';
  const urgency = urgencyOf(item, at);
  return item.now?.outcome === 'failed' || urgency === 'now' || urgency === 'soon' ? 'bad' : 'warn';
}

function describeDetails(item: PendingView, paint: Paint): string[] {
  const details =
    item.now === null ? describeLastHold(item) : describeRequestWithDecision({ ...item, ...item.now }, paint);
  const remarks = describeRemarks(item).map((remark) => paint.faint(`  ${remark}`));
  if (details.length > 0 || remarks.length === 0) return [...details, ...remarks];
  return ['', `${escapeText(item.id)} ${describeOutcome(item)}`, ...remarks];
}

function describeLastHold(item: PendingView): string[] {
  const lines = [
    ...item.heldBefore.map(({ code, message }) => `held by the last run: ${code}: ${message}`),
    ...describeCapacity(item),
  ];
  return lines.length === 0 ? [] : ['', escapeText(item.id), ...lines.map((line) => `  ${line}`)];
}

function describePolicy({ recipient, policy, expirySeconds }: TargetView): string {
  const { provider, region, account } = recipient;
  const expiry =
    expirySeconds === null
      ? 'requests never expire'
      : `requests expire after ${formatDuration(expirySeconds)}`;
  return `${provider} ${region} ${account}; policy ${policy.digest.slice(0, 19)} (${policy.revision}); ${expiry}`;
}

function formatFollowed({ followed }: TargetView): string[] {
  return followed.map((item) => {
    const { id, owner, gateway, ageSeconds, availableAt, state } = item;
    const since = availableAt === null ? '' : `, available since ${formatMinute(availableAt)} UTC`;
    const now = describeFollowUp(item) ?? (state === null ? 'unknown state' : escapeText(state));
    return `${id}  ${owner} to ${gateway}, ${formatDuration(ageSeconds)} ago${since}: ${now}`;
  });
}

function formatAccepted(accepted: readonly AcceptedView[], paint: Paint): string[] {
  if (accepted.length === 0) return [];
  const rows = accepted.map((item) => [
    formatMinute(item.acceptedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    formatVlan(item),
    formatGrants(item),
    item.gateway,
    escapeText(formatTickets(item)) || '-',
    item.policy.digest.slice(0, 19),
  ]);
  const header = ['at (UTC)', 'request', 'connection', 'vlan', 'grant', 'gateway', 'ticket', 'policy'];
  return formatTableRows(header, rows, paint.columns - SECTION_INDENT.length);
}

function formatEnded(ended: readonly EndedView[], paint: Paint): string[] {
  if (ended.length === 0) return [];
  const rows = ended.map((item) => [
    formatMinute(item.endedAt),
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    describeEnding(item),
    item.pendingSeconds === null ? 'never seen' : formatDuration(item.pendingSeconds),
    describeEndReason(item) || '-',
  ]);
  const header = ['detected (UTC)', 'request', 'connection', 'vlan', 'outcome', 'was pending', 'reasons'];
  return formatTableRows(header, rows, paint.columns - SECTION_INDENT.length);
}

/** Indentation of a section. */
const SECTION_INDENT = '  ';

function formatSection(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ['', title, ...lines.map((line) => line.replaceAll(/^/gm, SECTION_INDENT))];
}

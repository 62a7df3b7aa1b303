import type { Deadline } from '../../core/deadline.ts';
import { adviceFor, labelManualCommand } from '../../core/operatorAdvice.ts';
import { escapeText } from '../../core/printableText.ts';
import type { UnexpectedRoutes } from '../../core/routeWatch.ts';
import {
  isPending,
  type Outcome,
  type RequestReport,
  type RunReport,
  type WithoutFreeze,
} from '../../core/runReport.ts';
import { formatDuration, formatTableRows, type Paint, type PaintTone } from './terminal.ts';

/** Formats requests as a table, each row in the colour of its outcome. */
export function formatRequestTable({ requests, finishedAt }: RunReport, paint: Paint): string {
  const rows = requests.map(
    ({ id, type, connection, vlan, name, firstSeen, outcome, decision, deadline, withoutFreeze }) => [
      MARKS[outcome],
      escapeText(id),
      escapeText(connection ?? '-'),
      formatVlan({ vlan, type }),
      shortenName(name),
      decision.verdict === 'accept' ? `${decision.owner}.${decision.grant}` : '-',
      OUTCOME_WORDS[outcome],
      outcome === 'accepted' ? '-' : timeLeft(deadline, firstSeen, finishedAt),
      decision.verdict === 'accept' ? decision.gateway : formatHoldCodes(decision.reasons, withoutFreeze),
    ],
  );
  const header = [
    '',
    'request',
    'connection',
    'vlan',
    'name',
    'grant',
    'outcome',
    'expires',
    'gateway or reasons',
  ];
  const [first = '', ...lines] = formatTableRows(header, rows, paint.columns);
  const painted = requests.map(({ outcome }, i) => paint[TONES[outcome]](lines[i] ?? ''));
  return [paint.faint(first), ...painted].join('\n');
}

/** The VLAN of an interface, with its type if that is known and not the usual one. */
export function formatVlan({ vlan, type = null }: Partial<Pick<RequestReport, 'vlan' | 'type'>>): string {
  const tag = String(vlan ?? '-');
  return type === null || type === 'private' ? tag : `${tag} (${escapeText(type)})`;
}

const TONES: Readonly<Record<Outcome, PaintTone>> = {
  accepted: 'good',
  wouldAccept: 'good',
  held: 'warn',
  gone: 'faint',
  failed: 'bad',
  notAttempted: 'warn',
};

const MARKS: Readonly<Record<Outcome, string>> = {
  accepted: '+',
  wouldAccept: '+',
  held: '!',
  gone: '-',
  failed: 'x',
  notAttempted: '.',
};

/** The codes of the reasons, each once, and what the policy allows without the freeze. */
export function formatHoldCodes(
  reasons: readonly { readonly code: string }[],
  withoutFreeze: WithoutFreeze | null,
): string {
  const codes = [...new Set(reasons.map(({ code }) => code))].join(', ');
  // Of a request that would also be held, the other codes are the answer.
  if (withoutFreeze === null || withoutFreeze.verdict === 'hold') return codes;
  return `${codes}; without the freeze: ${describeUnfrozen(withoutFreeze)}`;
}

/** What would happen without the freeze, in a few words. */
export function describeUnfrozen(withoutFreeze: WithoutFreeze): string {
  switch (withoutFreeze.verdict) {
    case 'accept':
      return `accepted by ${withoutFreeze.owner}.${withoutFreeze.grant}`;
    case 'hold':
      return 'also held';
    case 'unknown':
      return 'not known';
    default:
      return withoutFreeze satisfies never;
  }
}

/** Counts what would happen to requests without the freeze: `; without the freeze: 1 accepted, 2 also held`; empty without a freeze. */
export function countWithoutFreeze(requests: readonly (WithoutFreeze | null)[]): string {
  const words = { accept: 'accepted', hold: 'also held', unknown: 'not known' } as const;
  const frozen = requests.filter((withoutFreeze) => withoutFreeze !== null);
  const counted = (['accept', 'hold', 'unknown'] as const).flatMap((verdict) => {
    const { length } = frozen.filter((withoutFreeze) => withoutFreeze.verdict === verdict);
    return length === 0 ? [] : [`${length} ${words[verdict]}`];
  });
  return counted.length === 0 ? '' : `; without the freeze: ${counted.join(', ')}`;
}

/** The outcomes as printed for a person. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  accepted: 'accepted',
  wouldAccept: 'would be accepted',
  held: 'held',
  gone: 'gone',
  failed: 'failed',
  notAttempted: 'not attempted',
};

function timeLeft({ earliest, latest }: Deadline, firstSeen: string | null, at: string): string {
  // A request that never expires shows its age.
  if (latest === null)
    return `never, seen ${formatDuration((Date.parse(at) - Date.parse(firstSeen ?? at)) / 1000)} ago`;
  const left = (end: string): string => {
    const seconds = (Date.parse(end) - Date.parse(at)) / 1000;
    return seconds <= 0 ? 'now' : `in ${formatDuration(seconds)}`;
  };
  return earliest === null ? `unknown, at most ${left(latest)}` : left(earliest);
}

/** Describes why a request was not accepted without remarks, and what a person can do. */
export function describeRequestWithDecision(
  request: Pick<
    RequestReport,
    'id' | 'outcome' | 'decision' | 'message' | 'skipped' | 'manualOverrideCommand'
  > &
    Capacity,
  paint: Paint,
): string[] {
  const { id, outcome, decision, message, skipped, manualOverrideCommand } = request;
  const capacity = describeCapacity(request);
  const lines = [
    ...(decision.verdict === 'hold'
      ? decision.reasons.map((reason) => `${reason.code}: ${reason.message}`)
      : []),
    ...(message === null ? [] : [message]),
  ];
  const hasRemarks = capacity.length > 0 || (skipped.length > 0 && outcome !== 'held');
  if (lines.length === 0 && !hasRemarks) return [];
  return [
    '',
    paint[TONES[outcome]](`${escapeText(id)} ${OUTCOME_WORDS[outcome]}`),
    ...lines.map((line) => `  ${line}`),
    ...capacity.map((line) => paint.faint(`  ${line}`)),
    ...skipped.map((check) => paint.faint(`  not checked: ${check}`)),
    ...(isPending(outcome) ? [`  to do: ${adviceFor(decision)}`] : []),
    ...(manualOverrideCommand === null
      ? []
      : [
          paint.faint(
            `  ${labelManualCommand(decision, manualOverrideCommand)}: ${manualOverrideCommand.text}`,
          ),
        ]),
  ];
}

/** The bandwidth and the prefixes of an interface, as far as they are known. */
type Capacity = Partial<Pick<RequestReport, 'rateLimit' | 'prefixCountIpv4' | 'prefixCountIpv6'>>;

/** Describes the rate limit and the allocated prefixes, one line each; nothing decides by them. */
export function describeCapacity({
  rateLimit = null,
  prefixCountIpv4 = null,
  prefixCountIpv6 = null,
}: Capacity): string[] {
  const counts = [
    ...(prefixCountIpv4 === null ? [] : [`IPv4 ${prefixCountIpv4}`]),
    ...(prefixCountIpv6 === null ? [] : [`IPv6 ${prefixCountIpv6}`]),
  ];
  return [
    ...(rateLimit === null ? [] : [`rate limit: ${escapeText(rateLimit)}`]),
    ...(counts.length === 0 ? [] : [`allocated prefixes: ${counts.join(', ')}`]),
  ];
}

/** Shortens a name, which may have 100 characters. JSON has the whole name. */
export function shortenName(name: string | null): string {
  if (name === null) return '-';
  return name.length > 24 ? `${escapeText(name.slice(0, 23))}…` : escapeText(name);
}

/** The most findings of an interface that are printed. */
const MOST_FINDINGS = 10;

/** What the owner of an interface advertises unexpectedly: a line for the interface, and one for each finding. */
export function formatUnexpectedRoutes(item: UnexpectedRoutes): string[] {
  const { id, owner, gateway, readAt, findings, findingCount } = item;
  const shown = findings.slice(0, MOST_FINDINGS);
  const more = findingCount - shown.length;
  return [
    `${id} of owner ${owner} on ${gateway}, read at ${readAt}:`,
    ...shown.map(({ message }) => `  ${message}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

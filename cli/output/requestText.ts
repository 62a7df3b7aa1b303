import type { Deadline } from '../../core/deadline.ts';
import { adviceFor, labelManualCommand } from '../../core/operatorAdvice.ts';
import { escapeText } from '../../core/printableText.ts';
import { isPending, type Outcome, type RequestReport, type RunReport } from '../../core/runReport.ts';
import { formatDuration, formatTableRows, type Paint, type PaintTone } from './terminal.ts';

/** Formats requests as a table, each row in the colour of its outcome. */
export function formatRequestTable({ requests, finishedAt }: RunReport, paint: Paint): string {
  const rows = requests.map(({ id, connection, vlan, name, firstSeen, outcome, decision, deadline }) => [
    MARKS[outcome],
    escapeText(id),
    escapeText(connection ?? '-'),
    String(vlan ?? '-'),
    shortenName(name),
    decision.verdict === 'accept' ? `${decision.owner}.${decision.grant}` : '-',
    OUTCOME_WORDS[outcome],
    outcome === 'accepted' ? '-' : timeLeft(deadline, firstSeen, finishedAt),
    decision.verdict === 'accept' ? decision.gateway : decision.reasons.map(({ code }) => code).join(', '),
  ]);
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

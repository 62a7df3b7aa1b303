import { styleText } from 'node:util';
import type { Deadline } from '../../lambda/core/deadline.ts';
import type { Outcome, PassReport, RequestReport } from '../../lambda/core/report.ts';
import { escapeText } from '../../lambda/core/text.ts';
import { humanDuration } from './duration.ts';
import { table } from './table.ts';

type Style = (text: string) => string;
export type Paint = Readonly<Record<'good' | 'bad' | 'warn' | 'faint', Style>>;

/** Colour only where the stream is a terminal that wants it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      styleText(format, text, { stream });
  return { good: style('green'), bad: style(['red', 'bold']), warn: style('yellow'), faint: style('dim') };
}

/** One pass in words for people: what became of every request, and what to do. */
export function describePass(report: PassReport, paint: Paint): string {
  const title = `${report.target}: ${summary(report)}`;
  return [
    report.status === 'failed' ? paint.bad(title) : title,
    ...(report.requests.length > 0 ? [requestTable(report)] : []),
    ...report.requests.flatMap((request) => details(request, paint)),
    ...report.ended.map(({ id, as, firstSeen }) => {
      const line = `${id} ended: ${as}, first seen ${firstSeen}`;
      return as === 'accepted' ? paint.good(line) : paint.bad(line);
    }),
    ...report.followUps.map(({ id, message }) => paint.bad(`${id} needs a look: ${message}`)),
    ...report.orphans.map(({ id, message }) =>
      paint.warn(`${id} is on our gateway without a grant: ${message}`),
    ),
    ...report.ignored.map(({ id, message }) => paint.faint(`${escapeText(id)} ignored: ${message}`)),
    ...report.warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...report.failures.map(({ code, message }) => paint.bad(`${code}: ${message}`)),
  ].join('\n');
}

function summary({ status, counts, dryRun }: PassReport): string {
  if (status === 'leaseHeld') return 'another pass is running; nothing was done';
  if (counts === null) return 'pass failed before anything could be judged';
  const { pending, accepted, held, gone, failed, notAttempted, wouldAccept = 0 } = counts;
  const parts: [number, string][] = [
    [accepted, 'accepted'],
    [wouldAccept, 'would be accepted'],
    [held, 'held'],
    [gone, 'gone'],
    [failed, 'failed'],
    [notAttempted, 'not attempted'],
  ];
  const told = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const what = pending === 0 ? 'nothing pending' : `${pending} pending: ${told.join(', ')}`;
  return `${what}${dryRun ? ' (plan: nothing was changed)' : ''}${status === 'failed' ? '; pass failed' : ''}`;
}

function requestTable({ requests, finishedAt }: PassReport): string {
  const rows = requests.map(({ id, connection, vlan, name, outcome, decision, deadline }) => [
    MARK[outcome],
    escapeText(id),
    escapeText(connection ?? '-'),
    String(vlan ?? '-'),
    escapeText(name ?? '-'),
    decision.verdict === 'accept' ? `${decision.owner}.${decision.grant}` : '-',
    WORDS[outcome],
    timeLeft(deadline, finishedAt),
    decision.verdict === 'accept' ? decision.gateway : decision.reasons.map(({ code }) => code).join(', '),
  ]);
  return table(
    ['', 'request', 'connection', 'vlan', 'name', 'grant', 'outcome', 'expires', 'gateway or reasons'],
    rows,
  );
}

const MARK: Readonly<Record<Outcome, string>> = {
  accepted: '+',
  wouldAccept: '+',
  held: '!',
  gone: '-',
  failed: 'x',
  notAttempted: '.',
};

const WORDS: Readonly<Record<Outcome, string>> = {
  accepted: 'accepted',
  wouldAccept: 'would accept',
  held: 'held',
  gone: 'gone',
  failed: 'failed',
  notAttempted: 'not attempted',
};

function timeLeft({ earliest, latest }: Deadline, at: string): string {
  if (latest === null) return 'never';
  const left = (end: string): string => {
    const seconds = (Date.parse(end) - Date.parse(at)) / 1000;
    return seconds <= 0 ? 'now' : `in ${humanDuration(seconds)}`;
  };
  return earliest === null ? `unknown, at most ${left(latest)}` : left(earliest);
}

function details(
  { id, outcome, decision, message, skipped, acceptByHand }: RequestReport,
  paint: Paint,
): string[] {
  const lines = [
    ...(decision.verdict === 'hold'
      ? decision.reasons.map((reason) => `${reason.code}: ${reason.message}`)
      : []),
    ...(message === null ? [] : [message]),
  ];
  if (lines.length === 0 && (skipped.length === 0 || outcome === 'held')) return [];
  const colour = outcome === 'failed' ? paint.bad : paint.warn;
  return [
    '',
    outcome === 'accepted' || outcome === 'wouldAccept'
      ? paint.good(`${id} ${WORDS[outcome]}`)
      : colour(`${escapeText(id)} ${WORDS[outcome]}`),
    ...lines.map((line) => `  ${line}`),
    ...skipped.map((check) => paint.faint(`  not checked: ${check}`)),
    ...(acceptByHand === null ? [] : [paint.faint(`  by hand: ${acceptByHand}`)]),
  ];
}

import type { EndedRequest } from '../../core/endedRequest.ts';
import { describeWhyPending } from '../../core/events/requestEnded.ts';
import { escapeText } from '../../core/printableText.ts';
import type { RunProblem, RunReport } from '../../core/runReport.ts';
import {
  countWithoutFreeze,
  describeRequestWithDecision,
  formatRequestTable,
  formatUnexpectedRoutes,
} from './requestText.ts';
import { formatDuration, type Paint, wrapLines } from './terminal.ts';

/**
 * Formats the report of one run: the outcome of every request, and what to do.
 * @param locked describes the lease that kept the run from its target; `null`: none did
 */
export function describeRun(report: RunReport, paint: Paint, locked: string | null = null): string {
  const printed = new Set(report.requests.map(({ message }) => message));
  const isNew = ({ message }: RunProblem): boolean => !printed.has(message);
  const title = `${report.target}: ${summarizeRun(report, locked)}`;
  const text = [
    report.status === 'failed' ? paint.bad(title) : title,
    ...(report.requests.length > 0 ? [formatRequestTable(report, paint)] : []),
    ...report.requests.flatMap((request) => describeRequestWithDecision(request, paint)),
    ...describeNearDeadlines(report).map(paint.bad),
    ...report.ended.map((ended) => (ended.as === 'accepted' ? paint.good : paint.bad)(describeEnd(ended))),
    ...report.followUps.flatMap(({ id, message, fix }) => [
      paint.bad(`${id} has a problem: ${message}`),
      ...(fix === null ? [] : [paint.faint(`  to fix it manually: ${fix}`)]),
    ]),
    ...report.ungranted.map(({ id, message }) =>
      paint.warn(`${id} is live on a gateway of the policy without a grant: ${message}`),
    ),
    ...report.unexpectedRoutes.flatMap((item) => formatUnexpectedRoutes(item).map(paint.bad)),
    ...report.ignored.map(({ id, message }) => paint.faint(`${escapeText(id)} ignored: ${message}`)),
    ...report.warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...report.failures.filter(isNew).map(({ code, message }) => paint.bad(`${code}: ${message}`)),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

function summarizeRun({ status, counts, requests, dryRun }: RunReport, locked: string | null): string {
  if (status === 'leaseHeld')
    return (
      locked ?? 'nothing was done: another run is working, or was stopped before it could release the ledger'
    );
  if (counts === null) return 'run failed before any request was evaluated';
  const { pending, accepted, held, gone, failed, notAttempted, wouldAccept = 0 } = counts;
  const parts: [number, string][] = [
    [accepted, 'accepted'],
    [wouldAccept, 'would be accepted'],
    [held, 'held'],
    [gone, 'gone'],
    [failed, 'failed'],
    [notAttempted, 'not attempted'],
  ];
  const counted = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const unfrozen = countWithoutFreeze(requests.map(({ withoutFreeze }) => withoutFreeze));
  const summary = pending === 0 ? 'nothing pending' : `${pending} pending: ${counted.join(', ')}${unfrozen}`;
  return `${summary}${dryRun ? ' (plan: nothing was changed)' : ''}${status === 'failed' ? '; run failed' : ''}`;
}

/** Time before expiry from which it is printed as near, in milliseconds. */
const NEAR_MS = 72 * 3_600_000;

function describeNearDeadlines({ requests, finishedAt }: RunReport): string[] {
  return requests.flatMap(({ id, outcome, deadline: { earliest, latest } }) => {
    if (latest === null || outcome === 'accepted' || outcome === 'wouldAccept' || outcome === 'gone')
      return [];
    const left = (end: string): string => {
      const seconds = (Date.parse(end) - Date.parse(finishedAt)) / 1000;
      return seconds > 0 ? `in ${formatDuration(seconds)}` : `now, ${formatDuration(-seconds)} overdue`;
    };
    // No run saw the request arrive: reported at once, and not only when the latest expiry is near.
    if (earliest === null)
      return [`\nDEADLINE UNKNOWN: ${id} may expire at any moment, ${left(latest)} at the latest`];
    const isNear = Date.parse(earliest) - Date.parse(finishedAt) < NEAR_MS;
    return isNear ? [`\nDEADLINE NEAR: ${id} expires ${left(earliest)}, and is still pending`] : [];
  });
}

function describeEnd(end: EndedRequest): string {
  const { id, as, firstSeen, pendingSeconds } = end;
  if (as === 'accepted')
    return `\n${id} was accepted by an earlier run, whose confirm was uncertain until now`;
  const seen =
    firstSeen === null || pendingSeconds === null
      ? 'it was offered and expired while no run was complete'
      : `first seen ${firstSeen}, ${formatDuration(pendingSeconds)} before`;
  if (as === 'acceptedByOthers')
    return `\nACCEPTED OUTSIDE OF VIF-ACCEPTOR: ${id}, ${seen}${describeWhyPending(end)}`;
  return `\nREQUEST ${as.toUpperCase()}: ${id} ended without being accepted, ${seen}${describeWhyPending(end)}`;
}

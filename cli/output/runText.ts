import type { EndedRequest } from '../../core/endedRequest.ts';
import { describeWhyPending } from '../../core/events/requestEnded.ts';
import { escapeText } from '../../core/printableText.ts';
import type { RunProblem, RunReport } from '../../core/runReport.ts';
import { describeRequest, formatRequestTable } from './requestText.ts';
import { formatDuration, type Paint, wrapLines } from './terminal.ts';

/**
 * One pass in words for people: what became of every request, and what to do.
 * @param locked what is known of the run that kept this one from its work
 */
export function describeRun(report: RunReport, paint: Paint, locked: string | null = null): string {
  const told = new Set(report.requests.map(({ message }) => message));
  const isNew = ({ message }: RunProblem): boolean => !told.has(message);
  const title = `${report.target}: ${summary(report, locked)}`;
  const text = [
    report.status === 'failed' ? paint.bad(title) : title,
    ...(report.requests.length > 0 ? [formatRequestTable(report, paint)] : []),
    ...report.requests.flatMap((request) => describeRequest(request, paint)),
    ...nearDeadlines(report).map(paint.bad),
    ...report.ended.map((ended) => (ended.as === 'accepted' ? paint.good : paint.bad)(describeEnd(ended))),
    ...report.followUps.flatMap(({ id, message, fix }) => [
      paint.bad(`${id} needs a look: ${message}`),
      ...(fix === null ? [] : [paint.faint(`  by hand: ${fix}`)]),
    ]),
    ...report.ungranted.map(({ id, message }) =>
      paint.warn(`${id} is on our gateway without a grant: ${message}`),
    ),
    ...report.ignored.map(({ id, message }) => paint.faint(`${escapeText(id)} ignored: ${message}`)),
    ...report.warnings.map(({ message }) => paint.warn(`warning: ${message}`)),
    ...report.failures.filter(isNew).map(({ code, message }) => paint.bad(`${code}: ${message}`)),
  ].join('\n');
  return wrapLines(text, paint.columns);
}

function summary({ status, counts, dryRun }: RunReport, locked: string | null): string {
  if (status === 'leaseHeld')
    return (
      locked ?? 'nothing was done: another run is working, or was ended before it could release the ledger'
    );
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

/** From when on a deadline is loud, in milliseconds. */
const NEAR = 72 * 3_600_000;

function nearDeadlines({ requests, finishedAt }: RunReport): string[] {
  return requests.flatMap(({ id, outcome, deadline: { earliest, latest } }) => {
    if (latest === null || outcome === 'accepted' || outcome === 'wouldAccept' || outcome === 'gone')
      return [];
    const left = (end: string): string => {
      const seconds = (Date.parse(end) - Date.parse(finishedAt)) / 1000;
      return seconds > 0 ? `in ${formatDuration(seconds)}` : `now, ${formatDuration(-seconds)} overdue`;
    };
    // Nobody saw it come: that is told at once, and not only when its late end is near.
    if (earliest === null)
      return [`\nDEADLINE UNKNOWN: ${id} may expire at any moment, ${left(latest)} at the latest`];
    const isNear = Date.parse(earliest) - Date.parse(finishedAt) < NEAR;
    return isNear ? [`\nDEADLINE NEAR: ${id} expires ${left(earliest)}, and is still pending`] : [];
  });
}

function describeEnd(end: EndedRequest): string {
  const { id, as, firstSeen, pendingSeconds } = end;
  if (as === 'accepted') return `\n${id} was accepted in an earlier pass, whose end was not known then`;
  const seen =
    firstSeen === null || pendingSeconds === null
      ? 'it came and expired while no pass was complete'
      : `first seen ${firstSeen}, ${formatDuration(pendingSeconds)} before`;
  if (as === 'acceptedByOthers')
    return `\nACCEPTED BY SOMEBODY ELSE: ${id}, ${seen}${describeWhyPending(end)}`;
  return `\nREQUEST ${as.toUpperCase()}: ${id} ended unaccepted, ${seen}${describeWhyPending(end)}`;
}

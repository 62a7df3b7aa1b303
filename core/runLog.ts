import { printableValue } from './json.ts';
import { formatFirst, truncate, truncateMiddle } from './printableText.ts';
import type { RunReport } from './runReport.ts';

/** What the function returns of a pass: counts only, so that its size does not depend on what others did. */
export interface RunSummary
  extends Pick<RunReport, 'target' | 'startedAt' | 'finishedAt' | 'dryRun' | 'status' | 'policy' | 'counts'> {
  readonly format: 1;
  /** how many of each the report has; each of them is a line of the log, as each request is */
  readonly lists: Readonly<Record<keyof typeof OTHERS, number>>;
}

/** Lists of the report beside the requests, and what a line about one of them says first. */
const OTHERS = {
  failures: 'failure',
  warnings: 'warning',
  ended: 'ended',
  followUps: 'follow-up',
  ungranted: 'ungranted',
  ignored: 'ignored',
} as const;

type Other = keyof typeof OTHERS;
const others = Object.keys(OTHERS) as Other[];

/** A line of the log: its message, and what it is about under a key of its own. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly more: Readonly<Record<string, unknown>>;
}

export function summarizeRun(report: RunReport): RunSummary {
  const { target, startedAt, finishedAt, dryRun, status, policy, counts } = report;
  const { failures, warnings, ended, followUps, ungranted, ignored } = report;
  return {
    format: 1,
    ...{ target, startedAt, finishedAt, dryRun, status, counts },
    policy: { digest: policy.digest, revision: truncate(policy.revision, MOST_TEXT) },
    lists: {
      failures: failures.length,
      warnings: warnings.length,
      ended: ended.length,
      followUps: followUps.length,
      ungranted: ungranted.length,
      ignored: ignored.length,
    },
  };
}

/** The one line about the whole pass, with the first of what failed. */
export function runLine(report: RunReport): LogLine {
  const { status } = report;
  return {
    level: status === 'failed' ? 'error' : 'info',
    message: `pass ${status}`,
    more: {
      report: { ...summarizeRun(report), ...firstOf(report, 'failures'), ...firstOf(report, 'warnings') },
    },
  };
}

/** Nothing of an empty list: most passes have none. */
function firstOf(report: RunReport, list: 'failures' | 'warnings'): object {
  const first = report[list].slice(0, MOST_SHOWN);
  return first.length === 0
    ? {}
    : {
        [list]: first.map(({ code, message }) => ({ code, message: truncateMiddle(message, MOST_MESSAGE) })),
      };
}

/** A line about each thing that the report has, what failed first; `pass` in it says of which pass. */
export function* detailLines(report: RunReport): Generator<LogLine> {
  const pass = { target: report.target, startedAt: report.startedAt };
  for (const list of others) {
    const level = list === 'failures' ? 'error' : list === 'warnings' ? 'warn' : 'info';
    for (const item of report[list])
      yield { level, message: OTHERS[list], more: { pass, [list]: fitting(item) } };
  }
  for (const request of report.requests)
    yield { level: 'info', message: `request ${request.outcome}`, more: { pass, request: fitting(request) } };
}

/** How many lines `detailLines` makes. */
export function detailCount(report: RunReport): number {
  return others.reduce((count, list) => count + report[list].length, report.requests.length);
}

/** What the pass failed of, at a size that fits the error of an invocation. */
export function describeRunFailure({ failures }: RunReport): string {
  return formatFirst(
    failures.map(({ message }) => truncateMiddle(message, MOST_MESSAGE)),
    MOST_SHOWN,
  );
}

const MOST_SHOWN = 5;
const MOST_MESSAGE = 1000;
/** CloudWatch Logs takes 256 KB a line, and Lambda hands on longer ones than 64 KB in pieces. A character has up to 3 bytes. */
const MOST_LINE = 16_000;

/** The same if it fits a line. If not, all texts, lists and objects of it keep their first parts, and `shortened` says so. */
function fitting(item: object): object {
  if (JSON.stringify(item, printableValue).length <= MOST_LINE) return item;
  return { ...entriesOf(item), shortened: true };
}

const MOST_TEXT = 200;
const MOST_ITEMS = 10;
const MOST_KEYS = 30;

function shortened(value: unknown): unknown {
  // Escapes come first: they are longer than what they stand for.
  if (typeof value === 'string') return truncate(String(printableValue('', value)), MOST_TEXT);
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(shortened);
  return typeof value === 'object' && value !== null ? entriesOf(value) : value;
}

function entriesOf(value: object): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, MOST_KEYS);
  return Object.fromEntries(entries.map(([key, part]) => [truncate(key, MOST_TEXT), shortened(part)]));
}

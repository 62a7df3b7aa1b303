import { printableValue } from './json.ts';
import { metricsOf } from './metrics.ts';
import { formatFirst, truncate, truncateMiddle } from './printableText.ts';
import type { RunReport } from './runReport.ts';

/** The result of the function for a run: counts only, so that its size does not depend on what requesters do. */
export interface RunSummary
  extends Pick<RunReport, 'target' | 'startedAt' | 'finishedAt' | 'dryRun' | 'status' | 'policy' | 'counts'> {
  readonly format: 1;
  /** the length of each list of the report; each of its items is a line of the log, as each request is */
  readonly lists: Readonly<Record<keyof typeof LISTS, number>>;
}

/** The lists of the report beside the requests, with the message of their log lines. */
const LISTS = {
  failures: 'failure',
  warnings: 'warning',
  ended: 'ended',
  followUps: 'follow-up',
  ungranted: 'ungranted',
  unexpectedRoutes: 'unexpected routes',
  ignored: 'ignored',
} as const;

type ListName = keyof typeof LISTS;
const listNames = Object.keys(LISTS) as ListName[];

/** A line of the log: a message, and the data under its own key. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly more: Readonly<Record<string, unknown>>;
}

export function summarizeRun(report: RunReport): RunSummary {
  const { target, startedAt, finishedAt, dryRun, status, policy, counts } = report;
  const { failures, warnings, ended, followUps, ungranted, unexpectedRoutes, ignored } = report;
  return {
    format: 1,
    ...{ target, startedAt, finishedAt, dryRun, status, counts },
    policy: { digest: policy.digest, revision: truncate(policy.revision, MAX_TEXT) },
    lists: {
      failures: failures.length,
      warnings: warnings.length,
      ended: ended.length,
      followUps: followUps.length,
      ungranted: ungranted.length,
      unexpectedRoutes: unexpectedRoutes.length,
      ignored: ignored.length,
    },
  };
}

/**
 * The log line about the whole run, with its metrics, and its first failures and warnings. The dashboard of a deployment without
 * metrics of each target reads the metrics from this line.
 */
export function runLine(report: RunReport): LogLine {
  const { status } = report;
  return {
    level: status === 'failed' ? 'error' : 'info',
    message: `run ${status}`,
    more: {
      run: {
        ...identityOf(report),
        metrics: Object.fromEntries(metricsOf(report).map(({ name, value }) => [name, value])),
      },
      report: {
        ...summarizeRun(report),
        ...firstItemsOf(report, 'failures'),
        ...firstItemsOf(report, 'warnings'),
      },
    },
  };
}

/** The first items of a list; no key for an empty list, as in most runs. */
function firstItemsOf(report: RunReport, list: 'failures' | 'warnings'): object {
  const first = report[list].slice(0, MAX_SHOWN);
  return first.length === 0
    ? {}
    : {
        [list]: first.map(({ code, message }) => ({ code, message: truncateMiddle(message, MAX_MESSAGE) })),
      };
}

/** The value of the key `run`, by which the log lines of one run are found. */
function identityOf({ target, startedAt }: RunReport): Pick<RunReport, 'target' | 'startedAt'> {
  return { target, startedAt };
}

/** A log line for each item of the report, failures first. The key `run` identifies the run. */
export function* detailLines(report: RunReport): Generator<LogLine> {
  const run = identityOf(report);
  for (const list of listNames) {
    const level = list === 'failures' ? 'error' : list === 'warnings' ? 'warn' : 'info';
    for (const item of report[list])
      yield { level, message: LISTS[list], more: { run, [list]: fitLine(item) } };
  }
  for (const request of report.requests)
    yield { level: 'info', message: `request ${request.outcome}`, more: { run, request: fitLine(request) } };
}

/** The number of lines of `detailLines`. */
export function detailCount(report: RunReport): number {
  return listNames.reduce((count, list) => count + report[list].length, report.requests.length);
}

/** The failures of a run, short enough for the error of a Lambda invocation. */
export function describeRunFailure({ failures }: RunReport): string {
  return formatFirst(
    failures.map(({ message }) => truncateMiddle(message, MAX_MESSAGE)),
    MAX_SHOWN,
  );
}

const MAX_SHOWN = 5;
const MAX_MESSAGE = 1000;
/** CloudWatch Logs accepts 256 KB a line, and Lambda splits lines longer than 64 KB. A character has up to 3 bytes. */
const MAX_LINE = 16_000;

/** The item unchanged if it fits a line. Otherwise its texts, lists and objects are shortened, and `shortened` is set. */
function fitLine(item: object): object {
  const text = JSON.stringify(item, printableValue);
  if (text.length <= MAX_LINE) return item;
  const printed: Readonly<Record<string, unknown>> = JSON.parse(text);
  return { ...shortenEntries(printed), shortened: true };
}

const MAX_TEXT = 200;
const MAX_ITEMS = 10;
const MAX_KEYS = 30;

function shortenValue(value: unknown): unknown {
  // Escapes first, because an escape is longer than its character.
  if (typeof value === 'string') return truncate(String(printableValue('', value)), MAX_TEXT);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(shortenValue);
  return typeof value === 'object' && value !== null ? shortenEntries(value) : value;
}

function shortenEntries(value: object): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, MAX_KEYS);
  return Object.fromEntries(entries.map(([key, part]) => [truncate(key, MAX_TEXT), shortenValue(part)]));
}

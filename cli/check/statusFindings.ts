import { escapeText } from '../../core/printableText.ts';
import { type Fault, formatFault } from '../../language/index.ts';
import { formatDuration } from '../output/terminal.ts';
import type { PendingView } from '../status/pendingView.ts';
import {
  describeConcerns,
  describeEndReason,
  describeReasons,
  describeRemarks,
  isNearExpiry,
} from '../status/statusWording.ts';
import type { EndedView, TargetView } from '../status/targetView.ts';

/** Something that a person should look at, as `status --check` prints it. Codes and key names are relied on by others. */
export interface StatusFinding {
  /** `null`: it is about no single target */
  readonly target: string | null;
  readonly code: StatusFindingCode;
  /** of the request or interface; `null` where it is about none */
  readonly id: string | null;
  /** one line, safe to print */
  readonly message: string;
}

export type StatusFindingCode =
  /** the target, or a part of it, could not be checked */
  | 'failed'
  /** a policy file is invalid, so that its target was not checked */
  | 'invalid-policy'
  /** a pending request expires within a day, or at any moment */
  | 'near-expiry'
  /** a request expired since the last check */
  | 'expired'
  /** a pending request that no run accepts; also one that is allowed, and that the last run held or could not confirm */
  | 'held'
  /** no run has listed everything for longer than `--max-age` */
  | 'stale'
  /** runs fail, events are not delivered, a confirm is in doubt, or an item of the ledger cannot be read */
  | 'trouble'
  /** an accepted interface has a problem */
  | 'not-available'
  /** what the last check reported is not known */
  | 'check-state';

/** What a check compares with. */
export interface CheckTerms {
  /** how old the last complete listing by a run may be, in seconds */
  readonly maxAgeSeconds: number;
  /** requests that expired and were not reported yet */
  readonly expired: readonly EndedView[];
}

/** Everything about one target that a person should look at; empty when all is well. The most urgent comes first. */
export function collectFindings(view: TargetView, { maxAgeSeconds, expired }: CheckTerms): StatusFinding[] {
  const { target, at, failures, pending, followed } = view;
  const found = (code: StatusFindingCode, id: string | null, message: string): StatusFinding => {
    return { target, code, id, message: oneLine(message) };
  };
  const waiting = pending.flatMap((item): StatusFinding[] => {
    const code = pendingCode(item, at);
    return code === null ? [] : [found(code, item.id, pendingWords(item))];
  });
  return [
    ...failures.map(({ code, message }) => found('failed', null, `${code}: ${message}`)),
    ...waiting.filter(({ code }) => code === 'near-expiry'),
    ...expired.map((end) => found('expired', end.id, expiredWords(end))),
    ...waiting.filter(({ code }) => code === 'held'),
    ...staleness(view, maxAgeSeconds).map((message) => found('stale', null, message)),
    ...describeConcerns(lastingly(view, maxAgeSeconds)).map((message) => found('trouble', null, message)),
    ...followed.flatMap(({ id, problem, message }) =>
      problem === null ? [] : [found('not-available', id, message ?? problem)],
    ),
  ];
}

/** A policy file that is invalid: its target was not checked. */
export function invalidPolicyFinding(fault: Fault): StatusFinding {
  return { target: null, code: 'invalid-policy', id: null, message: oneLine(formatFault(fault)) };
}

export function formatFinding({ target, code, id, message }: StatusFinding): string {
  const about = [target, code, id === null ? null : escapeText(id)].filter((part) => part !== null);
  return [...about, message].join(': ');
}

function pendingCode(item: PendingView, at: string): 'near-expiry' | 'held' | null {
  if (isNearExpiry(item, at)) return 'near-expiry';
  // What the next run accepts needs nobody, unless a run has tried already. What could not be evaluated now is as the last run left it.
  if (item.now?.outcome === 'wouldAccept') return hasStalled(item) ? 'held' : null;
  return item.now !== null || item.heldBefore.length > 0 ? 'held' : null;
}

/** Whether a run saw it and did not accept it: a confirm failed, or the run goes by another policy than this one. */
function hasStalled({ confirmsFailed, inDoubt, heldBefore }: PendingView): boolean {
  return confirmsFailed > 0 || inDoubt !== null || heldBefore.length > 0;
}

function pendingWords(item: PendingView): string {
  const { earliest, latest } = item.deadline;
  const why = describeReasons(item) || 'not evaluated';
  const state =
    item.now?.decision.verdict === 'accept'
      ? [`allowed by ${why}, and still pending`, ...heldByLast(item), ...describeRemarks(item)].join('; ')
      : `pending, held for ${why}`;
  if (latest === null) return `${state}; first seen ${item.firstSeen ?? 'just now'}; it does not expire`;
  return earliest === null
    ? `${state}; it may expire at any moment, at ${latest} at the latest`
    : `${state}; it expires between ${earliest} and ${latest}`;
}

function heldByLast({ heldBefore }: PendingView): string[] {
  const codes = [...new Set(heldBefore.map(({ code }) => code))].join(', ');
  return codes === '' ? [] : [`the last run held it for ${codes}: see that the runs use this policy`];
}

function expiredWords(end: EndedView): string {
  const why = describeEndReason(end);
  return `it expired unaccepted, found out at ${end.endedAt}${why === '' ? '' : `; it was pending because of: ${why}`}`;
}

function staleness({ source, lastListing, at }: TargetView, maxAgeSeconds: number): string[] {
  // Where the ledger itself could not be read, that is the finding.
  if (source === 'nothing') return [];
  if (lastListing === null)
    return [
      'no run has listed everything yet, as far as this ledger knows; start `run`, or give the ledger of the runs by --ledger',
    ];
  const age = (Date.parse(at) - Date.parse(lastListing)) / 1000;
  // A clock that was ahead must not make runs that have stopped look recent until it is reached.
  if (age < -maxAgeSeconds)
    return [
      `the last complete listing by a run was at ${lastListing}, in ${formatDuration(-age)}: a clock was wrong; check the clocks, and that runs still work`,
    ];
  if (age <= maxAgeSeconds) return [];
  return [
    `the last complete listing by a run was at ${lastListing}, ${formatDuration(age)} ago, and --max-age is ${formatDuration(maxAgeSeconds)}; see that runs still work`,
  ];
}

/** The same without events that only just happened: a run may be delivering them. */
function lastingly(view: TargetView, maxAgeSeconds: number): TargetView {
  const { oldest } = view.undelivered;
  const isOld = oldest !== null && Date.parse(view.at) - Date.parse(oldest) > maxAgeSeconds * 1000;
  return isOld ? view : { ...view, undelivered: { count: 0, oldest: null } };
}

/** An API's error message may have line breaks in it; each finding is one line. */
function oneLine(message: string): string {
  return message.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
}

import { escapeText, formatFirst } from '../../core/printableText.ts';
import { type Diagnostic, formatDiagnostic } from '../../language/index.ts';
import { formatDuration } from '../output/terminal.ts';
import type { PendingView } from '../status/pendingView.ts';
import {
  describeConcerns,
  describeEndReason,
  describeFollowUp,
  describeReasons,
  describeRemarks,
  isNearExpiry,
} from '../status/statusWording.ts';
import type { EndedView, TargetView } from '../status/targetView.ts';

/** A problem that needs a person, as `status --check` prints it. Scripts depend on codes and key names. */
export interface StatusFinding {
  /** `null`: not about one target */
  readonly target: string | null;
  readonly code: StatusFindingCode;
  /** ID of the request or interface; `null`: not about one */
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
  /** a pending request that is held; also one that is allowed, but that the last run held or could not confirm */
  | 'held'
  /** the last complete listing by a run is older than `--max-age` */
  | 'stale'
  /** runs fail, events are not delivered, the outcome of a confirm is not known, or a ledger item cannot be read */
  | 'trouble'
  /** an accepted interface has a problem */
  | 'not-available'
  /** the owner of an accepted interface advertises something unexpected */
  | 'unexpected-routes'
  /** the record of the last check cannot be read or written */
  | 'check-state';

/** What a target is compared with. */
export interface CheckTerms {
  /** maximum age of the last complete listing by a run, in seconds */
  readonly maxAgeSeconds: number;
  /** expired requests that were not reported yet */
  readonly expired: readonly EndedView[];
}

/** Collects the problems of one target, the most urgent first; empty when there is none. */
export function collectFindings(view: TargetView, { maxAgeSeconds, expired }: CheckTerms): StatusFinding[] {
  const { target, at, failures, pending, followed, unexpectedRoutes } = view;
  const found = (code: StatusFindingCode, id: string | null, message: string): StatusFinding => {
    return { target, code, id, message: joinLines(message) };
  };
  const waiting = pending.flatMap((item): StatusFinding[] => {
    const code = findingCodeOf(item, at);
    return code === null ? [] : [found(code, item.id, describePending(item))];
  });
  return [
    ...failures.map(({ code, message }) => found('failed', null, `${code}: ${message}`)),
    ...waiting.filter(({ code }) => code === 'near-expiry'),
    ...expired.map((end) => found('expired', end.id, describeExpired(end))),
    ...waiting.filter(({ code }) => code === 'held'),
    ...describeStaleness(view, maxAgeSeconds).map((message) => found('stale', null, message)),
    ...describeConcerns(withoutRecentEvents(view, maxAgeSeconds)).map((message) =>
      found('trouble', null, message),
    ),
    ...followed.flatMap((item) => {
      const problem = describeFollowUp(item);
      return problem === null ? [] : [found('not-available', item.id, problem)];
    }),
    ...unexpectedRoutes.map(({ id, owner, findings }) =>
      found(
        'unexpected-routes',
        id,
        `owner \`${owner}\` ${formatFirst(
          findings.map(({ message }) => message),
          5,
        )}`,
      ),
    ),
  ];
}

/** A policy file that is invalid: its target was not checked. */
export function invalidPolicyFinding(error: Diagnostic): StatusFinding {
  return { target: null, code: 'invalid-policy', id: null, message: joinLines(formatDiagnostic(error)) };
}

export function formatFinding({ target, code, id, message }: StatusFinding): string {
  const about = [target, code, id === null ? null : escapeText(id)].filter((part) => part !== null);
  return [...about, message].join(': ');
}

function findingCodeOf(item: PendingView, at: string): 'near-expiry' | 'held' | null {
  if (isNearExpiry(item, at)) return 'near-expiry';
  // The next run accepts an allowed request, so no person is needed, unless a run has already failed to. A request that could not be
  // evaluated now keeps the result of the last run.
  if (item.now?.outcome === 'wouldAccept') return hasStalled(item) ? 'held' : null;
  return item.now !== null || item.heldBefore.length > 0 ? 'held' : null;
}

/** Whether a run saw the request and did not accept it: a confirm failed, or the runs use another policy. */
function hasStalled({ confirmsFailed, inDoubt, heldBefore }: PendingView): boolean {
  return confirmsFailed > 0 || inDoubt !== null || heldBefore.length > 0;
}

function describePending(item: PendingView): string {
  const { earliest, latest } = item.deadline;
  const why = describeReasons(item) || 'not evaluated';
  const state =
    item.now?.decision.verdict === 'accept'
      ? [`allowed by ${why}, but still pending`, ...describeLastHold(item), ...describeRemarks(item)].join(
          '; ',
        )
      : `pending, held for ${why}`;
  if (latest === null) return `${state}; first seen ${item.firstSeen ?? 'just now'}; it does not expire`;
  return earliest === null
    ? `${state}; it may expire at any moment, at ${latest} at the latest`
    : `${state}; it expires between ${earliest} and ${latest}`;
}

function describeLastHold({ heldBefore }: PendingView): string[] {
  const codes = [...new Set(heldBefore.map(({ code }) => code))].join(', ');
  return codes === '' ? [] : [`the last run held it for ${codes}: check that the runs use this policy`];
}

function describeExpired(end: EndedView): string {
  const why = describeEndReason(end);
  return `it expired without being accepted, detected at ${end.endedAt}${why === '' ? '' : `; reasons: ${why}`}`;
}

function describeStaleness({ source, lastListing, at }: TargetView, maxAgeSeconds: number): string[] {
  // An unreadable ledger is a finding of its own.
  if (source === 'nothing') return [];
  if (lastListing === null)
    return [
      'this ledger records no complete listing by a run yet; start `run`, or name the ledger of the runs with --ledger',
    ];
  const age = (Date.parse(at) - Date.parse(lastListing)) / 1000;
  // A clock that was ahead must not make stopped runs look recent.
  if (age < -maxAgeSeconds)
    return [
      `the last complete listing by a run was at ${lastListing}, in ${formatDuration(-age)}: a clock is or was wrong; check the clocks, and that runs still happen`,
    ];
  if (age <= maxAgeSeconds) return [];
  return [
    `the last complete listing by a run was at ${lastListing}, ${formatDuration(age)} ago, and --max-age is ${formatDuration(maxAgeSeconds)}; check that runs still happen`,
  ];
}

/** The view without undelivered events that are recent: a run may be delivering them now. */
function withoutRecentEvents(view: TargetView, maxAgeSeconds: number): TargetView {
  const { oldest } = view.undelivered;
  const isOld = oldest !== null && Date.parse(view.at) - Date.parse(oldest) > maxAgeSeconds * 1000;
  return isOld ? view : { ...view, undelivered: { count: 0, oldest: null } };
}

/** An API's error message may have line breaks in it; each finding is one line. */
function joinLines(message: string): string {
  return message.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
}

import type { Actor } from '../../core/actor.ts';
import { ALERTS } from '../../core/alerts.ts';
import type { Deadline } from '../../core/deadline.ts';
import { escapeText } from '../../core/printableText.ts';
import type { WithoutFreeze } from '../../core/runReport.ts';
import { countWithoutFreeze, formatHoldCodes, OUTCOME_WORDS } from '../output/requestText.ts';
import { formatCount, formatDuration } from '../output/terminal.ts';
import type { ElapsedShare, PendingView } from './pendingView.ts';
import type { AcceptedView, EndedView, FollowedInterface, TargetView } from './targetView.ts';

/** Every grant that matched. */
export function formatGrants({ owner, grants }: AcceptedView): string {
  return grants.map((grant) => `${owner}.${grant}`).join(', ');
}

/** The tickets as written in the policy: escape them before they are printed. */
export function formatTickets({ tickets }: AcceptedView): string {
  return [...new Set(Object.values(tickets))].join(', ');
}

/** Who accepted it is printed escaped, because the log of calls has any text. */
export function describeEnding({ as, actor }: EndedView): string {
  switch (as) {
    case 'accepted':
      return 'accepted, detected later';
    case 'acceptedByOthers':
      return `accepted outside of vif-acceptor${actor === undefined ? '' : ` by ${nameActor(actor)}`}`;
    case 'gone':
      return 'gone just now';
    default:
      return as;
  }
}

function nameActor({ identity, account, source }: Actor): string {
  return escapeText(identity ?? account ?? source ?? 'an unknown identity');
}

/** The codes for which the request was held, or the number of failed confirms. */
export function describeEndReason({ held, failures }: EndedView): string {
  if (held.length > 0) return [...new Set(held.map(({ code }) => code))].join(', ');
  return failures === 0 ? '' : `${formatCount(failures, 'confirm')} failed`;
}

const CELLS = 10;

/**
 * Draws the elapsed share of the time until expiry: `████████░░ 78 %`. `▒` is the share that may have elapsed; it reaches to the end
 * when the earliest expiry is not known.
 */
export function formatElapsedBar({ atLeast, atMost }: ElapsedShare): string {
  const [certain, possible] = [toCells(atLeast), toCells(atMost ?? 1)];
  const drawn = '█'.repeat(certain) + '▒'.repeat(possible - certain) + '░'.repeat(CELLS - possible);
  const [least, most] = [wholePercent(atLeast), wholePercent(atMost ?? 1)];
  if (atMost === null) return `${drawn} ≥ ${least} %`;
  return least === most ? `${drawn} ${most} %` : `${drawn} ${least}–${most} %`;
}

function toCells(share: number): number {
  return Math.round(share * CELLS);
}

/** Rounds down, so that 100 % is not shown before expiry. */
export function wholePercent(share: number): number {
  return Math.floor(share * 100);
}

/** How soon a person must act: `now` (expires within a day or at any moment), `soon` (within three days), `none` (never expires). */
export type Urgency = 'now' | 'soon' | 'later' | 'none';

const HOUR_MS = 3_600_000;

/** The urgency by the earliest expiry. A request that the next run accepts is not urgent. */
export function urgencyOf({ deadline: { earliest, latest }, now }: PendingView, at: string): Urgency {
  if (latest === null) return 'none';
  if (now?.outcome === 'wouldAccept') return 'later';
  const left = earliest === null ? 0 : Date.parse(earliest) - Date.parse(at);
  return left < 24 * HOUR_MS ? 'now' : left < 72 * HOUR_MS ? 'soon' : 'later';
}

/** Whether the request may expire within a day, also when the next run would accept it. */
export function isNearExpiry(
  { deadline: { earliest, latest } }: Pick<PendingView, 'deadline'>,
  at: string,
): boolean {
  if (latest === null) return false;
  return earliest === null || Date.parse(earliest) - Date.parse(at) < 24 * HOUR_MS;
}

/** Formats the time until expiry: `in 1 d 4 h`, `unknown, at most in 3 d 2 h`. */
export function formatTimeLeft({ earliest, latest }: Deadline, at: string): string {
  if (latest === null) return 'never expires';
  const left = (end: string): number => (Date.parse(end) - Date.parse(at)) / 1000;
  if (left(latest) <= 0) return `overdue by ${formatDuration(-left(latest))}`;
  const late = formatDuration(left(latest));
  if (earliest === null) return `unknown, at most in ${late}`;
  if (left(earliest) <= 0) return `at any moment, at most in ${late}`;
  const early = formatDuration(left(earliest));
  return early === late ? `in ${early}` : `in ${early} to ${late}`;
}

/** `expires between 2026-11-12 11:55 and 2026-11-12 12:00 UTC`: absolute times stay correct on an old page. */
export function describeExpiry({ earliest, latest }: Deadline): string {
  if (latest === null) return 'does not expire';
  return earliest === null
    ? `may expire at any moment, at ${formatMinute(latest)} UTC at the latest`
    : `expires between ${formatMinute(earliest)} and ${formatMinute(latest)} UTC`;
}

/** `2 d 3 h`; `unknown` for a request without an ID, which cannot be recorded. */
export function formatAge({ ageSeconds }: PendingView): string {
  return ageSeconds === null ? 'unknown' : formatDuration(ageSeconds);
}

export function describeOutcome({ now }: PendingView): string {
  return now === null ? 'not evaluated' : OUTCOME_WORDS[now.outcome];
}

/** The grant, or the codes of all reasons; for a request that could not be evaluated, the reasons of the last run. */
export function describeReasons({ now, heldBefore }: PendingView): string {
  if (now?.decision.verdict === 'accept') return `${now.decision.owner}.${now.decision.grant}`;
  return now === null
    ? formatHoldCodes(heldBefore, null)
    : formatHoldCodes(now.decision.reasons, now.withoutFreeze);
}

/** Remarks about a request beside the decision. */
export function describeRemarks({ remembered, confirmsFailed, lastFailure, inDoubt }: PendingView): string[] {
  return [
    ...(remembered ? [] : ['no run has seen it yet']),
    ...(confirmsFailed === 0
      ? []
      : [
          `${formatCount(confirmsFailed, 'confirm')} failed so far; ` +
            (lastFailure === null ? 'the report of each run says why' : `the last one: ${lastFailure}`),
        ]),
    ...(inDoubt === null
      ? []
      : [
          `a confirm for \`${inDoubt.owner}.${inDoubt.grants[0]}\` with gateway \`${inDoubt.gateway}\` was sent at ` +
            `${formatMinute(inDoubt.at)}, and its outcome is not known: it counts towards the limits until two later listings still show the request`,
        ]),
  ];
}

/** The problem of an accepted interface with the command that fixes it; `null`: it has none. */
export function describeFollowUp({ problem, message, fix }: FollowedInterface): string | null {
  return problem === null ? null : `${message ?? problem}${fix === null ? '' : `; to fix it: ${fix}`}`;
}

/** Describes lasting problems of the target, beside the failures of this snapshot. */
export function describeConcerns(view: TargetView): string[] {
  const { failing, inDoubt, undelivered, damaged, failures } = view;
  const shown = new Set(failures.map(({ message }) => message));
  return [
    ...(failing === null
      ? []
      : [`runs have been failing since ${formatMinute(failing.since)}: ${failing.codes.join(', ')}`]),
    ...inDoubt.map(
      ({ id, at, gateway }) =>
        `${id}: a confirm with gateway \`${gateway}\` was sent at ${formatMinute(at)}, and its outcome is not known`,
    ),
    ...(undelivered.oldest === null
      ? []
      : [
          `${formatCount(undelivered.count, 'event')} not delivered yet, the oldest from ${formatMinute(undelivered.oldest)}`,
        ]),
    ...damaged.filter((message) => !shown.has(message)),
  ];
}

/** The alerts by what the last runs recorded, one sentence; `null`: there are none. */
export function describeAlerts({ alerts }: TargetView): string | null {
  if (alerts.length === 0) return null;
  const each = alerts.map(
    ({ code, since }) => `${code} since ${formatMinute(since)} UTC (runbook: ${ALERTS[code].title})`,
  );
  return `alerts: ${each.join(', ')}`;
}

/** `2 pending: 1 would be accepted, 1 held`. */
export function summarizePending({ pending, source }: TargetView): string {
  if (source === 'nothing') return 'pending requests unknown';
  if (pending.length === 0) return source === 'ledger' ? 'nothing pending in the ledger' : 'nothing pending';
  if (source === 'ledger') return `${pending.length} pending in the ledger`;
  const outcomes = Map.groupBy(pending, describeOutcome);
  const counted = [...outcomes].map(([what, { length }]) => `${length} ${what}`).join(', ');
  return `${pending.length} pending: ${counted}${countWithoutFreeze(pending.map(withoutFreezeOf))}`;
}

/** What would happen to a pending request without the freeze; `null`: no freeze holds it, or it could not be evaluated. */
export function withoutFreezeOf({ now }: PendingView): WithoutFreeze | null {
  return now?.withoutFreeze ?? null;
}

/** Warns when the list of pending requests is not from the API; `null` otherwise. */
export function describeSource({ source }: TargetView): string | null {
  switch (source) {
    case 'listing':
      return null;
    case 'ledger':
      return 'the API could not be listed: these pending requests are from the ledger, and there may be more';
    case 'nothing':
      return 'neither the API nor the ledger could be read: pending requests are unknown';
    default:
      return source satisfies never;
  }
}

/** Says how long ago a run had a complete listing. */
export function describeLastListing({ lastListing, at }: TargetView): string {
  if (lastListing === null) return 'this ledger records no complete listing by a run yet';
  const ago = formatDuration((Date.parse(at) - Date.parse(lastListing)) / 1000);
  return `last complete listing by a run ${ago} ago`;
}

/** Says the same with an absolute time, which stays correct on an old page. */
export function describeLastListingTime({ lastListing, at }: TargetView): string {
  if (lastListing === null) return 'this ledger records no complete listing by a run yet';
  const before = formatDuration((Date.parse(at) - Date.parse(lastListing)) / 1000);
  return `last complete listing by a run at ${formatMinute(lastListing)} UTC, ${before} before this snapshot`;
}

export function isStale({ lastListing, at }: TargetView): boolean {
  return lastListing === null || Date.parse(at) - Date.parse(lastListing) > HOUR_MS;
}

/** `2026-11-10 12:00`, in UTC. */
export function formatMinute(instant: string): string {
  return new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

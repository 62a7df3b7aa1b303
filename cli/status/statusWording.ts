import type { Deadline } from '../../core/deadline.ts';
import { escapeText } from '../../core/printableText.ts';
import type { Outcome } from '../../core/runReport.ts';
import { formatDuration } from '../output/terminal.ts';
import type { ElapsedShare, PendingView } from './pendingView.ts';
import type { AcceptedView, EndedView, TargetView } from './targetView.ts';

/** What the table and the page say alike of what was accepted and what ended. */

/** Every grant that fitted. */
export function formatGrants({ owner, grants }: AcceptedView): string {
  return grants.map((grant) => `${owner}.${grant}`).join(', ');
}

/** As written in the policy: not safe to print as it stands. */
export function formatTickets({ tickets }: AcceptedView): string {
  return [...new Set(Object.values(tickets))].join(', ');
}

export function describeEnding({ as }: EndedView): string {
  switch (as) {
    case 'accepted':
      return 'accepted, found out later';
    case 'acceptedByOthers':
      return 'accepted by somebody else';
    case 'gone':
      return 'gone just now';
    default:
      return as;
  }
}

/** Codes for which it was held, or how often confirming failed. */
export function describeEndReason({ held, failures }: EndedView): string {
  if (held.length > 0) return [...new Set(held.map(({ code }) => code))].join(', ');
  return failures === 0 ? '' : `${formatCount(failures, 'confirm')} failed`;
}

const CELLS = 10;

/**
 * `████████░░ 78 %`: how much of the time until expiry is gone. What may be gone is drawn as `▒`, up to the end where
 * the early end is not known.
 */
export function formatElapsedBar({ atLeast, atMost }: ElapsedShare): string {
  const [certain, possible] = [cells(atLeast), cells(atMost ?? 1)];
  const drawn = '█'.repeat(certain) + '▒'.repeat(possible - certain) + '░'.repeat(CELLS - possible);
  const [least, most] = [wholePercent(atLeast), wholePercent(atMost ?? 1)];
  if (atMost === null) return `${drawn} ≥ ${least} %`;
  return least === most ? `${drawn} ${most} %` : `${drawn} ${least}–${most} %`;
}

function cells(share: number): number {
  return Math.round(share * CELLS);
}

/** Never 100 before it is. */
export function wholePercent(share: number): number {
  return Math.floor(share * 100);
}

/** What the table and the page say alike. */

/** How soon somebody must act: `now` within a day or at any moment, `soon` within three; `none`: it never expires. */
export type Urgency = 'now' | 'soon' | 'later' | 'none';

const HOUR_MS = 3_600_000;

/** By the early end; what a pass is about to accept needs nobody. */
export function urgencyOf({ deadline: { earliest, latest }, now }: PendingView, at: string): Urgency {
  if (latest === null) return 'none';
  if (now?.outcome === 'wouldAccept') return 'later';
  const left = earliest === null ? 0 : Date.parse(earliest) - Date.parse(at);
  return left < 24 * HOUR_MS ? 'now' : left < 72 * HOUR_MS ? 'soon' : 'later';
}

/** Whether it expires within a day, or may at any moment, whatever a run would do with it. */
export function isNearExpiry(
  { deadline: { earliest, latest } }: Pick<PendingView, 'deadline'>,
  at: string,
): boolean {
  if (latest === null) return false;
  return earliest === null || Date.parse(earliest) - Date.parse(at) < 24 * HOUR_MS;
}

/** `in 1 d 4 h`, `unknown, at most in 3 d 2 h`. */
export function formatTimeLeft({ earliest, latest }: Deadline, at: string): string {
  if (latest === null) return 'never expires';
  const left = (end: string): number => (Date.parse(end) - Date.parse(at)) / 1000;
  if (left(latest) <= 0) return `overdue by ${formatDuration(-left(latest))}`;
  const late = formatDuration(left(latest));
  if (earliest === null) return `unknown, at most in ${late}`;
  if (left(earliest) <= 0) return `any moment, at most in ${late}`;
  const early = formatDuration(left(earliest));
  return early === late ? `in ${early}` : `in ${early} to ${late}`;
}

/** `expires between 2026-11-12 11:55 and 2026-11-12 12:00 UTC`: instants, which stay right on a page that grows old. */
export function describeExpiry({ earliest, latest }: Deadline): string {
  if (latest === null) return 'does not expire';
  return earliest === null
    ? `may expire at any moment, at ${formatMinute(latest)} UTC at the latest`
    : `expires between ${formatMinute(earliest)} and ${formatMinute(latest)} UTC`;
}

/** `2 d 3 h`; of what cannot be remembered, nobody knows. */
export function formatAge({ ageSeconds }: PendingView): string {
  return ageSeconds === null ? 'unknown' : formatDuration(ageSeconds);
}

export function describeOutcome({ now }: PendingView): string {
  return now === null ? 'not judged' : OUTCOMES[now.outcome];
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  accepted: 'accepted',
  wouldAccept: 'would be accepted',
  held: 'held',
  gone: 'gone',
  failed: 'failed',
  notAttempted: 'not attempted',
};

/** The grant, or the codes of every reason against it; of what could not be judged, those of the last pass. */
export function describeReasons({ now, heldBefore }: PendingView): string {
  if (now?.decision.verdict === 'accept') return `${now.decision.owner}.${now.decision.grant}`;
  const reasons = now === null ? heldBefore : now.decision.reasons;
  return [...new Set(reasons.map(({ code }) => code))].join(', ');
}

/** What is known of it beside what a pass would do. */
export function describeRemarks({ remembered, confirmsFailed, lastFailure, inDoubt }: PendingView): string[] {
  return [
    ...(remembered ? [] : ['no pass has seen it yet']),
    ...(confirmsFailed === 0
      ? []
      : [
          `${formatCount(confirmsFailed, 'confirm')} failed so far; ` +
            (lastFailure === null ? 'the report of each run says why' : `the last one: ${lastFailure}`),
        ]),
    ...(inDoubt === null
      ? []
      : [
          `a confirm for \`${inDoubt.owner}.${inDoubt.grants[0]}\` with gateway \`${inDoubt.gateway}\` was begun at ` +
            `${formatMinute(inDoubt.at)}, and its end is not known: it takes its slot until two later listings still show the request`,
        ]),
  ];
}

/** Things of the target as a whole that a person should look at, beside what failed just now. */
export function describeConcerns(view: TargetView): string[] {
  const { failing, inDoubt, undelivered, damaged, failures } = view;
  const told = new Set(failures.map(({ message }) => message));
  return [
    ...(failing === null
      ? []
      : [`passes have been failing since ${formatMinute(failing.since)}: ${failing.codes.join(', ')}`]),
    ...inDoubt.map(
      ({ id, at, gateway }) =>
        `${id}: a confirm with gateway \`${gateway}\` was begun at ${formatMinute(at)}, and its end is not known`,
    ),
    ...(undelivered.oldest === null
      ? []
      : [
          `${formatCount(undelivered.count, 'announcement')} not delivered yet, the oldest of ${formatMinute(undelivered.oldest)}`,
        ]),
    ...damaged.filter((message) => !told.has(message)),
  ];
}

/** `2 pending: 1 would be accepted, 1 held`. */
export function summarizePending({ pending, source }: TargetView): string {
  if (source === 'nothing') return 'pending requests unknown';
  if (pending.length === 0) return source === 'ledger' ? 'nothing pending was remembered' : 'nothing pending';
  if (source === 'ledger') return `${pending.length} pending as remembered`;
  const outcomes = Map.groupBy(pending, describeOutcome);
  return `${pending.length} pending: ${[...outcomes].map(([what, { length }]) => `${length} ${what}`).join(', ')}`;
}

/** Where the list of what is pending comes from, when that is not the API; `null` otherwise. */
export function describeSource({ source }: TargetView): string | null {
  switch (source) {
    case 'listing':
      return null;
    case 'ledger':
      return 'the API could not be listed: what follows is what passes remember, and there may be more';
    case 'nothing':
      return 'neither the API nor the ledger could be read: nothing is known of what is pending';
    default:
      return source satisfies never;
  }
}

/** How long ago passes last saw everything. */
export function describeLastListing({ lastListing, at }: TargetView): string {
  if (lastListing === null) return 'no pass has listed everything yet, as far as this ledger knows';
  const ago = formatDuration((Date.parse(at) - Date.parse(lastListing)) / 1000);
  return `last complete listing by a pass ${ago} ago`;
}

/** The same for a page that grows old. */
export function describeLastListingTime({ lastListing, at }: TargetView): string {
  if (lastListing === null) return 'no run has listed everything yet, as far as this ledger knows';
  const before = formatDuration((Date.parse(at) - Date.parse(lastListing)) / 1000);
  return `last complete listing by a run at ${formatMinute(lastListing)} UTC, ${before} before this snapshot`;
}

export function isStale({ lastListing, at }: TargetView): boolean {
  return lastListing === null || Date.parse(at) - Date.parse(lastListing) > HOUR_MS;
}

export function formatCount(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** A name may have 100 characters; JSON has it whole. */
export function shortenName(name: string | null): string {
  if (name === null) return '-';
  return name.length > 24 ? `${escapeText(name.slice(0, 23))}…` : escapeText(name);
}

/** `2026-11-10 12:00`, in UTC. */
export function formatMinute(instant: string): string {
  return new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

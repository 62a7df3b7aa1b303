import { type Deadline, deadlineOf } from '../../core/deadline.ts';
import type { Intent, StoredReason } from '../../core/ledgerEntries.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import { type DescribedFields, pickDescribedFields, type RequestReport } from '../../core/runReport.ts';

/**
 * One pending request. Keys that only the API gives are absent when the request is known only from the ledger: absent means unknown,
 * and `null` means that the API did not give a value.
 */
export interface PendingView extends Partial<DescribedFields> {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null` when it has no ID, so that it cannot be recorded */
  readonly firstSeen: string | null;
  /** time since it was first seen; it may be older */
  readonly ageSeconds: number | null;
  /** whether a run has recorded it in the ledger */
  readonly remembered: boolean;
  readonly deadline: Deadline;
  readonly elapsed: ElapsedShare | null;
  /** what a run would do with it now; `null`: not known, because the listing failed */
  readonly now: CurrentEvaluation | null;
  /** why the last run held it; empty when it did not */
  readonly heldBefore: readonly StoredReason[];
  readonly confirmsFailed: number;
  /** why the last of them failed; `null`: none did, or it is not known */
  readonly lastFailure: string | null;
  /** a confirm whose outcome is not known; `null`: none */
  readonly inDoubt: UncertainConfirm | null;
}

/** The elapsed share of the time until expiry, from 0 to 1. */
export interface ElapsedShare {
  readonly atLeast: number;
  /** `null` when the earliest expiry is not known: all of the time may have elapsed */
  readonly atMost: number | null;
}

/** What a run would do with a request now. */
export type CurrentEvaluation = Pick<
  RequestReport,
  'outcome' | 'decision' | 'message' | 'skipped' | 'manualOverrideCommand' | 'withoutFreeze'
>;

/** A confirm whose outcome is not known. */
export type UncertainConfirm = Pick<Intent, 'at' | 'owner' | 'grants' | 'gateway' | 'listings'>;

/** The facts that every pending request is viewed with. */
export interface PendingContext {
  readonly at: string;
  /** seconds from request to expiry; `null` where requests never expire */
  readonly expiry: number | null;
  /** `null`: the ledger cannot be read */
  readonly state: LedgerState | null;
  /** IDs of recorded requests that ended: a listed request with such an ID is a new one */
  readonly endedIds: ReadonlySet<string>;
}

/** The listed requests that are still pending. */
export function viewListedRequests(
  requests: readonly RequestReport[],
  context: PendingContext,
): PendingView[] {
  return requests
    .filter(({ outcome }) => outcome !== 'gone')
    .map((request): PendingView => {
      const { id, connection, vlan, name, firstSeen, deadline } = request;
      const { outcome, decision, message, skipped, manualOverrideCommand, withoutFreeze } = request;
      const now = { outcome, decision, message, skipped, manualOverrideCommand, withoutFreeze };
      const described = { connection, vlan, name, ...pickDescribedFields(request) };
      return { ...viewCommon(id, firstSeen, deadline, context), ...described, now };
    })
    .sort(compareByExpiry);
}

/** The pending requests recorded in the ledger, for when the listing fails. */
export function viewRecordedRequests(context: PendingContext): PendingView[] {
  return Object.entries(context.state?.observations ?? {})
    .filter(([, { outbound }]) => !outbound)
    .map(([id, observation]): PendingView => {
      const { connection, vlan, name, firstSeen, request } = observation;
      const deadline = deadlineOf(observation, context.expiry);
      // A run of release 0.1.0 recorded only connection, VLAN and name: the other keys are absent, because they are not known.
      const described = { connection, vlan, name, ...(request ?? {}) };
      return { ...viewCommon(id, firstSeen, deadline, context), ...described, now: null };
    })
    .sort(compareByExpiry);
}

/** The parts of a view that are the same for listed and recorded requests. */
function viewCommon(
  id: string,
  firstSeen: string | null,
  deadline: Deadline,
  { at, expiry, state, endedIds }: PendingContext,
): Omit<PendingView, 'connection' | 'vlan' | 'name' | 'now' | keyof DescribedFields> {
  const observation = endedIds.has(id) ? undefined : state?.observations[id];
  return {
    id,
    firstSeen,
    ageSeconds: firstSeen === null ? null : secondsBetween(firstSeen, at),
    remembered: observation !== undefined,
    deadline,
    elapsed: elapsedShareOf(deadline, at, expiry),
    heldBefore: observation?.held ?? [],
    confirmsFailed: observation?.failures ?? 0,
    lastFailure: observation?.lastFailure ?? null,
    inDoubt: toUncertainConfirm(state?.intents[id]),
  };
}

export function toUncertainConfirm(intent: Intent | undefined): UncertainConfirm | null {
  if (intent === undefined) return null;
  const { at, owner, grants, gateway, listings } = intent;
  return { at, owner, grants, gateway, listings };
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
}

function elapsedShareOf(
  { earliest, latest }: Deadline,
  at: string,
  expiry: number | null,
): ElapsedShare | null {
  if (expiry === null || latest === null) return null;
  const share = (end: string): number => {
    const left = (Date.parse(end) - Date.parse(at)) / 1000 / expiry;
    return Math.round(Math.min(1, Math.max(0, 1 - left)) * 10_000) / 10_000;
  };
  return { atLeast: share(latest), atMost: earliest === null ? null : share(earliest) };
}

/** Sorts by urgency: first requests that may expire at any moment, then by soonest expiry; without expiry, the oldest first. */
export function compareByExpiry(a: PendingView, b: PendingView): number {
  const [keysA, keysB] = [sortKeys(a), sortKeys(b)];
  const differing = keysA.findIndex((key, i) => key !== keysB[i]);
  return differing === -1
    ? compareByCodePoint(a.id, b.id)
    : (keysA[differing] ?? 0) - (keysB[differing] ?? 0);
}

function sortKeys({ deadline: { earliest, latest }, firstSeen }: PendingView): number[] {
  const end = earliest ?? latest ?? firstSeen;
  return [
    latest === null ? 2 : earliest === null ? 0 : 1,
    // A request without an ID cannot be recorded, so its age is unlimited.
    end === null ? Number.MIN_SAFE_INTEGER : Date.parse(end),
    latest === null ? 0 : Date.parse(latest),
  ];
}

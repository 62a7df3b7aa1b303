import { type Deadline, deadlineOf } from '../../core/deadline.ts';
import type { Intent, StoredReason } from '../../core/ledgerEntries.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import { type DescribedFields, pickDescribedFields, type RequestReport } from '../../core/runReport.ts';

/**
 * One request that waits. What the API gives of it is absent where only the ledger knows of it: absent is unknown here, and `null`
 * is what the API does not give.
 */
export interface PendingView extends Partial<DescribedFields> {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null` when it has no ID to remember it by */
  readonly firstSeen: string | null;
  /** since first seen: it may be older */
  readonly ageSeconds: number | null;
  /** whether a pass has written down that it saw it */
  readonly remembered: boolean;
  readonly deadline: Deadline;
  readonly elapsed: ElapsedShare | null;
  /** what a pass would do with it now; `null`: it could not be listed, so nobody can say */
  readonly now: CurrentEvaluation | null;
  /** why the last pass held it; empty when it did not */
  readonly heldBefore: readonly StoredReason[];
  readonly confirmsFailed: number;
  /** why the last of them failed; `null`: none did, or it is not known */
  readonly lastFailure: string | null;
  /** a confirm was begun, and nobody knows how it ended; `null`: none */
  readonly inDoubt: UncertainConfirm | null;
}

/** How much of the period until expiry is gone, from 0 to 1: `null` where requests never expire. */
export interface ElapsedShare {
  readonly atLeast: number;
  /** `null` when the early end is not known: it may be all of it */
  readonly atMost: number | null;
}

export type CurrentEvaluation = Pick<
  RequestReport,
  'outcome' | 'decision' | 'message' | 'skipped' | 'manualOverrideCommand'
>;

export type UncertainConfirm = Pick<Intent, 'at' | 'owner' | 'grants' | 'gateway' | 'listings'>;

/** What every one of them is told against. */
export interface PendingContext {
  readonly at: string;
  /** seconds from request to expiry; `null` where requests never expire */
  readonly expiry: number | null;
  /** `null`: the ledger cannot be read */
  readonly state: LedgerState | null;
  /** IDs of remembered requests that ended: what bears such an ID now is another one */
  readonly over: ReadonlySet<string>;
}

/** What was listed, and still waits. */
export function viewListedRequests(
  requests: readonly RequestReport[],
  against: PendingContext,
): PendingView[] {
  return requests
    .filter(({ outcome }) => outcome !== 'gone')
    .map((request): PendingView => {
      const { id, connection, vlan, name, firstSeen, deadline } = request;
      const { outcome, decision, message, skipped, manualOverrideCommand } = request;
      const now = { outcome, decision, message, skipped, manualOverrideCommand };
      const what = { connection, vlan, name, ...pickDescribedFields(request) };
      return { ...common(id, firstSeen, deadline, against), ...what, now };
    })
    .sort(compareByExpiry);
}

/** What passes saw waiting, for when it cannot be listed. */
export function viewRecordedRequests(against: PendingContext): PendingView[] {
  return Object.entries(against.state?.observations ?? {})
    .filter(([, { outbound }]) => !outbound)
    .map(([id, sighting]): PendingView => {
      const { connection, vlan, name, firstSeen, request } = sighting;
      const deadline = deadlineOf(sighting, against.expiry);
      // A run of release 0.1.0 recorded no more than connection, VLAN and name: the rest is absent, as it is not known.
      const what = { connection, vlan, name, ...(request ?? {}) };
      return { ...common(id, firstSeen, deadline, against), ...what, now: null };
    })
    .sort(compareByExpiry);
}

function common(
  id: string,
  firstSeen: string | null,
  deadline: Deadline,
  { at, expiry, state, over }: PendingContext,
): Omit<PendingView, 'connection' | 'vlan' | 'name' | 'now' | keyof DescribedFields> {
  const sighting = over.has(id) ? undefined : state?.observations[id];
  return {
    id,
    firstSeen,
    ageSeconds: firstSeen === null ? null : secondsBetween(firstSeen, at),
    remembered: sighting !== undefined,
    deadline,
    elapsed: goneOf(deadline, at, expiry),
    heldBefore: sighting?.held ?? [],
    confirmsFailed: sighting?.failures ?? 0,
    lastFailure: sighting?.lastFailure ?? null,
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

function goneOf({ earliest, latest }: Deadline, at: string, expiry: number | null): ElapsedShare | null {
  if (expiry === null || latest === null) return null;
  const share = (end: string): number => {
    const left = (Date.parse(end) - Date.parse(at)) / 1000 / expiry;
    return Math.round(Math.min(1, Math.max(0, 1 - left)) * 10_000) / 10_000;
  };
  return { atLeast: share(latest), atMost: earliest === null ? null : share(earliest) };
}

/** What may expire at any moment comes first; then the soonest. Without expiry, what waits longest. */
export function compareByExpiry(a: PendingView, b: PendingView): number {
  const [ranksA, ranksB] = [ranks(a), ranks(b)];
  const differing = ranksA.findIndex((rank, i) => rank !== ranksB[i]);
  return differing === -1
    ? compareByCodePoint(a.id, b.id)
    : (ranksA[differing] ?? 0) - (ranksB[differing] ?? 0);
}

function ranks({ deadline: { earliest, latest }, firstSeen }: PendingView): number[] {
  const end = earliest ?? latest ?? firstSeen;
  return [
    latest === null ? 2 : earliest === null ? 0 : 1,
    // What has no ID to remember it by may have waited for ever.
    end === null ? Number.MIN_SAFE_INTEGER : Date.parse(end),
    latest === null ? 0 : Date.parse(latest),
  ];
}

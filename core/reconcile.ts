import {
  type EndCause,
  type EndedRequest,
  endCauseOf,
  endRequest,
  endUnobservedRequest,
} from './endedRequest.ts';
import { createAcceptance } from './ledgerEntries.ts';
import type { LedgerChange, LedgerState } from './ledgerState.ts';
import { hasEnded, isConfirming, isUnsettled, type VirtualInterface } from './model.ts';
import { clockSteppedBack, observationUpdates, replacedRequests } from './observations.ts';
import { quote } from './printableText.ts';
import { createReceipt } from './receipt.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import type { RunProblem } from './runReport.ts';
import { liveLedgerIds, type Snapshot } from './snapshot.ts';

export interface Reconciliation {
  /** in the order in which they must be written: observations before the listing */
  readonly changes: readonly LedgerChange[];
  readonly ended: readonly EndedRequest[];
  readonly warnings: readonly RunProblem[];
  readonly failures: readonly RunProblem[];
}

/**
 * The changes that bring the ledger up to date with a snapshot. A later snapshot with the same content changes only the time
 * of the listing.
 * @param expiry seconds from request to expiry; `null` if requests never expire
 */
export function reconcile(state: LedgerState, snapshot: Snapshot, expiry: number | null): Reconciliation {
  const outcomes = liveLedgerIds(state).map((id) => reconcileOne(state, id, snapshot, expiry));
  const replaced = replacedRequests(state, snapshot, expiry);
  const unobserved = unobservedEnds(state, snapshot, expiry);
  return {
    changes: [
      ...observationUpdates(state, snapshot, replaced),
      ...outcomes.flatMap(({ changes }) => changes),
      ...unobserved.map((end) => ({ kind: 'ended' as const, id: end.id, ended: end })),
      ...listingChanges(state, snapshot),
    ],
    ended: [
      ...outcomes.flatMap((outcome) => outcome.ended),
      ...[...replaced.values()].filter(({ id }) => state.observations[id]?.outbound === false),
      ...unobserved,
    ],
    warnings: clockSteppedBack(state, snapshot) ? [clockWarning(snapshot)] : [],
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** As `reconcile`, for IDs that were described after the listing was reconciled. */
export function reconcileDescribed(
  state: LedgerState,
  ids: readonly string[],
  snapshot: Snapshot,
  expiry: number | null,
): Pick<Reconciliation, 'changes' | 'ended' | 'failures'> {
  const outcomes = ids.map((id) => reconcileOne(state, id, snapshot, expiry));
  return {
    changes: outcomes.flatMap(({ changes }) => changes),
    ended: outcomes.flatMap((outcome) => outcome.ended),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

interface Outcome {
  readonly changes: readonly LedgerChange[];
  readonly ended: readonly EndedRequest[];
  readonly failures: readonly RunProblem[];
}

function reconcileOne(state: LedgerState, id: string, snapshot: Snapshot, expiry: number | null): Outcome {
  const vif = snapshot.found.get(id);
  // Fail closed: nothing is concluded about an interface that the listing lacks and no call described.
  if (vif === undefined) return onlyChanges();
  if (vif === null || hasEnded(vif))
    return endWith(state, id, endCauseOf(state.observations[id], vif, snapshot.seenAt, expiry), snapshot);
  if (isUnsettled(vif)) return onlyChanges();
  return isConfirming(vif)
    ? reconcileConfirming(state, id, vif)
    : reconcileAccepted(state, id, vif, snapshot);
}

function listingChanges({ lastListing }: LedgerState, { found, listedAt }: Snapshot): LedgerChange[] {
  if ([...found.keys()].every(isVirtualInterfaceId)) return [{ kind: 'listed', at: listedAt }];
  // Fail closed: one item has an unreadable ID, so a request missing from this listing may still exist.
  const isFuture = lastListing !== null && Date.parse(lastListing) > Date.parse(listedAt);
  return isFuture ? [{ kind: 'listed', at: null }] : [];
}

function clockWarning({ listedAt }: Snapshot): RunProblem {
  const message =
    `the clock stepped back: the ledger has a time later than now, ${listedAt}; ` +
    'the earliest expiry of pending requests is no longer known; check the clock';
  return { code: 'clock', message };
}

/**
 * Interfaces that expired and that the ledger does not know: they were made and expired between two complete listings, or
 * were reported before and are still listed. Empty unless there was no listing for as long as a request takes to expire.
 */
export function expiredUnobserved(
  state: LedgerState,
  snapshot: Snapshot,
  expiry: number | null,
): readonly VirtualInterface[] {
  const { lastListing } = state;
  if (expiry === null || lastListing === null) return [];
  if (Date.parse(snapshot.listedAt) - Date.parse(lastListing) < expiry * 1000) return [];
  const known = new Set(liveLedgerIds(state));
  return snapshot.expired.filter(({ id }) => isVirtualInterfaceId(id) && !known.has(id));
}

/** The ended requests of `expiredUnobserved`. */
export function unobservedEnds(
  state: LedgerState,
  snapshot: Snapshot,
  expiry: number | null,
): readonly EndedRequest[] {
  return expiredUnobserved(state, snapshot, expiry).map((vif) => endUnobservedRequest(vif, snapshot.seenAt));
}

function endWith(state: LedgerState, id: string, as: EndCause, { seenAt }: Snapshot): Outcome {
  const end = reportedEnd(state, id, as, seenAt);
  return {
    changes: [{ kind: 'ended', id, ended: end }],
    ended: end === null ? [] : [end],
    failures: [],
  };
}

/** `null` if there is nothing to report: it was not a request to this recipient, or it was accepted long ago. */
function reportedEnd(state: LedgerState, id: string, as: EndCause, at: string): EndedRequest | null {
  const observation = state.observations[id];
  return observation === undefined || observation.outbound ? null : endRequest(id, observation, as, at);
}

/**
 * An interface that is no longer `confirming`: a confirm of this product succeeded and its answer was lost, or somebody
 * else accepted it.
 */
function reconcileAccepted(
  state: LedgerState,
  id: string,
  vif: VirtualInterface,
  snapshot: Snapshot,
): Outcome {
  // Fail closed: a damaged ledger item may be the intent of a confirm by this product.
  if (state.damaged[id] !== undefined) return onlyChanges();
  const intent = state.intents[id];
  if (intent === undefined) return reconcileWithoutIntent(state, id, vif, snapshot);
  if (vif.gateway === null) {
    // Fail closed: the gateway is not known yet, so nothing is concluded, and the failure is reported until it is known.
    const message = `${id} was to get gateway \`${intent.gateway}\` and is ${quote(vif.state ?? '')}, but the API does not return its gateway; check it with the AWS CLI`;
    return { changes: [], ended: [], failures: [{ code: 'confirm-failed', message }] };
  }
  if (intent.gateway === vif.gateway) {
    const { listings: _, evidence, ...assignment } = intent;
    const answer = { by: 'laterRun', state: vif.state, doubt: UNKNOWN_OUTCOME } as const;
    const receipt = createReceipt(id, assignment, evidence, snapshot.seenAt, answer);
    const acceptance = createAcceptance(assignment, evidence.request);
    const end = reportedEnd(state, id, 'accepted', snapshot.seenAt);
    return {
      changes: [{ kind: 'accepted', id, acceptance, receipt }],
      ended: end === null ? [] : [end],
      failures: [],
    };
  }
  const message = `${id} was to get gateway \`${intent.gateway}\` and is on ${quote(vif.gateway)}: somebody else accepted it; check who, and delete it if it is wrong`;
  return {
    ...endWith(state, id, 'acceptedByOthers', snapshot),
    failures: [{ code: 'other-gateway', message }],
  };
}

function reconcileWithoutIntent(
  state: LedgerState,
  id: string,
  vif: VirtualInterface,
  snapshot: Snapshot,
): Outcome {
  const kept = state.acceptances[id];
  if (kept === undefined) return endWith(state, id, 'acceptedByOthers', snapshot);
  // The gateway is unknown: nothing is concluded, and the follow-up reports it if it stays unknown.
  if (vif.gateway === null) return onlyChanges();
  const isOnOurs = kept.gateway === vif.gateway;
  const isAvailable = isOnOurs && vif.state === 'available';
  const acceptance =
    isAvailable && kept.availableAt === null ? { ...kept, availableAt: snapshot.seenAt } : kept;
  // A recorded acceptance stays: an outdated listing had shown the interface as a request again.
  const end = reportedEnd(state, id, isOnOurs ? 'accepted' : 'acceptedByOthers', snapshot.seenAt);
  if (end === null && acceptance === kept) return onlyChanges();
  return {
    changes: [{ kind: 'accepted', id, acceptance, receipt: null }],
    ended: end === null ? [] : [end],
    failures: [],
  };
}

/** An intent occupies its slot until two later complete listings still show the request confirming. */
function reconcileConfirming(state: LedgerState, id: string, vif: VirtualInterface): Outcome {
  const intent = state.intents[id];
  if (intent === undefined || vif.state !== 'confirming') return onlyChanges();
  if (intent.listings >= 1) return onlyChanges({ kind: 'intentDropped', id });
  return onlyChanges({ kind: 'intended', id, intent: { ...intent, listings: intent.listings + 1 } });
}

function onlyChanges(...changes: LedgerChange[]): Outcome {
  return { changes, ended: [], failures: [] };
}

const UNKNOWN_OUTCOME = 'the outcome of the confirm was unknown when its run ended';

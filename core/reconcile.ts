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
  /** in the order in which they must be written: sightings before the listing */
  readonly changes: readonly LedgerChange[];
  readonly ended: readonly EndedRequest[];
  readonly warnings: readonly RunProblem[];
  readonly failures: readonly RunProblem[];
}

/**
 * Brings the ledger up to what the API showed. Later surveys that show the same change nothing but the listing.
 * @param expiry seconds from request to expiry; `null` when requests never expire
 */
export function reconcile(state: LedgerState, survey: Snapshot, expiry: number | null): Reconciliation {
  const outcomes = liveLedgerIds(state).map((id) => outcomeOf(state, id, survey, expiry));
  const replaced = replacedRequests(state, survey, expiry);
  const unseen = unobservedEnds(state, survey, expiry);
  return {
    changes: [
      ...observationUpdates(state, survey, replaced),
      ...outcomes.flatMap(({ changes }) => changes),
      ...unseen.map((end) => ({ kind: 'ended' as const, id: end.id, ended: end })),
      ...listing(state, survey),
    ],
    ended: [
      ...outcomes.flatMap((outcome) => outcome.ended),
      ...[...replaced.values()].filter(({ id }) => state.observations[id]?.outbound === false),
      ...unseen,
    ],
    warnings: clockSteppedBack(state, survey) ? [clockWarning(survey)] : [],
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** As `reconcile`, of some IDs that were described after the listing was reconciled. */
export function reconcileDescribed(
  state: LedgerState,
  ids: readonly string[],
  survey: Snapshot,
  expiry: number | null,
): Pick<Reconciliation, 'changes' | 'ended' | 'failures'> {
  const outcomes = ids.map((id) => outcomeOf(state, id, survey, expiry));
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

function outcomeOf(state: LedgerState, id: string, survey: Snapshot, expiry: number | null): Outcome {
  const vif = survey.found.get(id);
  // Fail closed: nothing is concluded about what the listing lacks and no call described.
  if (vif === undefined) return change();
  if (vif === null || hasEnded(vif))
    return ended(state, id, endCauseOf(state.observations[id], vif, survey.seenAt, expiry), survey);
  if (isUnsettled(vif)) return change();
  return isConfirming(vif) ? stillConfirming(state, id, vif) : acceptedMeanwhile(state, id, vif, survey);
}

function listing({ lastListing }: LedgerState, { found, listedAt }: Snapshot): LedgerChange[] {
  if ([...found.keys()].every(isVirtualInterfaceId)) return [{ kind: 'listed', at: listedAt }];
  // Fail closed: of a listing with an item that cannot be told, nobody knows what it did not contain.
  const isFuture = lastListing !== null && Date.parse(lastListing) > Date.parse(listedAt);
  return isFuture ? [{ kind: 'listed', at: null }] : [];
}

function clockWarning({ listedAt }: Snapshot): RunProblem {
  const message =
    `the clock stepped back: the ledger remembers something as later than now, ${listedAt}; ` +
    'the earliest end of what was pending is no longer known; check the clock';
  return { code: 'clock', message };
}

/**
 * Expired, and seen by no pass that is remembered: such as came and expired with no complete listing between, or was told
 * before and is listed still. Empty unless there was no listing for as long as a request lives.
 */
export function expiredUnobserved(
  state: LedgerState,
  survey: Snapshot,
  expiry: number | null,
): readonly VirtualInterface[] {
  const { lastListing } = state;
  if (expiry === null || lastListing === null) return [];
  if (Date.parse(survey.listedAt) - Date.parse(lastListing) < expiry * 1000) return [];
  const known = new Set(liveLedgerIds(state));
  return survey.expired.filter(({ id }) => isVirtualInterfaceId(id) && !known.has(id));
}

/** Ends of what expired and was seen by no run that is remembered. */
export function unobservedEnds(
  state: LedgerState,
  survey: Snapshot,
  expiry: number | null,
): readonly EndedRequest[] {
  return expiredUnobserved(state, survey, expiry).map((vif) => endUnobservedRequest(vif, survey.seenAt));
}

function ended(state: LedgerState, id: string, as: EndCause, { seenAt }: Snapshot): Outcome {
  const end = toldEnd(state, id, as, seenAt);
  return {
    changes: [{ kind: 'ended', id, ended: end }],
    ended: end === null ? [] : [end],
    failures: [],
  };
}

/** `null` when nobody needs to hear of it: it was no request to us, or one that was accepted long ago. */
function toldEnd(state: LedgerState, id: string, as: EndCause, at: string): EndedRequest | null {
  const sighting = state.observations[id];
  return sighting === undefined || sighting.outbound ? null : endRequest(id, sighting, as, at);
}

/** Past confirming: by a confirm of ours whose answer was lost, or by somebody else. */
function acceptedMeanwhile(state: LedgerState, id: string, vif: VirtualInterface, survey: Snapshot): Outcome {
  // Fail closed: what cannot be read may be the intent of a confirm of ours.
  if (state.damaged[id] !== undefined) return change();
  const intent = state.intents[id];
  if (intent === undefined) return withoutIntent(state, id, vif, survey);
  if (vif.gateway === null) {
    // Fail closed: whose gateway it will be is not known yet, so nothing is concluded, and it is told until it is.
    const message = `${id} was to get gateway \`${intent.gateway}\` and is ${quote(vif.state ?? '')} on none that the API tells; look at it with the AWS CLI`;
    return { changes: [], ended: [], failures: [{ code: 'confirm-failed', message }] };
  }
  if (intent.gateway === vif.gateway) {
    const { listings: _, evidence, ...award } = intent;
    const answer = { by: 'laterPass', state: vif.state, doubt: UNKNOWN_END } as const;
    const receipt = createReceipt(id, award, evidence, survey.seenAt, answer);
    const acceptance = createAcceptance(award, evidence.request);
    const end = toldEnd(state, id, 'accepted', survey.seenAt);
    return {
      changes: [{ kind: 'accepted', id, acceptance, receipt }],
      ended: end === null ? [] : [end],
      failures: [],
    };
  }
  const message = `${id} was to get gateway \`${intent.gateway}\` and is on ${quote(vif.gateway)}: somebody else accepted it; check who, and delete it if it is wrong`;
  return {
    ...ended(state, id, 'acceptedByOthers', survey),
    failures: [{ code: 'other-gateway', message }],
  };
}

function withoutIntent(state: LedgerState, id: string, vif: VirtualInterface, survey: Snapshot): Outcome {
  const kept = state.acceptances[id];
  if (kept === undefined) return ended(state, id, 'acceptedByOthers', survey);
  // Whose gateway it is is not known: nothing is concluded, and the follow-up tells it when it lasts.
  if (vif.gateway === null) return change();
  const isOnOurs = kept.gateway === vif.gateway;
  const isAvailable = isOnOurs && vif.state === 'available';
  const acceptance =
    isAvailable && kept.availableAt === null ? { ...kept, availableAt: survey.seenAt } : kept;
  // An acceptance on record stays; a listing that lagged behind had shown it as a request again.
  const end = toldEnd(state, id, isOnOurs ? 'accepted' : 'acceptedByOthers', survey.seenAt);
  if (end === null && acceptance === kept) return change();
  return {
    changes: [{ kind: 'accepted', id, acceptance, receipt: null }],
    ended: end === null ? [] : [end],
    failures: [],
  };
}

/** An intent occupies its slot until two later complete listings still show the request confirming. */
function stillConfirming(state: LedgerState, id: string, vif: VirtualInterface): Outcome {
  const intent = state.intents[id];
  if (intent === undefined || vif.state !== 'confirming') return change();
  if (intent.listings >= 1) return change({ kind: 'intentDropped', id });
  return change({ kind: 'intended', id, intent: { ...intent, listings: intent.listings + 1 } });
}

function change(...changes: LedgerChange[]): Outcome {
  return { changes, ended: [], failures: [] };
}

const UNKNOWN_END = 'what became of the confirm was not known when its pass ended';

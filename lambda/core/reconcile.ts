import { deadlineOf, NO_DEADLINE } from './deadline.ts';
import type { Failure } from './failure.ts';
import { isVirtualInterfaceId } from './ids.ts';
import type { LedgerChange, LedgerState, Sighting } from './ledger.ts';
import { isConfirming, isOver, isUnsettled, type VirtualInterface } from './model.ts';
import type { ReasonCode } from './reasons.ts';
import { quote } from './text.ts';

/** A request that is no longer one. */
export interface Ended {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  readonly firstSeen: string;
  readonly as: EndedAs;
  /** why the last pass held it; empty when it did not */
  readonly held: readonly ReasonCode[];
}

/** `accepted`: by us, learnt late. `vanished`: listed no more and unknown by its ID. */
export type EndedAs = 'accepted' | 'acceptedByOthers' | 'expired' | 'rejected' | 'deleted' | 'vanished';

/** What one complete look at the API showed. */
export interface Survey {
  /** before its first call */
  readonly listedAt: string;
  /** after its last answer */
  readonly seenAt: string;
  /** by ID: the listing, and what was described because the listing lacked it; `null`: it does not exist */
  readonly found: ReadonlyMap<string, VirtualInterface | null>;
  /** requests to us, outbound ones left out */
  readonly requests: readonly VirtualInterface[];
}

export interface Reconciliation {
  /** in the order in which they must be written: sightings before the listing */
  readonly changes: readonly LedgerChange[];
  readonly ended: readonly Ended[];
  readonly failures: readonly Failure[];
}

/** IDs that the ledger holds as live: a complete listing has them, or the API knows them as over. */
export function heldAsLive(state: LedgerState): string[] {
  return [
    ...new Set([
      ...Object.keys(state.sightings),
      ...Object.keys(state.intents),
      ...Object.keys(state.acceptances),
    ]),
  ];
}

/**
 * Brings the ledger up to what the API showed. Later surveys that show the same change nothing but the listing.
 * @param expiry seconds from request to expiry; `null` when requests never expire
 */
export function reconcile(state: LedgerState, survey: Survey, expiry: number | null): Reconciliation {
  const requested = new Set(survey.requests.map(({ id }) => id));
  const outcomes = heldAsLive(state).map((id) => {
    const vif = survey.found.get(id) ?? null;
    if (vif === null || isOver(vif)) return over(state, id, overAs(state.sightings[id], vif, survey, expiry));
    if (isUnsettled(vif)) return change();
    if (!isConfirming(vif)) return acceptedMeanwhile(state, id, vif);
    // Fail closed: a confirm that was begun keeps its slot, even where the request is no longer one to us.
    const isRequest = requested.has(id) || state.intents[id] !== undefined;
    return isRequest ? stillConfirming(state, id, vif) : change({ kind: 'ended', id });
  });
  const sighted = survey.requests
    .filter(({ id }) => isVirtualInterfaceId(id) && state.sightings[id] === undefined)
    .map(
      (vif): LedgerChange => ({ kind: 'sighted', id: vif.id, sighting: firstSighting(state, survey, vif) }),
    );
  return {
    changes: [
      ...sighted,
      ...outcomes.flatMap(({ changes }) => changes),
      // Fail closed: of a listing with an item that cannot be told, nobody knows what it did not contain.
      ...(isTellable(survey) ? [{ kind: 'listed' as const, at: survey.listedAt }] : []),
    ],
    ended: outcomes.flatMap(({ ended }) => ended),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

function isTellable({ found }: Survey): boolean {
  return [...found.keys()].every(isVirtualInterfaceId);
}

function firstSighting(state: LedgerState, survey: Survey, vif: VirtualInterface): Sighting {
  const { connection, vlan, name } = vif;
  return {
    firstSeen: survey.seenAt,
    notListedAt: state.lastListing,
    connection,
    vlan,
    name,
    failures: 0,
    held: [],
  };
}

function over(state: LedgerState, id: string, as: EndedAs): Reconciliation {
  return { changes: [{ kind: 'ended', id }], ended: endedSighting(state, id, as), failures: [] };
}

/** What is gone past the early end of its deadline expired, whether or not the API still shows it. */
function overAs(
  sighting: Sighting | undefined,
  vif: VirtualInterface | null,
  { seenAt }: Survey,
  expiry: number | null,
): EndedAs {
  if (vif !== null) return vif.state === 'expired' || vif.state === 'rejected' ? vif.state : 'deleted';
  const { earliest, latest } = sighting === undefined ? NO_DEADLINE : deadlineOf(sighting, expiry);
  const end = earliest ?? latest;
  return end !== null && Date.parse(seenAt) >= Date.parse(end) ? 'expired' : 'vanished';
}

/** Past confirming: by a confirm of ours whose answer was lost, or by somebody else. */
function acceptedMeanwhile(state: LedgerState, id: string, vif: VirtualInterface): Reconciliation {
  const intent = state.intents[id];
  if (intent === undefined) {
    if (state.sightings[id] === undefined) return change();
    // An acceptance on record stays; a listing that lagged behind had shown it as a request again.
    const kept = state.acceptances[id];
    const ours = kept !== undefined && kept.gateway === vif.gateway;
    const ended = endedSighting(state, id, ours ? 'accepted' : 'acceptedByOthers');
    const last: LedgerChange =
      kept === undefined ? { kind: 'ended', id } : { kind: 'accepted', id, acceptance: kept };
    return { changes: [last], ended, failures: [] };
  }
  if (vif.gateway === null) {
    // Fail closed: whose gateway it will be is not known yet, so nothing is concluded, and it is told until it is.
    const message = `${id} was to get gateway \`${intent.gateway}\` and is ${quote(vif.state ?? '')} on none that the API tells; look at it with the AWS CLI`;
    return { changes: [], ended: [], failures: [{ code: 'confirm-failed', message }] };
  }
  if (intent.gateway === vif.gateway) {
    const { listings: _, ...acceptance } = intent;
    return {
      changes: [{ kind: 'accepted', id, acceptance }],
      ended: endedSighting(state, id, 'accepted'),
      failures: [],
    };
  }
  const message = `${id} was to get gateway \`${intent.gateway}\` and is on ${quote(vif.gateway)}: somebody else accepted it; check who, and delete it if it is wrong`;
  return {
    changes: [{ kind: 'ended', id }],
    ended: endedSighting(state, id, 'acceptedByOthers'),
    failures: [{ code: 'other-gateway', message }],
  };
}

/** An intent occupies its slot until two later complete listings still show the request confirming. */
function stillConfirming(state: LedgerState, id: string, vif: VirtualInterface): Reconciliation {
  const intent = state.intents[id];
  if (intent === undefined || vif.state !== 'confirming') return change();
  if (intent.listings >= 1) return change({ kind: 'intentDropped', id });
  return change({ kind: 'intended', id, intent: { ...intent, listings: intent.listings + 1 } });
}

function endedSighting(state: LedgerState, id: string, as: EndedAs): Ended[] {
  const sighting = state.sightings[id];
  if (sighting === undefined) return [];
  const { connection, vlan, name, firstSeen, held } = sighting;
  return [{ id, connection, vlan, name, firstSeen, as, held }];
}

function change(...changes: LedgerChange[]): Reconciliation {
  return { changes, ended: [], failures: [] };
}

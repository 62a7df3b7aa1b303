import { type DecisionContext, occupyingInterfacesOn } from './decisionContext.ts';
import { matchVerdict } from './fields/evaluateMatch.ts';
import { INTERFACE_KINDS } from './kinds.ts';
import { type LimitUsage, offeredConnectionOf, type RecordedAssignment } from './ledgerEntries.ts';
import { memoizeByObject } from './memoize.ts';
import { hasEnded, isUnreadable, type VirtualInterface } from './model.ts';
import { isTransient } from './neighbours.ts';
import { certainPins, mayHavePin } from './pins.ts';
import { connectionsOf, type Grant, type Owner } from './policy.ts';
import type { Reason, ReasonParameters } from './reasons.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';

/**
 * The IDs that take a slot of an owner, or of one of its grants, other than the request itself. An interface is counted once,
 * if at least one of these is true:
 *
 * - It is live and not a mere offer, and it is on a connection of the owner, or its connection is unknown. On a shared connection, a
 *   pin of the owner must match it or possibly match it, or nothing attributes it to any owner: no pin certainly matches it, and no record
 *   belongs to an owner of the policy. For a grant, it must also match the grant, or possibly match it.
 * - The ledger records that it was assigned to the owner (an intent or an acceptance), and it is not known to have ended. Its
 *   current connection does not matter, nor whether the listing has it: the owner that a limit restricts can move an interface.
 * - Its ledger item cannot be read, so that it may be such a record, and it is not known to have ended.
 *
 * A record has the names of owner and grants at the time of acceptance. It belongs to the owner of that name, and to the owner
 * that has the connection on which it was offered for itself. If there is neither, because the owner was renamed or removed, it
 * belongs to every owner with a grant for its gateway, and to every owner that shares the connection. Within an owner it belongs to the grants that it names. If one of these grants
 * was removed, or has another gateway now, it also belongs to every grant of the owner for its gateway.
 */
function slotsTakenBy(
  owner: Owner,
  grant: Grant | null,
  requestId: string,
  policy: Owners,
  context: DecisionContext,
): string[] {
  const known = slotsByContext(context)(policy);
  const ofOwner = known.get(owner) ?? new Map<Grant | null, readonly string[]>();
  known.set(owner, ofOwner);
  const slots = ofOwner.get(grant) ?? computeSlotsTaken(owner, grant, policy, context);
  ofOwner.set(grant, slots);
  return slots.filter((id) => id !== requestId);
}

/**
 * The slots of one context and one policy: computed once for each owner and grant, not once for each of thousands of
 * requests.
 */
const slotsByContext = memoizeByObject((_: DecisionContext) =>
  memoizeByObject((_: Owners) => new Map<Owner, Map<Grant | null, readonly string[]>>()),
);

function computeSlotsTaken(
  owner: Owner,
  grant: Grant | null,
  policy: Owners,
  context: DecisionContext,
): readonly string[] {
  const { interfaces, intents, acceptances, damaged } = context;
  const live = occupyingInterfacesOn(connectionsOf(owner), context).filter((vif) =>
    mayBelong(vif, owner, grant, policy, context),
  );
  const ids = new Set(live.map(({ id }) => id));
  const listed = byId(interfaces);
  // An interface that ended leaves the ledger with the next complete listing.
  const isOpen = (id: string): boolean => {
    const vif = listed.get(id);
    return vif === undefined || !hasEnded(vif);
  };
  const recorded: readonly Readonly<Record<string, RecordedAssignment>>[] = [intents, acceptances];
  for (const records of recorded) {
    for (const [id, record] of Object.entries(records)) {
      if (!ids.has(id) && isAssignedTo(record, owner, grant, policy) && isOpen(id)) ids.add(id);
    }
  }
  // Fail closed: a damaged record may be an acceptance for this owner.
  for (const id of Object.keys(damaged)) if (isVirtualInterfaceId(id) && isOpen(id)) ids.add(id);
  return [...ids].sort();
}

/** The part of a policy that a record is compared with. */
type Owners = { readonly owners: readonly Owner[] };

/** The interfaces that take the slots of which a request needs one. */
export function limitUsageOf(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  policy: Owners,
  context: DecisionContext,
): LimitUsage {
  return {
    owner: slotsTakenBy(owner, null, requestId, policy, context),
    grants: Object.fromEntries(
      fitting.map((grant) => [grant.name, slotsTakenBy(owner, grant, requestId, policy, context)]),
    ),
  };
}

/** The most interfaces that a reason lists. */
const MAX_LISTED_IDS = 20;

/** A reason for each limit, of the owner and of every fitting grant, that has no room for one more interface. */
export function exhaustedLimitReasons(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  policy: Owners,
  context: DecisionContext,
): Reason[] {
  const reasons: Reason[] = [];
  const exhausted = (grant: Grant | null): ReasonParameters['owner-limit'] | null => {
    const { limit } = grant ?? owner;
    if (limit === null) return null;
    const taken = slotsTakenBy(owner, grant, requestId, policy, context);
    if (taken.length < limit) return null;
    return {
      owner: owner.name,
      limit,
      taken: taken.length,
      first: firstTakers(taken, owner, policy, context),
    };
  };
  const ofOwner = exhausted(null);
  if (ofOwner !== null) reasons.push({ code: 'owner-limit', parameters: ofOwner });
  for (const grant of fitting) {
    const ofGrant = exhausted(grant);
    if (ofGrant !== null)
      reasons.push({ code: 'grant-limit', parameters: { ...ofGrant, grant: grant.name } });
  }
  return reasons;
}

/** Fail closed: an interface that may belong takes a slot. */
function mayBelong(
  vif: VirtualInterface,
  owner: Owner,
  grant: Grant | null,
  policy: Owners,
  context: DecisionContext,
): boolean {
  return mayBelongToOwner(vif, owner, policy, context) && (grant === null || matchOf(grant)(vif).mayMatch);
}

/** @param vif on a connection of the owner, or on an unknown one */
function mayBelongToOwner(
  vif: VirtualInterface,
  owner: Owner,
  policy: Owners,
  context: DecisionContext,
): boolean {
  const { connection } = vif;
  if (connection === null || owner.connections.includes(connection)) return true;
  return mayHavePin(owner, vif) || isUnattributed(vif, policy, context);
}

/**
 * Whether nothing attributes an interface on a shared connection to an owner, neither a pin nor a record, although it was accepted. An
 * offer that was withdrawn, or is public, was not: otherwise other customers of the carrier could use up every limit.
 */
function isUnattributed(vif: VirtualInterface, policy: Owners, context: DecisionContext): boolean {
  const records = [context.intents[vif.id], context.acceptances[vif.id]].filter(
    (record) => record !== undefined,
  );
  // Fail closed: an interface whose gateway or ID cannot be read may be an accepted one.
  const isCertainlyOffer =
    isTransient(vif, context) && !isUnreadable(vif, 'gateway') && !isUnreadable(vif, 'id');
  return (
    !isCertainlyOffer &&
    certainPins(policy, vif).length === 0 &&
    !records.some((record) => hasKnownOwner(record, policy))
  );
}

/**
 * Whether an interface counts for a grant. A private grant counts interfaces of every type, as before there were other grants. Fail
 * closed: for another grant, an unknown or missing type counts.
 */
function mayMatchGrant(vif: VirtualInterface, { type, match }: Grant): boolean {
  const isOfOtherType = type !== 'private' && vif.type !== type && KNOWN_TYPES.has(vif.type);
  return !isOfOtherType && matchVerdict(match, vif, 'matchesCertainly') !== 'no';
}

/** Computed once for each grant and interface: every acceptance counts the interfaces of its owner again. */
const matchOf = memoizeByObject((grant: Grant) =>
  memoizeByObject((vif: VirtualInterface) => ({ mayMatch: mayMatchGrant(vif, grant) })),
);

/** Every type that the API documents. */
const KNOWN_TYPES: ReadonlySet<string | null> = new Set([...INTERFACE_KINDS, 'public']);

function isAssignedTo(
  record: RecordedAssignment,
  owner: Owner,
  grant: Grant | null,
  policy: Owners,
): boolean {
  if (!belongsToOwner(record, owner, policy)) return false;
  if (grant === null || record.grants.includes(grant.name)) return true;
  const isUnchanged = record.grants.every((name) =>
    owner.grants.some((known) => known.name === name && known.gateway === record.gateway),
  );
  // Fail closed: if a grant was renamed, every grant for that gateway may be the renamed one.
  return !isUnchanged && grant.gateway === record.gateway;
}

function belongsToOwner(
  record: RecordedAssignment,
  { name, connections, sharedConnections, grants }: Owner,
  policy: Owners,
): boolean {
  const connection = offeredConnectionOf(record);
  if (record.owner === name || (connection !== null && connections.includes(connection))) return true;
  if (hasKnownOwner(record, policy)) return false;
  // Fail closed: the owner was renamed or removed, and every owner with this gateway or connection may be the renamed one. A shared
  // connection identifies no owner, so it does not exclude the others.
  return (
    grants.some(({ gateway }) => gateway === record.gateway) ||
    (connection !== null && sharedConnections.includes(connection))
  );
}

/** Whether an owner of the policy has the name in a record, or has the connection for itself on which the interface was offered. */
function hasKnownOwner(record: RecordedAssignment, policy: Owners): boolean {
  const { names, connections } = knownOwners(policy);
  const connection = offeredConnectionOf(record);
  return names.has(record.owner) || (connection !== null && connections.has(connection));
}

const knownOwners = memoizeByObject(({ owners }: Owners) => ({
  names: new Set(owners.map(({ name }) => name)),
  connections: new Set(owners.flatMap(({ connections }) => connections)),
}));

const byId = memoizeByObject(
  (interfaces: readonly VirtualInterface[]) => new Map(interfaces.map((vif) => [vif.id, vif])),
);

/** The first interfaces of a list. One on a connection of another owner has that connection, so that a person can find it. */
function firstTakers(
  ids: readonly string[],
  owner: Owner,
  policy: Owners,
  context: DecisionContext,
): ReasonParameters['owner-limit']['first'] {
  return ids.slice(0, MAX_LISTED_IDS).map((id) => {
    const vif = byId(context.interfaces).get(id);
    const connection = vif?.connection ?? null;
    const isOwn = connection === null || connectionsOf(owner).includes(connection);
    const isShared = connection !== null && owner.sharedConnections.includes(connection);
    return {
      id,
      otherConnection: isOwn ? null : connection,
      isUnattributed:
        vif !== undefined && isShared && !mayHavePin(owner, vif) && isUnattributed(vif, policy, context),
    };
  });
}

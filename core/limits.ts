import { type DecisionContext, occupyingInterfaces } from './decisionContext.ts';
import { matchVerdict } from './fields/match.ts';
import { type LimitUsage, offeredConnectionOf, type RecordedAssignment } from './ledgerEntries.ts';
import { memoizeByObject } from './memoize.ts';
import { hasEnded, type VirtualInterface } from './model.ts';
import type { Grant, Owner } from './policy.ts';
import { formatFirst, quote } from './printableText.ts';
import type { Reason } from './reasons.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';

/**
 * IDs that take a slot of an owner, or of one of its grants, other than the request itself. One is counted once, for
 * whichever of these reasons:
 *
 * - It is live and not a mere request, and it is on a connection of the owner, or its connection is not known. For a grant
 *   it must fit the grant's `match` too, or perhaps fit it.
 * - The ledger records it as given to the owner (an intent or an acceptance), and it is not known to be over. Where it is
 *   now does not matter, nor whether the listing has it: the party that a limit binds can move an interface.
 * - What the ledger holds of it cannot be read, so it may be such a record, and it is not known to be over.
 *
 * A record names owners and grants as the policy named them then. It belongs to the owner of that name, and to the owner
 * that has the connection by which it was offered. Where there is neither, because the owner was renamed or removed, it
 * belongs to every owner with a grant to its gateway. Within an owner it belongs to the grants that it names. Where one of
 * them has gone, or leads to another gateway now, it belongs to every grant of the owner to its gateway too.
 */
function takenBy(
  owner: Owner,
  grant: Grant | null,
  requestId: string,
  policy: Owners,
  world: DecisionContext,
): string[] {
  const known = slotsIn(world)(policy);
  const ofOwner = known.get(owner) ?? new Map<Grant | null, readonly string[]>();
  known.set(owner, ofOwner);
  const slots = ofOwner.get(grant) ?? allTakenBy(owner, grant, policy, world);
  ofOwner.set(grant, slots);
  return slots.filter((id) => id !== requestId);
}

/** Of one world and one policy, for thousands of requests: read once for each owner and grant, not once for each request. */
const slotsIn = memoizeByObject((_: DecisionContext) =>
  memoizeByObject((_: Owners) => new Map<Owner, Map<Grant | null, readonly string[]>>()),
);

function allTakenBy(
  owner: Owner,
  grant: Grant | null,
  policy: Owners,
  world: DecisionContext,
): readonly string[] {
  const { interfaces, intents, acceptances, damaged } = world;
  const live = occupyingInterfaces(world).filter((vif) => mayBelong(vif, owner, grant));
  const ids = new Set(live.map(({ id }) => id));
  const listed = byId(interfaces);
  // What is over leaves the record with the next complete listing.
  const isOpen = (id: string): boolean => {
    const vif = listed.get(id);
    return vif === undefined || !hasEnded(vif);
  };
  const given: readonly Readonly<Record<string, RecordedAssignment>>[] = [intents, acceptances];
  for (const records of given) {
    for (const [id, record] of Object.entries(records)) {
      if (!ids.has(id) && isGivenTo(record, owner, grant, policy) && isOpen(id)) ids.add(id);
    }
  }
  // Fail closed: a damaged record may be of an acceptance by this owner.
  for (const id of Object.keys(damaged)) if (isVirtualInterfaceId(id) && isOpen(id)) ids.add(id);
  return [...ids].sort();
}

/** Of a policy, what a record is compared with. */
type Owners = { readonly owners: readonly Owner[] };

/** What stands in the slots that a request would need one of. */
export function limitUsageOf(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  policy: Owners,
  world: DecisionContext,
): LimitUsage {
  return {
    owner: takenBy(owner, null, requestId, policy, world),
    grants: Object.fromEntries(
      fitting.map((grant) => [grant.name, takenBy(owner, grant, requestId, policy, world)]),
    ),
  };
}

/** IDs that a message names. */
const MOST = 20;

/** Limits of the owner and of every fitting grant that leave no room for one more. */
export function exhaustedLimitReasons(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  policy: Owners,
  world: DecisionContext,
): Reason[] {
  const reasons: Reason[] = [];
  const exhausted = (grant: Grant | null): string | null => {
    const { limit } = grant ?? owner;
    if (limit === null) return null;
    const taken = takenBy(owner, grant, requestId, policy, world);
    if (taken.length < limit) return null;
    return `may have ${limit} live interfaces and has ${taken.length}: ${formatFirst(placed(taken, owner, world), MOST)}`;
  };
  const ofOwner = exhausted(null);
  if (ofOwner !== null) reasons.push({ code: 'owner-limit', message: `owner \`${owner.name}\` ${ofOwner}` });
  for (const grant of fitting) {
    const ofGrant = exhausted(grant);
    if (ofGrant === null) continue;
    reasons.push({ code: 'grant-limit', message: `grant \`${owner.name}.${grant.name}\` ${ofGrant}` });
  }
  return reasons;
}

function mayBelong(vif: VirtualInterface, { connections }: Owner, grant: Grant | null): boolean {
  // Fail closed: an interface that may belong takes a slot.
  const mayBeOwners = vif.connection === null || connections.includes(vif.connection);
  return mayBeOwners && (grant === null || matchVerdict(grant.match, vif, 'matchesCertainly') !== 'no');
}

function isGivenTo(record: RecordedAssignment, owner: Owner, grant: Grant | null, policy: Owners): boolean {
  if (!isOwners(record, owner, policy)) return false;
  if (grant === null || record.grants.includes(grant.name)) return true;
  const isUnchanged = record.grants.every((name) =>
    owner.grants.some((known) => known.name === name && known.gateway === record.gateway),
  );
  // Fail closed: where a grant was renamed, every grant to that gateway may be the one.
  return !isUnchanged && grant.gateway === record.gateway;
}

function isOwners(record: RecordedAssignment, { name, connections, grants }: Owner, policy: Owners): boolean {
  const connection = offeredConnectionOf(record);
  if (record.owner === name || (connection !== null && connections.includes(connection))) return true;
  const known = knownTo(policy);
  if (known.names.has(record.owner) || (connection !== null && known.connections.has(connection)))
    return false;
  // Fail closed: the owner was renamed or removed, and every owner with this gateway may be the one.
  return grants.some(({ gateway }) => gateway === record.gateway);
}

const knownTo = memoizeByObject(({ owners }: Owners) => ({
  names: new Set(owners.map(({ name }) => name)),
  connections: new Set(owners.flatMap(({ connections }) => connections)),
}));

const byId = memoizeByObject(
  (interfaces: readonly VirtualInterface[]) => new Map(interfaces.map((vif) => [vif.id, vif])),
);

/** IDs for a message. Those on connections that are not the owner's say so: a person looks for them there. */
function placed(ids: readonly string[], { connections }: Owner, { interfaces }: DecisionContext): string[] {
  const shown = ids.slice(0, MOST).map((id) => {
    const connection = byId(interfaces).get(id)?.connection ?? null;
    return connection === null || connections.includes(connection)
      ? id
      : `${id} (now on ${quote(connection)})`;
  });
  return [...shown, ...ids.slice(MOST)];
}

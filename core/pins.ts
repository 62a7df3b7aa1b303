import { MATCH_FIELDS, matchVerdict } from './fields/evaluateMatch.ts';
import { allOf, type Ternary, toTernary } from './fields/matchField.ts';
import { memoizeByObject } from './memoize.ts';
import type { BgpPeer, VirtualInterface } from './model.ts';
import { agreedKeyOf, type Grant, isPinned, type Owner, sharingOwners } from './policy.ts';

/**
 * Pins: the grants that can attribute an interface on a shared connection to an owner. Every customer of the carrier can make requests
 * there, and everything but the ID of the interface and the agreed BGP key is the requester's own words. The time at which a grant
 * is valid does not matter here: it decides whether the owner's request is accepted, not whose request it is.
 */

/** A grant with a pin, and its owner. */
export interface Pin {
  readonly owner: Owner;
  readonly grant: Grant;
}

/** Whether a grant with a pin attributes an interface to its owner: the pin, the type and every other demand match. */
function pinVerdict({ type, match }: Grant, vif: VirtualInterface): Ternary {
  const ofType = vif.type === null ? 'unknown' : toTernary(vif.type === type);
  return allOf([ofType, matchVerdict(match, vif, 'matchesCertainly')]);
}

/** The fields by which a pin itself certainly matches, whatever else its grant demands; empty: it does not match. */
export function matchingPinFields({ match }: Grant, vif: VirtualInterface): readonly ('id' | 'bgpKey')[] {
  const { id } = match;
  const key = agreedKeyOf(match);
  const hasId = id !== null && MATCH_FIELDS.id.matchesCertainly(id, vif) === 'yes';
  const hasKey = key !== null && MATCH_FIELDS.bgpKey.matchesCertainly(key, vif) === 'yes';
  return [...(hasId ? ['id' as const] : []), ...(hasKey ? ['bgpKey' as const] : [])];
}

/** The part of a policy that attributes interfaces. */
type Owners = { readonly owners: readonly Owner[] };

/** The pins that certainly attribute an interface on a shared connection to their owners, with all other demands of their grants. */
export function certainPins(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  return pinsMet(policy, vif).filter(({ grant }) => pinVerdict(grant, vif) === 'yes');
}

/** Whether a pin of an owner attributes an interface to it, or may do so. */
export function mayHavePin({ grants }: Owner, vif: VirtualInterface): boolean {
  return grants.some((grant) => isPinned(grant.match) && pinVerdict(grant, vif) !== 'no');
}

/**
 * The pins of several owners that name the agreed key of an interface. Such a key identifies none of them, also if they share no
 * connection: each of them knows it, can become a customer of the other's carrier, and every other field is the requester's own words. An
 * ID needs no such rule, because the platform chooses it.
 */
export function pinsOfSharedKey(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  const key = agreedKeyOn(vif);
  if (!indexes(policy)(vif.connection).byKey.has(key)) return [];
  const naming = pinsByKey(policy).get(key) ?? [];
  return new Set(naming.map(({ owner }) => owner)).size > 1 ? naming : [];
}

/** The agreed key that every session has; `null`: the sessions differ, it is unknown, or there is no session. */
function agreedKeyOn({ peers }: VirtualInterface): AgreedKey {
  const [key = null, ...others] = new Set(peers.map(({ agreedKey }) => agreedKey));
  return others.length === 0 ? key : null;
}

type AgreedKey = BgpPeer['agreedKey'];

/** The pins of a connection, or of a policy, by what they name. */
interface PinIndex {
  readonly byId: ReadonlyMap<string, readonly Pin[]>;
  readonly byKey: ReadonlyMap<AgreedKey, readonly Pin[]>;
}

/**
 * The pins that match, although another demand of their grant may not: those that name the ID or the key of the interface. A carrier may
 * have thousands of customers, of which unknown ones make thousands of requests, so the others are not evaluated.
 */
export function pinsMet(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  const { byId, byKey } = indexes(policy)(vif.connection);
  return [...new Set([...(byId.get(vif.id) ?? []), ...(byKey.get(agreedKeyOn(vif)) ?? [])])];
}

const indexes = memoizeByObject((policy: Owners) => {
  const known = new Map<string | null, PinIndex>();
  return (connection: string | null): PinIndex => {
    const index = known.get(connection) ?? indexPins(sharingOwners(policy, connection));
    known.set(connection, index);
    return index;
  };
});

const pinsByKey = memoizeByObject(({ owners }: Owners) => indexPins(owners).byKey);

/** The grants of an owner, each one object in every index, which has only those with a pin. */
const pinsOf = memoizeByObject((owner: Owner): readonly Pin[] =>
  owner.grants.map((grant) => ({ owner, grant })),
);

function indexPins(owners: readonly Owner[]): PinIndex {
  const byId = new Map<string, Pin[]>();
  const byKey = new Map<AgreedKey, Pin[]>();
  for (const pin of owners.flatMap(pinsOf)) {
    const { match } = pin.grant;
    for (const id of match.id ?? []) addTo(byId, id, pin);
    const key = agreedKeyOf(match);
    if (key !== null) addTo(byKey, key, pin);
  }
  return { byId, byKey };
}

function addTo<Key>(index: Map<Key, Pin[]>, key: Key, pin: Pin): void {
  const pins = index.get(key) ?? [];
  pins.push(pin);
  index.set(key, pins);
}

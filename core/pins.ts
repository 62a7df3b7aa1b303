import { MATCH_FIELDS, matchVerdict } from './fields/evaluateMatch.ts';
import { allOf, type Ternary, toTernary } from './fields/matchField.ts';
import { memoizeByObject } from './memoize.ts';
import type { KeyDigest, VirtualInterface } from './model.ts';
import { agreedKeyOf, type Grant, isPinned, type Owner, sharingOwners } from './policy.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';

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

/** The owners to which pins attribute an interface on a shared connection. */
export interface Attribution {
  /** every pin that certainly fits, with all other demands of its grant */
  readonly certain: readonly Pin[];
  /** the owners of which a pin fits or may fit */
  readonly possible: ReadonlySet<Owner>;
}

/** Whether a grant with a pin attributes an interface to its owner: the pin, the type and every other demand fit. */
function pinVerdict({ type, match }: Grant, vif: VirtualInterface): Ternary {
  const ofType = vif.type === null ? 'unknown' : toTernary(vif.type === type);
  return ofType === 'no' ? ofType : allOf([ofType, matchVerdict(match, vif, 'matchesCertainly')]);
}

/** Whether a pin itself certainly fits, whatever else its grant demands. */
function isPinMet({ match: { id, bgpKey } }: Grant, vif: VirtualInterface): boolean {
  const hasId = id !== null && MATCH_FIELDS.id.matchesCertainly(id, vif) === 'yes';
  return hasId || (bgpKey !== null && bgpKey !== 'required' && hasAgreedKey(bgpKey, vif));
}

function hasAgreedKey(digest: KeyDigest, vif: VirtualInterface): boolean {
  return MATCH_FIELDS.bgpKey.matchesCertainly(digest, vif) === 'yes';
}

/** The part of a policy that attributes interfaces. */
type Owners = { readonly owners: readonly Owner[] };

/** The attribution of an interface by the pins of the owners that share its connection. */
export function attributionOf(policy: Owners, vif: VirtualInterface): Attribution {
  return attributions(policy)(vif);
}

const attributions = memoizeByObject((policy: Owners) =>
  memoizeByObject((vif: VirtualInterface): Attribution => {
    const certain: Pin[] = [];
    const possible = new Set<Owner>();
    for (const pin of candidatePins(policy, vif)) {
      const verdict = pinVerdict(pin.grant, vif);
      if (verdict === 'no') continue;
      possible.add(pin.owner);
      if (verdict === 'yes') certain.push(pin);
    }
    return { certain, possible };
  }),
);

/**
 * The pins of several owners that name the agreed key of an interface. Such a key identifies none of them: each of them knows it, and every
 * other field is the requester's own words. An ID needs no such rule, because the platform chooses it.
 */
export function pinsOfSharedKey(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  const [key] = vif.peers.map(({ agreedKey }) => agreedKey);
  if (key === undefined || key === null || key === 'none' || !hasAgreedKey(key, vif)) return [];
  const naming = pinsOn(policy, vif.connection).byKey.get(key) ?? [];
  return new Set(naming.map(({ owner }) => owner)).size > 1 ? naming : [];
}

/** The pins that fit, although another demand of their grant does not certainly. */
export function pinsMet(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  return candidatePins(policy, vif).filter(({ grant }) => isPinMet(grant, vif));
}

/** The pins of the owners that share a connection, by what they name. */
interface PinIndex {
  readonly all: readonly Pin[];
  readonly byId: ReadonlyMap<string, readonly Pin[]>;
  readonly byKey: ReadonlyMap<KeyDigest, readonly Pin[]>;
}

const NO_PINS: PinIndex = { all: [], byId: new Map(), byKey: new Map() };

/** The pins that may fit. A carrier may have thousands of customers, so only those are evaluated that name the ID or the key, if both are known. */
function candidatePins(policy: Owners, vif: VirtualInterface): readonly Pin[] {
  const { all, byId, byKey } = pinsOn(policy, vif.connection);
  const keys = vif.peers.map(({ hasKey, agreedKey }) => (hasKey === false ? 'none' : agreedKey));
  const isKnown = isVirtualInterfaceId(vif.id) && keys.length > 0 && !keys.includes(null);
  if (!isKnown) return all;
  const [key] = keys;
  const ofKey = key === undefined || key === null || key === 'none' ? [] : (byKey.get(key) ?? []);
  return [...new Set([...(byId.get(vif.id) ?? []), ...ofKey])];
}

function pinsOn(policy: Owners, connection: string | null): PinIndex {
  return connection === null ? NO_PINS : (indexes(policy)(connection) ?? NO_PINS);
}

const indexes = memoizeByObject((policy: Owners) => {
  const known = new Map<string, PinIndex>();
  return (connection: string): PinIndex => {
    const index = known.get(connection) ?? indexPins(sharingOwners(policy, connection));
    known.set(connection, index);
    return index;
  };
});

function indexPins(owners: readonly Owner[]): PinIndex {
  const all = owners.flatMap((owner) =>
    owner.grants.filter(({ match }) => isPinned(match)).map((grant): Pin => ({ owner, grant })),
  );
  const byId = new Map<string, Pin[]>();
  const byKey = new Map<KeyDigest, Pin[]>();
  for (const pin of all) {
    const { match } = pin.grant;
    for (const id of match.id ?? []) byId.set(id, [...(byId.get(id) ?? []), pin]);
    const key = agreedKeyOf(match);
    if (key !== null) byKey.set(key, [...(byKey.get(key) ?? []), pin]);
  }
  return { all, byId, byKey };
}

import { canonicalJson } from '../../core/json.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { agreedKeyOf, type Grant, isPinned, type Owner, type Policy } from '../../core/policy.ts';
import type { Point } from '../algebra/setAlgebra.ts';
import type { FieldProduct, KeyedProduct } from './fieldProduct.ts';
import { interfacesOfPin } from './policyRequests.ts';
import type { ProductIndex } from './requestSet.ts';

/**
 * The interfaces that pins of other owners attribute to them, on the shared connections of an owner. A request that pins of two owners match
 * is held, also if the grant of one of them is not valid now or has a limit of 0.
 */
export interface PinsOfOthers extends ProductIndex {
  readonly pins: readonly KeyedProduct[];
  /** one with this key; `undefined`: none has it */
  get(key: string): KeyedProduct | undefined;
  /** those of which no owner of another policy has the key, on the connections of that one */
  notIn(other: PinsOfOthers): readonly KeyedProduct[];
  readonly index: PinIndex;
}

/** The pins of all other owners that share a connection with this one. */
export function pinsOfOthers(policy: Policy, owner: Owner): PinsOfOthers {
  return viewsOf(policy)(owner);
}

/** Without pins: for an owner without shared connections. */
export const NO_PINS: PinsOfOthers = {
  pins: [],
  get: () => undefined,
  notIn: () => [],
  all: () => [],
  mayContain: () => [],
  index: { pins: [], byKey: new Map(), byDemand: new Map() },
};

/** The grants of an owner that can identify it on its shared connections. */
export function sharedPinsOf({ sharedConnections, grants }: Owner): readonly Grant[] {
  return sharedConnections.length === 0 ? [] : grants.filter(({ match }) => isPinned(match));
}

/** The key of a pin: equal keys mean that the same interfaces are attributed. */
export function keyOfPin({ sharedConnections }: Owner, { type, match }: Grant): string {
  return canonicalJson({ pin: match, type, on: sharedConnections });
}

interface OwnedPin extends KeyedProduct {
  readonly owner: Owner;
  readonly grant: Grant;
}

const viewsOf = memoizeByObject((policy: Policy) =>
  memoizeByObject((owner: Owner): PinsOfOthers => {
    if (owner.sharedConnections.length === 0) return NO_PINS;
    const index = pinsOn(policy)(owner.sharedConnections);
    const { pins, byKey, byDemand } = index;
    const isOfOther = (pin: OwnedPin): boolean => pin.owner !== owner;
    const others = pins.filter(isOfOther);
    return {
      pins: others,
      get: (key) => byKey.get(key)?.find(isOfOther),
      notIn: (other) => pinsOnlyIn(index)(other.index).filter(isOfOther),
      index,
      all: () => productsOf(others),
      mayContain: (point) =>
        productsOf(demandsMetBy(point).flatMap((demand) => byDemand.get(demand)?.filter(isOfOther) ?? [])),
    };
  }),
);

function productsOf(pins: readonly OwnedPin[]): FieldProduct[] {
  return pins.map(({ product }) => product);
}

/** The pins on some connections. All owners that have these connections share one index, so that thousands of them need no list each. */
interface PinIndex {
  readonly pins: readonly OwnedPin[];
  readonly byKey: ReadonlyMap<string, readonly OwnedPin[]>;
  /** by each ID that they name, or by the digest of their agreed key if they name none */
  readonly byDemand: ReadonlyMap<string, readonly OwnedPin[]>;
}

const pinsOn = memoizeByObject(({ owners }: Policy) => {
  const all = owners.flatMap((owner) =>
    sharedPinsOf(owner).map(
      (grant): OwnedPin => ({
        owner,
        grant,
        key: keyOfPin(owner, grant),
        product: interfacesOfPin(owner, grant, 'matchesCertainly'),
      }),
    ),
  );
  const known = new Map<string, PinIndex>();
  return (connections: readonly string[]): PinIndex => {
    const name = connections.join();
    const index = known.get(name) ?? indexPins(all, new Set(connections));
    known.set(name, index);
    return index;
  };
});

const pinsOnlyIn = memoizeByObject(({ pins }: PinIndex) =>
  memoizeByObject((other: PinIndex) => pins.filter(({ key }) => !other.byKey.has(key))),
);

function indexPins(all: readonly OwnedPin[], connections: ReadonlySet<string>): PinIndex {
  const pins = all.filter(({ owner }) => owner.sharedConnections.some((one) => connections.has(one)));
  const demands = pins.flatMap((pin) => demandsOf(pin.grant).map((demand) => ({ demand, pin })));
  return {
    pins,
    byKey: Map.groupBy(pins, ({ key }) => key),
    byDemand: new Map(
      [...Map.groupBy(demands, ({ demand }) => demand)].map(([demand, found]) => [
        demand,
        found.map(({ pin }) => pin),
      ]),
    ),
  };
}

function demandsOf({ match }: Grant): readonly string[] {
  const key = agreedKeyOf(match);
  return match.id ?? (key === null ? [] : [key]);
}

/** A pin that certainly fits names the ID of the interface, or the key of every session. */
function demandsMetBy({ request: { id, peers } }: Point): readonly string[] {
  return [id, ...peers.slice(0, 1).flatMap(({ agreedKey }) => agreedKey ?? [])];
}

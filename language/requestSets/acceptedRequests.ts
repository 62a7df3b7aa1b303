import { canonicalJson } from '../../core/json.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import {
  agreedKeyOf,
  connectionsOf,
  type Grant,
  isPinned,
  type Owner,
  type Policy,
} from '../../core/policy.ts';
import { addConstraint, type FieldProduct, isEmptyProduct } from './fieldProduct.ts';
import {
  connectionsOfGrant,
  interfacesOfPin,
  notBefore,
  requestsOfGrant,
  requestsOfHoldRule,
  requestsWithKey,
} from './policyRequests.ts';

/** A set of requests, with a key for fast comparison: equal keys mean equal sets. */
export interface KeyedProduct {
  readonly key: string;
  readonly product: FieldProduct;
}

/** A grant with the requests that it matches. */
export interface GrantRequests extends KeyedProduct {
  readonly owner: Owner;
  readonly grant: Grant;
  /** the connections on which the grant can apply */
  readonly connections: readonly string[];
  /** the key of the grant as a pin; `null` if it has no pin, or its owner has no shared connection */
  readonly pinKey: string | null;
}

/** The requests that a policy may accept from an instant on: those that a grant matches and nothing holds. */
export interface AcceptedRequests {
  readonly grants: readonly GrantRequests[];
  /** the grants on at least one of these connections */
  readonly grantsOn: (connections: readonly string[]) => readonly GrantRequests[];
  /** the requests that are held although a grant of this owner matches them */
  readonly heldFor: (owner: Owner) => readonly KeyedProduct[];
  /** the keys of these sets */
  readonly heldKeys: (owner: Owner) => ReadonlySet<string>;
  /** those of them that are held for every owner of a connection */
  readonly heldForAll: (owner: Owner) => readonly KeyedProduct[];
}

/** A policy that is frozen, or whose limit for a run is 0, accepts nothing. @param at in milliseconds */
export function acceptedRequests(policy: Policy, at: number): AcceptedRequests {
  const isClosed = policy.freeze || policy.limits.acceptsPerRun === 0;
  const all = isClosed ? [] : policy.owners.flatMap((owner) => openGrantsOf(policy, owner, at));
  const grants = all.filter(isOpen);
  const closed = all.filter((one) => !isOpen(one));
  const grantsOn = indexByConnection(grants, ({ connections }) => connections);
  const heldOn = indexByConnection(
    [
      ...policy.hold.map((rule) => ({
        connections: rule.match.connection,
        key: canonicalJson(rule.match),
        product: requestsOfHoldRule(rule),
      })),
      ...closed,
      ...keysOfSeveralOwners(policy),
    ],
    ({ connections }) => connections,
  );
  const heldForAll = memoizeByObject((owner: Owner) => heldOn(connectionsOf(owner)));
  const heldFor = memoizeByObject((owner: Owner) => [...heldForAll(owner), ...pinsOfOthers(policy, owner)]);
  const heldKeys = memoizeByObject((owner: Owner) => new Set(heldFor(owner).map(({ key }) => key)));
  return { grants, grantsOn, heldFor, heldKeys, heldForAll };
}

/**
 * The grants of a policy on some connections of an owner of another policy, without pins that hold there what they match: such a grant has
 * no request in common with those that the other policy accepts for the owner.
 * @param keys of the sets that the other policy holds for the owner
 */
export function grantsBeside(
  { grantsOn }: AcceptedRequests,
  connections: readonly string[],
  keys: ReadonlySet<string>,
): readonly GrantRequests[] {
  return grantsOn(connections).filter(
    (grant) => !(isPinBeside(grant, connections) && keys.has(grant.pinKey ?? '')),
  );
}

/** Whether a grant is a pin that applies on these connections only where they are shared, so that it attributes what it matches. */
export function isPinBeside({ owner, pinKey }: GrantRequests, connections: readonly string[]): boolean {
  return pinKey !== null && !owner.connections.some((connection) => connections.includes(connection));
}

/** Whether the grant can accept. A limit of 0 holds every request that the grant matches, even if another grant would accept it. */
function isOpen({ owner, grant }: GrantRequests): boolean {
  return owner.limit !== 0 && grant.limit !== 0;
}

function openGrantsOf(policy: Policy, owner: Owner, at: number): GrantRequests[] {
  return owner.grants
    .map((grant) => ({
      owner,
      grant,
      connections: connectionsOfGrant(owner, grant),
      pinKey: sharedPinsOf(owner).includes(grant) ? keyOfPin(owner, grant) : null,
      key: keyOfGrant(policy, owner, grant),
      product: addConstraint(requestsOfGrant(policy, owner, grant), notBefore(at)),
    }))
    .filter(({ product }) => !isEmptyProduct(product));
}

function keyOfGrant({ recipient }: Policy, owner: Owner, grant: Grant): string {
  const { provider, account } = recipient;
  const { type, match, from, until } = grant;
  const on = connectionsOfGrant(owner, grant);
  return canonicalJson({ provider, account, of: owner.account, on, type, match, from, until });
}

/**
 * The interfaces that pins of other owners attribute to them, on the shared connections of an owner. A request that pins of two owners match
 * is held, also if the grant of one of them is not valid now or has a limit of 0.
 */
export function pinsOfOthers(policy: Policy, owner: Owner): readonly KeyedProduct[] {
  if (owner.sharedConnections.length === 0) return [];
  return pinsOn(policy)(owner.sharedConnections).filter((pin) => pin.owner !== owner);
}

/** The key of a pin: equal keys mean that the same interfaces are attributed. */
export function keyOfPin({ sharedConnections }: Owner, { type, match }: Grant): string {
  return canonicalJson({ pin: match, type, on: sharedConnections });
}

const pinsOn = memoizeByObject(({ owners }: Policy) => {
  const pins = owners.flatMap((owner) =>
    sharedPinsOf(owner).map((grant) => ({
      owner,
      key: keyOfPin(owner, grant),
      product: interfacesOfPin(owner, grant, 'matchesCertainly'),
    })),
  );
  return indexByConnection(pins, ({ owner }) => owner.sharedConnections);
});

/** The grants of an owner that can identify it on its shared connections. */
export function sharedPinsOf({ sharedConnections, grants }: Owner): readonly Grant[] {
  return sharedConnections.length === 0 ? [] : grants.filter(({ match }) => isPinned(match));
}

/**
 * The requests on a shared connection with an agreed key that a pin there names, and that grants of two owners name: it identifies neither
 * of them, whatever the other fields are.
 */
function keysOfSeveralOwners({ owners }: Policy): (KeyedProduct & { connections: readonly string[] })[] {
  const uses = owners.flatMap((owner) =>
    owner.grants.flatMap(({ match }) => {
      const digest = agreedKeyOf(match);
      return digest === null ? [] : [{ owner, digest }];
    }),
  );
  return [...Map.groupBy(uses, ({ digest }) => digest)].flatMap(([digest, naming]) => {
    const connections = [...new Set(naming.flatMap(({ owner }) => owner.sharedConnections))].sort();
    if (new Set(naming.map(({ owner }) => owner)).size < 2 || connections.length === 0) return [];
    const key = canonicalJson({ keyOfSeveral: digest, on: connections });
    return [{ connections, key, product: requestsWithKey(connections, digest) }];
  });
}

/** Indexes items by connection. @param connections of an item; `null` if it applies to any */
function indexByConnection<Item>(
  items: readonly Item[],
  connections: (item: Item) => readonly string[] | null,
): (connectionsWanted: readonly string[]) => readonly Item[] {
  const anywhere = items.filter((item) => connections(item) === null);
  const somewhere = new Map<string, Item[]>();
  for (const item of items) {
    for (const connection of connections(item) ?? []) {
      const own = somewhere.get(connection);
      if (own === undefined) somewhere.set(connection, [item]);
      else own.push(item);
    }
  }
  return (connectionsWanted) => [
    ...new Set([...connectionsWanted.flatMap((connection) => somewhere.get(connection) ?? []), ...anywhere]),
  ];
}

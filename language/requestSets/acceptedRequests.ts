import { canonicalJson } from '../../core/json.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { agreedKeyOf, connectionsOf, type Grant, type Owner, type Policy } from '../../core/policy.ts';
import { spendSteps } from '../stepLimit.ts';
import { keyOfPin, type PinsOfOthers, pinsOfOthers, sharedPinsOf } from './attributedPins.ts';
import { addConstraint, isEmptyProduct, type KeyedProduct } from './fieldProduct.ts';
import {
  connectionsOfGrant,
  notBefore,
  requestsOfGrant,
  requestsOfHoldRule,
  requestsWithKey,
} from './policyRequests.ts';

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
  readonly heldKeys: (owner: Owner) => HeldKeys;
  /** those of them that are held for every owner of a connection */
  readonly heldForAll: (owner: Owner) => readonly KeyedProduct[];
  /** the others of them: they are held because pins of other owners match them */
  readonly heldByPins: (owner: Owner) => PinsOfOthers;
}

/** The keys of sets that are held. */
type HeldKeys = Pick<ReadonlySet<string>, 'has'>;

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
  const heldByPins = (owner: Owner): PinsOfOthers => pinsOfOthers(policy, owner);
  const heldFor = memoizeByObject((owner: Owner) => [...heldForAll(owner), ...heldByPins(owner).pins]);
  const heldKeys = memoizeByObject((owner: Owner): HeldKeys => {
    const forAll = new Set(heldForAll(owner).map(({ key }) => key));
    return { has: (key) => forAll.has(key) || heldByPins(owner).get(key) !== undefined };
  });
  return { grants, grantsOn, heldFor, heldKeys, heldForAll, heldByPins };
}

/**
 * The grants of a policy on some connections of an owner of another policy, without pins that hold there what they match: such a grant has
 * no request in common with those that the other policy accepts for the owner.
 * @param keys of the sets that the other policy holds for the owner
 */
export function grantsBeside(
  { grantsOn }: AcceptedRequests,
  connections: readonly string[],
  keys: HeldKeys,
): readonly GrantRequests[] {
  const grants = grantsOn(connections);
  // Each of thousands of owners of one connection asks for all of them.
  spendSteps(grants.length >> 4);
  return grants.filter((grant) => !(isPinBeside(grant, connections) && keys.has(grant.pinKey ?? '')));
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
): (wanted: readonly string[]) => readonly Item[] {
  const anywhere = items.filter((item) => connections(item) === null);
  const somewhere = new Map<string, Item[]>();
  for (const item of items) {
    for (const connection of connections(item) ?? []) {
      const own = somewhere.get(connection);
      if (own === undefined) somewhere.set(connection, [item]);
      else own.push(item);
    }
  }
  const known = new Map<string, readonly Item[]>();
  return (wanted) => {
    // Thousands of owners may have the same connections, namely those of a carrier.
    const name = wanted.join();
    const found = known.get(name) ?? [
      ...new Set([...wanted.flatMap((connection) => somewhere.get(connection) ?? []), ...anywhere]),
    ];
    known.set(name, found);
    return found;
  };
}

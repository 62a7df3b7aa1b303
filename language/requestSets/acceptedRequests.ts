import { canonicalJson } from '../../core/json.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { addConstraint, type FieldProduct, isEmptyProduct } from './fieldProduct.ts';
import { notBefore, requestsOfGrant, requestsOfHoldRule } from './policyRequests.ts';

/** A set of requests, with a key for fast comparison: equal keys mean equal sets. */
export interface KeyedProduct {
  readonly key: string;
  readonly product: FieldProduct;
}

/** A grant with the requests that it matches. */
export interface GrantRequests extends KeyedProduct {
  readonly owner: Owner;
  readonly grant: Grant;
}

/** The requests that a policy may accept from an instant on: those that a grant matches and nothing holds. */
export interface AcceptedRequests {
  readonly grants: readonly GrantRequests[];
  /** the grants on at least one of these connections */
  readonly grantsOn: (connections: readonly string[]) => readonly GrantRequests[];
  /** the requests that are always held on at least one of these connections */
  readonly heldOn: (connections: readonly string[]) => readonly KeyedProduct[];
}

/** A policy that is frozen, or whose limit for a run is 0, accepts nothing. @param at in milliseconds */
export function acceptedRequests(policy: Policy, at: number): AcceptedRequests {
  const isClosed = policy.freeze || policy.limits.acceptsPerRun === 0;
  const all = isClosed ? [] : policy.owners.flatMap((owner) => openGrantsOf(policy, owner, at));
  const grants = all.filter(isOpen);
  const closed = all.filter((one) => !isOpen(one));
  const grantsOn = indexByConnection(grants, ({ owner }) => owner.connections);
  const heldOn = indexByConnection(
    [
      ...policy.hold.map((rule) => ({
        connections: rule.match.connection,
        key: canonicalJson(rule.match),
        product: requestsOfHoldRule(rule),
      })),
      ...closed.map(({ owner, key, product }) => ({ connections: owner.connections, key, product })),
    ],
    ({ connections }) => connections,
  );
  return { grants, grantsOn: grantsOn, heldOn: heldOn };
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
      key: keyOfGrant(policy, owner, grant),
      product: addConstraint(requestsOfGrant(policy, owner, grant), notBefore(at)),
    }))
    .filter(({ product }) => !isEmptyProduct(product));
}

function keyOfGrant({ recipient }: Policy, owner: Owner, { match, from, until }: Grant): string {
  const { provider, account } = recipient;
  return canonicalJson({ provider, account, of: owner.account, on: owner.connections, match, from, until });
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

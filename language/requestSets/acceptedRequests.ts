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
  const all = isClosed ? [] : policy.owners.flatMap((owner) => grantables(policy, owner, at));
  const grants = all.filter(isOpen);
  const shut = all.filter((one) => !isOpen(one));
  const byConnection = index(grants, ({ owner }) => owner.connections);
  const holding = index(
    [
      ...policy.hold.map((line) => ({
        connections: line.match.connection,
        key: canonicalJson(line.match),
        product: requestsOfHoldRule(line),
      })),
      ...shut.map(({ owner, key, product }) => ({ connections: owner.connections, key, product })),
    ],
    ({ connections }) => connections,
  );
  return { grants, grantsOn: byConnection, heldOn: holding };
}

/** Whether the grant can accept. A limit of 0 holds every request that the grant matches, even if another grant would accept it. */
function isOpen({ owner, grant }: GrantRequests): boolean {
  return owner.limit !== 0 && grant.limit !== 0;
}

function grantables(policy: Policy, owner: Owner, at: number): GrantRequests[] {
  return owner.grants
    .map((grant) => ({
      owner,
      grant,
      key: keyOf(policy, owner, grant),
      product: addConstraint(requestsOfGrant(policy, owner, grant), notBefore(at)),
    }))
    .filter(({ product }) => !isEmptyProduct(product));
}

function keyOf({ recipient }: Policy, owner: Owner, { match, from, until }: Grant): string {
  const { provider, account } = recipient;
  return canonicalJson({ provider, account, of: owner.account, on: owner.connections, match, from, until });
}

/** Indexes items by connection. @param connections of an item; `null` if it applies to any */
function index<Item>(
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
  return (wanted) => [
    ...new Set([...wanted.flatMap((connection) => somewhere.get(connection) ?? []), ...anywhere]),
  ];
}

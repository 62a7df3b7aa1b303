import { canonicalJson } from '../../core/json.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { addConstraint, type FieldProduct, isEmptyProduct } from './fieldProduct.ts';
import { notBefore, requestsOfGrant, requestsOfHoldRule } from './policyRequests.ts';

/** Requests, with what tells them from others without a closer look: of equal keys, the boxes are equal. */
export interface KeyedProduct {
  readonly key: string;
  readonly product: FieldProduct;
}

/** A grant with the requests that it fits. */
export interface GrantRequests extends KeyedProduct {
  readonly owner: Owner;
  readonly grant: Grant;
}

/** What a policy may accept from some instant on: what a grant fits, except what something holds. */
export interface AcceptedRequests {
  readonly grants: readonly GrantRequests[];
  /** those on one of these connections, and any on none that is named */
  readonly grantsOn: (connections: readonly string[]) => readonly GrantRequests[];
  /** what is held, whatever grants say, on one of these connections */
  readonly heldOn: (connections: readonly string[]) => readonly KeyedProduct[];
}

/** @param at in milliseconds. What is frozen, or may accept nothing in a pass, accepts nothing */
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

/** Where the limit is none at all, whatever the grant fits is held, whatever other grants say. */
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

/** @param connections of an item; `null`: it may be on any */
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

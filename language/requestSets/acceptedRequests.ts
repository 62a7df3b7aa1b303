import { canonicalJson } from '../../core/json.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { type Box, isEmpty, within } from './fieldProduct.ts';
import { boxOfGrant, boxOfHold, since } from './policyRequests.ts';

/** Requests, with what tells them from others without a closer look: of equal keys, the boxes are equal. */
export interface Keyed {
  readonly key: string;
  readonly box: Box;
}

/** A grant with the requests that it fits. */
export interface Grantable extends Keyed {
  readonly owner: Owner;
  readonly grant: Grant;
}

/** What a policy may accept from some instant on: what a grant fits, except what something holds. */
export interface Acceptable {
  readonly grants: readonly Grantable[];
  /** those on one of these connections, and any on none that is named */
  readonly on: (connections: readonly string[]) => readonly Grantable[];
  /** what is held, whatever grants say, on one of these connections */
  readonly held: (connections: readonly string[]) => readonly Keyed[];
}

/** @param at in milliseconds. What is frozen, or may accept nothing in a pass, accepts nothing */
export function acceptable(policy: Policy, at: number): Acceptable {
  const isClosed = policy.freeze || policy.limits.acceptsPerPass === 0;
  const all = isClosed ? [] : policy.owners.flatMap((owner) => grantables(policy, owner, at));
  const grants = all.filter(isOpen);
  const shut = all.filter((one) => !isOpen(one));
  const byConnection = index(grants, ({ owner }) => owner.connections);
  const holding = index(
    [
      ...policy.hold.map((line) => ({
        connections: line.match.connection,
        key: canonicalJson(line.match),
        box: boxOfHold(line),
      })),
      ...shut.map(({ owner, key, box }) => ({ connections: owner.connections, key, box })),
    ],
    ({ connections }) => connections,
  );
  return { grants, on: byConnection, held: holding };
}

/** Where the limit is none at all, whatever the grant fits is held, whatever other grants say. */
function isOpen({ owner, grant }: Grantable): boolean {
  return owner.limit !== 0 && grant.limit !== 0;
}

function grantables(policy: Policy, owner: Owner, at: number): Grantable[] {
  return owner.grants
    .map((grant) => ({
      owner,
      grant,
      key: keyOf(policy, owner, grant),
      box: within(boxOfGrant(policy, owner, grant), since(at)),
    }))
    .filter(({ box }) => !isEmpty(box));
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

import type { Match } from './fields/evaluateMatch.ts';
import { INTERFACE_KINDS, type InterfaceKind } from './kinds.ts';
import { memoizeByObject } from './memoize.ts';
import type { KeyDigest, Recipient } from './model.ts';
import { compareByCodePoint } from './printableText.ts';

/** A compiled policy: language/ compiles it, and the function decides by it. Every key is always present. */
export interface Policy {
  readonly target: string;
  readonly recipient: PolicyRecipient;
  /** holds every request */
  readonly freeze: boolean;
  readonly limits: { readonly acceptsPerRun: number };
  /** sorted by name */
  readonly owners: readonly Owner[];
  readonly hold: readonly HoldRule[];
}

export interface PolicyRecipient extends Recipient {
  readonly credentials: Credentials | null;
  /** seconds from request to expiry; `null` if requests never expire at this provider */
  readonly expiry: number | null;
}

/**
 * OUTSCALE: the name of a secret, and of the entry in it if the secret holds several keys. AWS: a role to assume. Without an entry
 * that key is absent, so that a policy without one keeps its compiled text and digest.
 */
export type Credentials =
  | { readonly secret: string; readonly entry?: string }
  | { readonly role: string; readonly externalId: string | null };

/** An owner has at least one connection, in either list. */
export interface Owner {
  readonly name: string;
  readonly account: string | null;
  /** the connections that the owner has for itself: each of them identifies the owner; sorted */
  readonly connections: readonly string[];
  /** the connections of a carrier, where others can make requests too: only a pin identifies the owner there; sorted */
  readonly sharedConnections: readonly string[];
  readonly contact: string | null;
  /** most live virtual interfaces; `null`: no limit */
  readonly limit: number | null;
  /** sorted by name */
  readonly grants: readonly Grant[];
}

export interface Grant {
  readonly name: string;
  /** the type of interface that it allows */
  readonly type: InterfaceKind;
  /** gateway ID */
  readonly gateway: string;
  /** the name of the gateway in the policy, if it has one */
  readonly gatewayName: string | null;
  readonly match: Match;
  readonly limit: number | null;
  /** the prefixes that the owner may advertise over an accepted interface; sorted; `null`: not agreed. They decide no request. */
  readonly routes: readonly string[] | null;
  /** the most prefixes that the owner may advertise over one interface; `null`: not agreed */
  readonly maxPrefixes: number | null;
  readonly ticket: string | null;
  /** inclusive */
  readonly from: string | null;
  /** exclusive */
  readonly until: string | null;
}

/** Matching requests are held, even if a grant allows them. */
export interface HoldRule {
  readonly match: Match;
  readonly reason: string | null;
}

/** The key of a recipient in leases and ledgers: `outscale/eu-west-2/012345678901`. */
export function recipientKey({ provider, region, account }: Recipient): string {
  return `${provider}/${region}/${account}`;
}

/** The kinds of interface that the grants of a policy allow: for one gateway, or for all. */
export function usedKinds(
  { owners }: Pick<Policy, 'owners'>,
  gateway: string | null = null,
): InterfaceKind[] {
  const grants = owners.flatMap((owner) => owner.grants);
  const used = new Set(
    grants.filter((grant) => gateway === null || grant.gateway === gateway).map(({ type }) => type),
  );
  return INTERFACE_KINDS.filter((kind) => used.has(kind));
}

/** All connections of an owner, sorted. */
export function connectionsOf({ connections, sharedConnections }: Owner): readonly string[] {
  if (sharedConnections.length === 0) return connections;
  return [...new Set([...connections, ...sharedConnections])].sort(compareByCodePoint);
}

/** The digest of an agreed BGP key that a match demands; `null`: none. `required` is none: it allows any key. */
export function agreedKeyOf({ bgpKey }: Match): KeyDigest | null {
  return bgpKey === 'required' ? null : bgpKey;
}

/**
 * Whether a match demands something that no other customer of a shared connection can have: the ID of the interface, or the
 * agreed BGP key. All other fields are the requester's own words.
 */
export function isPinned(match: Match): boolean {
  return match.id !== null || agreedKeyOf(match) !== null;
}

/** The same policy without its freeze, to find out what would be accepted when it is lifted: never to accept by it. */
export function liftFreeze(policy: Policy): Policy {
  return { ...policy, freeze: false };
}

/** The digests of all agreed BGP keys that a policy names. */
export const agreedKeyDigests: (policy: Pick<Policy, 'owners'>) => ReadonlySet<KeyDigest> = memoizeByObject(
  ({ owners }) =>
    new Set(
      owners.flatMap(({ grants }) =>
        grants.map(({ match }) => agreedKeyOf(match)).filter((digest) => digest !== null),
      ),
    ),
);

/** The owners that list a connection as shared, in the order of the policy. */
export function sharingOwners(policy: Pick<Policy, 'owners'>, connection: string | null): readonly Owner[] {
  return ownersBySharedConnection(policy).get(connection) ?? [];
}

const ownersBySharedConnection = memoizeByObject(
  ({ owners }: Pick<Policy, 'owners'>): ReadonlyMap<string | null, readonly Owner[]> => {
    const index = new Map<string | null, Owner[]>();
    for (const owner of owners)
      for (const connection of new Set(owner.sharedConnections)) {
        const sharing = index.get(connection) ?? [];
        sharing.push(owner);
        index.set(connection, sharing);
      }
    return index;
  },
);

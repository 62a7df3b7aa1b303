import fc, { type Arbitrary } from 'fast-check';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { KEY_DIGESTS } from './arbitraries.ts';
import { AWS, aGrant, aHoldRule, anOwner, aPeer, aPolicy, aRecipient, aVif, NOW, VGW } from './builders.ts';

/**
 * Arbitrary policies with shared connections, pins and both types, and every request that they can distinguish. The universe is so small that
 * a test can compare all of it.
 */

const IDS = ['dxvif-1', 'dxvif-2', 'dxvif-3', '(item 1 of the listing)'] as const;
const EXCLUSIVE = { acme: 'dxcon-1', beta: 'dxcon-2' } as const;
/** Of a carrier: any owner may list it. */
const SHARED = ['dxcon-8', 'dxcon-9'] as const;
const ACCOUNT = '210987654321';
const LATER = new Date(NOW.getTime() + 1).toISOString();

const orNothing = <T>(some: Arbitrary<T>): Arbitrary<T | null> => fc.option(some, { nil: null, freq: 1 });
const seldom = <T>(...[usual, ...others]: readonly [T, ...T[]]): Arbitrary<T> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const pins = fc.oneof(
  fc.record({ id: fc.subarray(['dxvif-1', 'dxvif-2'], { minLength: 1 }) }),
  fc.record({ bgpKey: fc.constantFrom(...KEY_DIGESTS) }),
  fc.record({ id: fc.constant(['dxvif-1']), bgpKey: fc.constantFrom(...KEY_DIGESTS) }),
);

type Limits = Arbitrary<number | null>;

/** @param exclusive the connections of the owner; without one, a grant without a pin is an error */
function grantsOf(exclusive: readonly string[], limits: Limits): Arbitrary<readonly Grant[]> {
  const free = fc.record({
    connection: orNothing(fc.constant(exclusive)),
    bgpKey: orNothing(fc.constant('required' as const)),
  });
  const match = fc
    .tuple(
      exclusive.length === 0 ? pins : fc.oneof(pins, free),
      orNothing(fc.constantFrom([[1, 1]] as const, [[1, 2]] as const)),
    )
    .map(([pin, vlan]) => ({ ...pin, vlan }));
  return fc
    .uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        type: seldom('private' as const, 'transit' as const),
        gateway: fc.constantFrom(VGW.prod, VGW.lab),
        match,
        limit: limits,
        until: seldom<string | null>(null, NOW.toISOString()),
        from: seldom<string | null>(null, LATER),
      }),
      { minLength: 1, maxLength: 3, selector: ({ name }) => name },
    )
    .map((given) => given.map(aGrant));
}

const shared = fc.subarray<string>([...SHARED], { minLength: 1 });

function ownerOf(name: string, connections: readonly string[], limits: Limits): Arbitrary<Owner> {
  return fc
    .record({
      sharedConnections: shared,
      grants: grantsOf(connections, limits),
      limit: limits,
      account: fc.constantFrom(null, ACCOUNT),
    })
    .map((given) => anOwner({ ...given, name, connections }));
}

/** Policies in which several owners share the connections of a carrier. */
export const carrierPolicies = policiesWith(seldom<number | null>(null, 0, 1, 2));
/** The same, most of them with limits. */
export const limitedPolicies = policiesWith(fc.constantFrom(null, 1, 1, 2));

function policiesWith(limits: Limits): Arbitrary<Policy> {
  return fc
    .record({
      recipient: fc.constantFrom(aRecipient(), AWS),
      freeze: seldom(false, true),
      owners: fc
        .tuple(
          ownerOf('acme', [EXCLUSIVE.acme], limits),
          ownerOf('beta', [EXCLUSIVE.beta], limits),
          ownerOf('gamma', [], limits),
          fc.subarray([0, 1, 2], { minLength: 1 }),
        )
        .map(([a, b, c, kept]) => [a, b, c].filter((_, i) => kept.includes(i))),
      hold: fc.constantFrom([], [], [aHoldRule({ id: ['dxvif-2'] })], [aHoldRule({ vlan: [[2, 2]] })]),
      isOneExclusive: seldom(false, true),
    })
    .map(({ isOneExclusive, ...given }) =>
      aPolicy({ ...given, owners: isOneExclusive ? given.owners.map(withoutSharing) : given.owners }),
    );
}

/** The same policies; in every second one, the types of all grants are exchanged, so that transit is as frequent as private. */
export function withExchangedTypes(of: Arbitrary<Policy>): Arbitrary<Policy> {
  const exchanged = { private: 'transit', transit: 'private' } as const;
  return fc.tuple(of, fc.boolean()).map(([policy, isExchanged]) => {
    const owners = policy.owners.map((owner) => ({
      ...owner,
      grants: owner.grants.map((grant) => ({ ...grant, type: exchanged[grant.type] })),
    }));
    return isExchanged ? { ...policy, owners } : policy;
  });
}

/** The owner in a policy in which the first one has a connection for itself that is shared in others. */
function withoutSharing(owner: Owner, i: number): Owner {
  const [first, other] = SHARED;
  const connections = i === 0 ? [...owner.connections, first] : owner.connections;
  return { ...owner, connections, sharedConnections: [other] };
}

/** Every combination of the key of one session that the API can show. */
const KEYS: readonly Pick<BgpPeer, 'hasKey' | 'agreedKey'>[] = [
  { hasKey: false, agreedKey: 'none' },
  { hasKey: true, agreedKey: 'none' },
  { hasKey: true, agreedKey: null },
  { hasKey: null, agreedKey: null },
  ...KEY_DIGESTS.map((agreedKey) => ({ hasKey: true, agreedKey })),
];

/** Two sessions at most: with equal keys a second one makes no difference. */
const SESSIONS: readonly (readonly BgpPeer[])[] = [
  [],
  ...KEYS.map((key) => [aPeer(key)]),
  ...[0, 1, 2].map((i) => [aPeer(KEYS[4]), aPeer(KEYS[i] ?? {})]),
  KEY_DIGESTS.map((agreedKey) => aPeer({ agreedKey })),
];

/** Every request of the universe, to an account. */
export function allRequests({ account }: Policy['recipient']): VirtualInterface[] {
  return [EXCLUSIVE.acme, EXCLUSIVE.beta, ...SHARED].flatMap((connection) =>
    IDS.flatMap((id) =>
      SESSIONS.flatMap((peers) =>
        ['private', 'transit', null].flatMap((type) =>
          [1, 2].flatMap((vlan) =>
            [account, ACCOUNT].map((ownerAccount) =>
              aVif({ connection, id, peers, type, vlan, ownerAccount, gateway: null, state: 'confirming' }),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Accepted interfaces of the universe, also such with fields that the API did not return. */
export const liveInterfaces: Arbitrary<VirtualInterface> = fc
  .record({
    id: fc.constantFrom('dxvif-1', 'dxvif-2', 'dxvif-3', 'dxvif-4'),
    connection: fc.constantFrom(EXCLUSIVE.acme, ...SHARED, ...SHARED, null),
    peers: fc.constantFrom(...SESSIONS),
    type: fc.constantFrom('private', 'private', 'transit', null),
    vlan: fc.constantFrom(1, 2, null),
  })
  .map((given) => aVif({ ...given, gateway: VGW.prod, state: 'available' }));

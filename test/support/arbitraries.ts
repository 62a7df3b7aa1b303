import fc, { type Arbitrary } from 'fast-check';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import {
  type BgpPeer,
  INTERFACE_FIELDS,
  type InterfaceField,
  type KeyDigest,
  type VirtualInterface,
} from '../../core/model.ts';
import type { Grant, HoldRule, Owner, Policy } from '../../core/policy.ts';
import { AWS, aGrant, anOwner, aPolicy, aRecipient, aVif, NOW, RECIPIENT_ACCOUNT, VGW } from './builders.ts';

/** Arbitrary policies and requests, from few values, so that they often match. */

export const CONNECTIONS = ['dxcon-1', 'dxcon-2', 'dxcon-3', 'dxlag-4'] as const;
export const OUR_CONNECTION = 'dxcon-0urs';
const STRANGE_CONNECTION = 'dxcon-9';
const ACCOUNTS = ['210987654321', '345678901234'] as const;
const NAMES = ['acme-prod', 'acme-lab', 'spare'] as const;
const GLOBS = ['acme-*', '*-prod', '*', 'spare', 'a*e-*b'] as const;
const ADDRESSES = [
  '10.0.0.1/30',
  '10.0.0.2/30',
  '10.0.0.5/30',
  '10.0.1.1/16',
  '10.0.2.1',
  'fd00::1/126',
] as const;
const BLOCKS = [
  '10.0.0.0/30',
  '10.0.0.0/29',
  '10.0.0.0/16',
  '0.0.0.0/0',
  'fd00::/64',
  '10.0.0.4/30',
] as const;
const LOCATIONS = ['PAR1', 'LON1'] as const;
const INSTANTS = [-1, 0, 1].map((ms) => new Date(NOW.getTime() + ms).toISOString());
export const GRANT_NAMES = ['a', 'b', 'c'] as const;
export const OWNER_NAMES = ['acme', 'zeta'] as const;
/** The digests of two agreed BGP keys. */
export const KEY_DIGESTS: readonly [KeyDigest, KeyDigest] = [
  `sha256:${'a'.repeat(64)}`,
  `sha256:${'b'.repeat(64)}`,
];
/** The ID of the request. No interface of a listing has it. */
export const REQUEST_ID = 'dxvif-0';

/** Usually `one`, otherwise one of `others`. */
export function mostly<T>(one: T, ...others: T[]): Arbitrary<T> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(one) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** `null` in four of five cases, so that several fields rarely exclude each other. */
function seldom<T>(some: Arbitrary<T>): Arbitrary<T | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: some });
}

const some = <T>(...items: T[]): Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 2 });

const ranges = (from: number, to: number): Arbitrary<[number, number][]> =>
  fc.array(
    fc
      .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 0, max: 2 }))
      .map(([low, span]): [number, number] => [low, low + span]),
    { minLength: 1, maxLength: 2 },
  );

const matches: Arbitrary<Match> = fc.record({
  connection: seldom(some<string>(...CONNECTIONS)),
  id: fc.constant(null),
  vlan: seldom(ranges(101, 104)),
  asn: seldom(ranges(65001, 65003)),
  peers: seldom(some<string>(...BLOCKS)),
  name: seldom(some<string>(...GLOBS)),
  location: seldom(some<string>(...LOCATIONS)),
  bgpKey: seldom(fc.constant('required' as const)),
  mtu: seldom(some(1500, 9001)),
  tags: seldom(fc.record({ env: some('prod', 'lab') })),
});

const limits = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });

const grants: Arbitrary<Grant> = fc
  .record({
    name: fc.constantFrom(...GRANT_NAMES),
    gateway: mostly(VGW.prod, VGW.lab, VGW.lab, VGW.lab),
    match: matches,
    limit: limits,
    from: mostly(null, ...INSTANTS),
    until: mostly(null, ...INSTANTS),
  })
  .map(aGrant);

function ownersOf(
  name: string,
  connections: readonly string[],
  sharedConnections: readonly string[] = [],
  granted = grants,
): Arbitrary<Owner> {
  return fc
    .record({
      account: fc.constantFrom(null, ...ACCOUNTS),
      limit: limits,
      grants: fc.uniqueArray(granted, { minLength: 1, maxLength: 3, selector: (grant) => grant.name }),
    })
    .map((given) => anOwner({ ...given, name, connections, sharedConnections }));
}

/** Hold rules with at least one field, as the policy language requires. */
export const holdRules: Arbitrary<HoldRule> = matches
  .map((match) => ({ match: { ...match, bgpKey: null }, reason: null }))
  .filter(({ match }) => Object.values(match).some((wanted) => wanted !== null));

export const policies: Arbitrary<Policy> = fc
  .record({
    recipient: fc.constantFrom(aRecipient(), AWS),
    freeze: mostly(false, true),
    limits: fc.record({ acceptsPerRun: mostly(10, 0, 1) }),
    owners: fc.tuple(ownersOf('acme', CONNECTIONS.slice(0, 2)), ownersOf('zeta', CONNECTIONS.slice(2))),
    hold: fc.oneof(fc.constant([]), fc.array(holdRules, { maxLength: 2 })),
  })
  .map(aPolicy);

/** What identifies a request on a shared connection; seldom nothing, which a checked policy never has there. */
const pins: Arbitrary<Partial<Match>> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ id: some(REQUEST_ID, 'dxvif-1', 'dxvif-2') }) },
  { weight: 4, arbitrary: fc.record({ bgpKey: fc.constantFrom(...KEY_DIGESTS) }) },
  { weight: 1, arbitrary: fc.record({ id: some(REQUEST_ID), bgpKey: fc.constantFrom(...KEY_DIGESTS) }) },
  { weight: 1, arbitrary: fc.constantFrom({}, { bgpKey: 'required' as const }) },
);

const pinnedGrants: Arbitrary<Grant> = fc
  .tuple(grants, pins, mostly<Grant['type']>('private', 'transit'))
  .map(([grant, pin, type]) => ({ ...grant, type, match: { ...grant.match, ...pin } }));

/** Policies in which several owners share connections, with pins of both forms and grants for both types. */
export const sharedPolicies: Arbitrary<Policy> = fc
  .tuple(
    policies,
    ownersOf('acme', ['dxcon-1'], ['dxcon-2', 'dxcon-3'], pinnedGrants),
    ownersOf('mid', [], ['dxcon-2', 'dxcon-3'], pinnedGrants),
    ownersOf('zeta', ['dxlag-4'], ['dxcon-2'], pinnedGrants),
  )
  .map(([policy, ...owners]) => ({ ...policy, owners }));

const sessions: Arbitrary<BgpPeer> = fc.record({
  asn: mostly(65002, 65001, 65003, null),
  amazonAddress: mostly('10.0.0.1/30', ...ADDRESSES, null),
  customerAddress: mostly('10.0.0.2/30', ...ADDRESSES, null, 'none'),
  hasKey: mostly(true, false, null),
  agreedKey: fc.constant(null),
});

/** Interfaces of a listing. */
export const interfaces: Arbitrary<VirtualInterface> = fc
  .record({
    id: fc.integer({ min: 1, max: 9 }).map((n) => `dxvif-${n}`),
    state: fc.constantFrom('confirming', 'pending', 'available', 'down', 'deleted', 'expired', 'odd', null),
    type: mostly('private', 'public', null),
    ownerAccount: mostly(RECIPIENT_ACCOUNT, ...ACCOUNTS, null),
    connection: fc.oneof(
      fc.constantFrom(...CONNECTIONS),
      mostly<string | null>(CONNECTIONS[0], STRANGE_CONNECTION, OUR_CONNECTION, null),
    ),
    name: fc.option(fc.constantFrom(...NAMES), { freq: 8, nil: null }),
    location: fc.option(fc.constantFrom(...LOCATIONS), { freq: 8, nil: null }),
    region: mostly<string | null>(null, 'eu-west-1', 'eu-west-2'),
    vlan: fc.option(fc.integer({ min: 101, max: 106 }), { freq: 8, nil: null }),
    mtu: fc.constantFrom(1500, 9001, null),
    gateway: fc.constantFrom(VGW.prod, VGW.lab, null),
    tags: fc.constantFrom(null, {}, { env: 'prod' }, { env: 'lab' }),
    peers: fc.oneof(
      { weight: 8, arbitrary: fc.array(sessions, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
    unreadable: fc.oneof(
      { weight: 6, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.uniqueArray(fc.constantFrom(...INTERFACE_FIELDS), { minLength: 1, maxLength: 3 }),
      },
    ),
  })
  .map(unread)
  .map(aVif);

/** Removes the values of unreadable fields. An unreadable ID is replaced by a label, as in a listing. */
function unread<
  T extends { readonly unreadable: readonly InterfaceField[]; readonly peers: readonly BgpPeer[] },
>(vif: T) {
  const { unreadable } = vif;
  const peers = vif.peers.map((peer) => ({
    asn: unreadable.includes('asn') ? null : peer.asn,
    amazonAddress: unreadable.includes('addresses') ? null : peer.amazonAddress,
    customerAddress: peer.customerAddress,
    hasKey: unreadable.includes('bgpKey') ? null : peer.hasKey,
    agreedKey: unreadable.includes('bgpKey') ? null : peer.agreedKey,
  }));
  const unknown = Object.fromEntries(
    unreadable.filter((field) => field !== 'id' && field in vif).map((field) => [field, null]),
  );
  return { ...vif, peers, ...unknown, readErrors: unreadable.length === 0 ? [] : ['it is odd'] };
}

/** Requests, most of them valid. */
export const requests: Arbitrary<VirtualInterface> = fc
  .tuple(interfaces, mostly<string | null>('confirming', 'pending', null), mostly(null, VGW.prod))
  .map(([vif, state, gateway]) => ({ ...vif, id: REQUEST_ID, state, gateway }));

/** Interfaces whose keys were compared with `KEY_DIGESTS`, of all types, most of them on a shared connection. */
export function withComparedKeys(of: Arbitrary<VirtualInterface>): Arbitrary<VirtualInterface> {
  const compared = fc.array(mostly<BgpPeer['agreedKey']>(KEY_DIGESTS[0], ...KEY_DIGESTS, 'none', null), {
    minLength: 2,
    maxLength: 2,
  });
  const connection = mostly<string | null>('dxcon-2', ...CONNECTIONS, null);
  return fc
    .tuple(of, compared, mostly<string | null>('private', 'transit', 'public', null), connection)
    .map(([vif, agreed, type, shared]) => ({
      ...vif,
      type: vif.type === 'private' ? type : vif.type,
      connection: vif.connection === null ? null : shared,
      peers: vif.peers.map((peer, i) => ({ ...peer, agreedKey: agreedKeyOf(peer, agreed[i] ?? null) })),
    }));
}

function agreedKeyOf({ hasKey }: BgpPeer, compared: BgpPeer['agreedKey']): BgpPeer['agreedKey'] {
  if (hasKey === null) return null;
  return hasKey ? compared : 'none';
}

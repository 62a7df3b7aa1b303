import fc from 'fast-check';
import type { InterfaceKind } from '../../../core/kinds.ts';
import type { KeyDigest } from '../../../core/model.ts';
import {
  ACME_1,
  ACME_2,
  BETA_1,
  DAY,
  LAB,
  OWNER_OF,
  PROD,
  RECIPIENT_ACCOUNT,
  REGION,
  SPARE,
  START,
} from './constants.ts';

/** A policy of a plan, from which both the policy file and the decisions of the oracle are derived. */
export interface PlainPolicy {
  readonly freeze: boolean;
  readonly acceptsPerRun: number;
  readonly owners: readonly PlainOwner[];
  readonly hold: readonly PlainMatch[];
}

export interface PlainOwner {
  readonly name: string;
  readonly account: string | null;
  readonly connections: readonly string[];
  /** of a carrier */
  readonly sharedConnections: readonly string[];
  readonly limit: number | null;
  readonly grants: readonly PlainGrant[];
}

export interface PlainGrant {
  readonly name: string;
  readonly type: InterfaceKind;
  readonly gateway: string;
  readonly match: PlainMatch;
  readonly limit: number | null;
  /** milliseconds since 1970 */
  readonly from: number | null;
  readonly until: number | null;
}

type Ranges = readonly (readonly [number, number])[];

/** `null` for a field without a condition */
export interface PlainMatch {
  readonly connection: readonly string[] | null;
  readonly id: readonly string[] | null;
  readonly vlan: Ranges | null;
  readonly asn: Ranges | null;
  readonly name: readonly string[] | null;
  readonly peers: readonly string[] | null;
  readonly bgpKey: 'required' | KeyDigest | null;
}

const SEGMENTS: readonly (readonly [number, number])[] = [
  [100, 199],
  [200, 299],
  [300, 399],
];

const some = <T>(one: number, of: number, values: readonly T[]): fc.Arbitrary<T | null> =>
  fc.oneof(
    { weight: of - one, arbitrary: fc.constant(null) },
    { weight: one, arbitrary: fc.constantFrom(...values) },
  );
const seldom = <T>(values: readonly T[]) => some(1, 6, values);
const often = <T>(values: readonly T[]) => some(1, 2, values);
const ASNS: readonly Ranges[] = [[[65010, 65010]], [[65000, 65100]], [[4200000000, 4200000100]]];
const NAMES: readonly (readonly string[])[] = [['acme-prod-*'], ['*'], ['*-prod-*', 'lab-*']];
const PEERS: readonly (readonly string[])[] = [['169.254.10.0/24'], ['169.254.0.0/16'], ['169.254.10.0/25']];

/** Days from before the life to after it. */
const DAYS = Array.from({ length: 19 }, (_, n) => START + (n - 2) * DAY);

function grants(connections: readonly string[]): fc.Arbitrary<PlainGrant[]> {
  const grant = (segment: readonly [number, number], i: number): fc.Arbitrary<PlainGrant> =>
    fc.record({
      name: fc.constant(`grant-${i}`),
      type: fc.constant('private' as const),
      gateway: fc.constantFrom(PROD, PROD, LAB, LAB, LAB, SPARE),
      match: fc.record<PlainMatch>({
        connection: seldom(connections.map((one) => [one])),
        id: fc.constant(null),
        vlan: fc.constant([segment]),
        asn: seldom(ASNS),
        name: seldom(NAMES),
        peers: seldom(PEERS),
        bgpKey: fc.constantFrom(...Array<null>(7).fill(null), 'required' as const),
      }),
      limit: often([1, 2, 3]),
      from: some(1, 2, DAYS),
      until: some(1, 2, DAYS),
    });
  return fc
    .tuple(...SEGMENTS.map(grant))
    .chain((all) => fc.shuffledSubarray(all, { minLength: 2 }))
    .map((some) => some.map(inOrder));
}

/** Most grants have no validity period. If one has, its start is before its end. */
function inOrder(grant: PlainGrant): PlainGrant {
  const { from, until } = grant;
  if (from === null || until === null) return { ...grant, from: null, until: null };
  if (from === until) return { ...grant, until: null };
  return { ...grant, from: Math.min(from, until), until: Math.max(from, until) };
}

function owner(name: string, connections: readonly string[]): fc.Arbitrary<PlainOwner> {
  return fc.record({
    name: fc.constant(name),
    account: fc.constantFrom(...Array<string | null>(3).fill(OWNER_OF[connections[0] ?? ''] ?? null), null),
    connections: fc.constant(connections),
    sharedConnections: fc.constant([]),
    limit: often([1, 2, 4]),
    grants: grants(connections),
  });
}

export const NOTHING: PlainMatch = {
  connection: null,
  id: null,
  vlan: null,
  asn: null,
  name: null,
  peers: null,
  bgpKey: null,
};

const HOLDS: readonly (readonly PlainMatch[])[] = [
  [],
  [],
  [],
  [{ ...NOTHING, vlan: [[150, 159]] }],
  [{ ...NOTHING, peers: ['169.254.10.16/28'] }],
  [{ ...NOTHING, connection: [ACME_2], asn: [[65010, 65010]] }],
];

export const plainPolicies: fc.Arbitrary<PlainPolicy> = fc.record({
  freeze: fc.constantFrom(...Array<boolean>(12).fill(false), true),
  acceptsPerRun: fc.constantFrom(1, 2, 10, 10),
  owners: fc.tuple(owner('acme', [ACME_1, ACME_2]), owner('beta', [BETA_1])).map((both) => [...both]),
  hold: fc.constantFrom(...HOLDS),
});

/** The policy, changed so that requests with the right VLAN are accepted, one or two in a run. */
export function openPolicy(policy: PlainPolicy): PlainPolicy {
  return {
    ...policy,
    freeze: false,
    acceptsPerRun: Math.min(2, policy.acceptsPerRun),
    owners: policy.owners.map((owner) => ({
      ...owner,
      limit: null,
      grants: owner.grants.map((grant) => ({
        ...grant,
        gateway: grant.gateway === SPARE ? LAB : grant.gateway,
        match: { ...NOTHING, vlan: grant.match.vlan },
        limit: null,
        from: null,
        until: null,
      })),
    })),
  };
}

/** The policy, changed so that every grant ends at this time. */
export function endAllGrants(policy: PlainPolicy, until: number): PlainPolicy {
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant) => ({ ...grant, from: null, until })),
  }));
  return { ...policy, freeze: false, owners };
}

/** The policy file. JSON is valid YAML. */
export function policyText(policy: PlainPolicy, provider: 'outscale' | 'aws'): string {
  const { freeze, acceptsPerRun, owners, hold } = policy;
  return JSON.stringify({
    version: 1,
    recipient: {
      provider,
      region: REGION,
      account: RECIPIENT_ACCOUNT,
      ...(provider === 'outscale' ? { credentials: { secret: 'soak' } } : {}),
    },
    freeze,
    limits: { acceptsPerRun },
    owners: Object.fromEntries(
      owners.map(({ name, account, connections, sharedConnections, limit, grants: all }) => [
        name,
        {
          ...(connections.length === 0 ? {} : { connections }),
          ...(sharedConnections.length === 0 ? {} : { sharedConnections }),
          ...(account === null ? {} : { account }),
          ...(limit === null ? {} : { limit }),
          grants: Object.fromEntries(
            all.map(({ name: grant, type, gateway, match, limit: most, from, until }) => [
              grant,
              {
                ...(type === 'private' ? {} : { type }),
                gateway,
                match: matchText(match),
                ...(most === null ? {} : { limit: most }),
                ...(from === null ? {} : { from: new Date(from).toISOString() }),
                ...(until === null ? {} : { until: new Date(until).toISOString() }),
              },
            ]),
          ),
        },
      ]),
    ),
    ...(hold.length === 0 ? {} : { hold: hold.map((match) => ({ ...matchText(match), reason: 'no' })) }),
  });
}

function matchText({ connection, id, vlan, asn, name, peers, bgpKey }: PlainMatch) {
  const ranges = (all: Ranges) => all.map(([from, to]) => (from === to ? from : `${from}-${to}`));
  return {
    ...(connection === null ? {} : { connection }),
    ...(id === null ? {} : { id }),
    ...(vlan === null ? {} : { vlan: ranges(vlan) }),
    ...(asn === null ? {} : { asn: ranges(asn) }),
    ...(name === null ? {} : { name }),
    ...(peers === null ? {} : { peers }),
    ...(bgpKey === null ? {} : { bgpKey }),
  };
}

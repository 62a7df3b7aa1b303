import fc, { type Arbitrary } from 'fast-check';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { requests } from './arbitraries.ts';
import { compiledPolicies } from './compiledPolicies.ts';

/** Arbitraries for BGP peers with invalid or incomplete address pairs. */

const ADDRESSES = [
  ...[
    '10.0.0.1/30',
    '10.0.0.2/30',
    '10.0.0.3/30',
    '10.0.0.1/32',
    '10.0.1.1/24',
    '10.0.0.1',
    '10.0.0.2',
    '10.0.2.1',
  ],
  ...['fd00::1/126', 'fd00::2/126', 'fd00::1', 'fd00::1/128'],
] as const;

const sessions: Arbitrary<BgpPeer> = fc
  .tuple(
    fc.constantFrom(...ADDRESSES, null),
    fc.constantFrom('same', 'other', 'other' as const),
    fc.constantFrom(...ADDRESSES, null),
  )
  .chain(([one, how, other]) =>
    fc.record({
      asn: fc.constantFrom(65001, 65002, null),
      amazonAddress: fc.constant(one),
      customerAddress: fc.constant(how === 'same' ? one : other),
      hasKey: fc.constantFrom(true, true, null),
      agreedKey: fc.constant(null),
    }),
  );

/** Requests, every second one with invalid addresses. They have no other reason to be held. */
export const requestsWithOddAddresses: Arbitrary<VirtualInterface> = fc
  .tuple(requests, fc.option(fc.array(sessions, { minLength: 1, maxLength: 2 }), { freq: 1 }))
  .map(([vif, peers]) => ({
    ...vif,
    ...(peers === null ? {} : { peers }),
    ...({ state: 'confirming', type: 'private', region: null, gateway: null } as const),
    ...({ readErrors: [], unreadable: [] } as const),
  }));

const ODD_BLOCKS = [
  ['10.0.0.1/32'],
  ['10.0.0.0/30', '10.0.1.1/32'],
  ['fd00::/64'],
  ['fd00::1/128'],
  ['0.0.0.0/0'],
];

/** Policies, every second one with a grant or a hold rule for such blocks. */
export const policiesWithOddBlocks: Arbitrary<Policy> = fc
  .tuple(compiledPolicies, fc.constantFrom(null, ...ODD_BLOCKS), fc.constantFrom('grant', 'hold'))
  .map(([policy, peers, where]) => {
    if (peers === null) return policy;
    const [owner, ...owners] = policy.owners;
    const [grant, ...grants] = owner?.grants ?? [];
    const [line, ...hold] = policy.hold;
    if (where === 'hold' && line !== undefined)
      return { ...policy, hold: [{ ...line, match: { ...line.match, peers } }, ...hold] };
    if (owner === undefined || grant === undefined) return policy;
    const narrowed = { ...grant, match: { ...grant.match, peers } };
    return { ...policy, owners: [{ ...owner, grants: [narrowed, ...grants] }, ...owners] };
  });

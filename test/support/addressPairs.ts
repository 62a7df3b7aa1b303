import fc, { type Arbitrary } from 'fast-check';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { requests } from './arbitraries.ts';
import { compiledPolicies } from './compiledPolicies.ts';
import { network } from './oracleFields.ts';

/** Arbitraries for BGP sessions with invalid or incomplete address pairs, and an independent version of the rule that rejects them. */

/** Whether no session has two addresses for which a run holds the request as `peers-invalid`. Uses no product code. */
export function hasUsablePairs({ peers }: Pick<VirtualInterface, 'peers'>): boolean {
  return peers.every(({ amazonAddress: ours, customerAddress: theirs }) => {
    if (ours !== null && theirs !== null) return isPair(ours, theirs);
    const alone = ours ?? theirs;
    return alone === null || bitsOf(alone) !== null;
  });
}

function isPair(ours: string, theirs: string): boolean {
  const [a, b] = [bitsOf(ours), bitsOf(theirs)];
  if (a === null || b === null || a.host === b.host || a.host[0] !== b.host[0]) return false;
  // An address without a prefix length may have that of the other address.
  const lengths = [a.length ?? b.length, b.length ?? a.length];
  const [one, other] = lengths;
  if (one === undefined || other === undefined || one === null || other === null) return true;
  if (one !== other || a.host.slice(0, one + 1) !== b.host.slice(0, one + 1)) return false;
  return [a, b].every(({ host }) => host[0] === '6' || one > 30 || host.slice(one + 1).includes('0'));
}

/** The address family as a digit, followed by all bits. */
function bitsOf(text: string): { readonly host: string; readonly length: number | null } | null {
  const [address = '', length] = text.split('/');
  const host = network(address);
  return host === null ? null : { host, length: length === undefined ? null : Number(length) };
}

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
    }),
  );

/** Requests, every second one with invalid addresses. They have no other reason to be held. */
export const requestsWithOddAddresses: Arbitrary<VirtualInterface> = fc
  .tuple(requests, fc.option(fc.array(sessions, { minLength: 1, maxLength: 2 }), { freq: 1 }))
  .map(([vif, peers]) => ({
    ...vif,
    ...(peers === null ? {} : { peers }),
    ...({ state: 'confirming', type: 'private', gateway: null, readErrors: [], unreadable: [] } as const),
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

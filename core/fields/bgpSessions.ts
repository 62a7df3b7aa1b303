import { type Decoder, Malformed, nonEmptyArray, oneOf } from '../decode.ts';
import {
  addressesOf,
  type Cidr,
  cidrsOverlap,
  containsCidr,
  formatCidr,
  type HostAddress,
  parseCidr,
  parseHostAddress,
} from '../ip.ts';
import { memoizeByObject } from '../memoize.ts';
import type { BgpPeer, VirtualInterface } from '../model.ts';
import { escapeText, quote } from '../printableText.ts';
import {
  allOf,
  anyOf,
  formatRange,
  inRanges,
  type MatchField,
  type Range,
  range,
  type Ternary,
  toTernary,
} from './matchField.ts';

/** The customer's autonomous system number, long ones too. */
export const asn: MatchField<readonly Range[]> = {
  decode: nonEmptyArray(range(1, 4294967295)),
  // No session listed is no proof: unknown, for a grant as for a hold line.
  matchesCertainly: (wanted, vif) =>
    vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map((peer) => ofPeer(wanted, peer))),
  mayMatch: (wanted, vif) =>
    vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map((peer) => ofPeer(wanted, peer))),
  describeExpected: (wanted) => wanted.map(formatRange).join(' or '),
  describeActual: (vif) =>
    vif.peers.every((peer) => peer.asn === null)
      ? null
      : vif.peers.map((peer) => peer.asn ?? 'unknown').join(' and '),
};

function ofPeer(wanted: readonly Range[], peer: BgpPeer): Ternary {
  return peer.asn === null ? 'unknown' : toTernary(inRanges(wanted, peer.asn));
}

/** Every BGP session has a key. No predicate of a `hold` line. */
export const bgpKey: MatchField<'required'> = {
  decode: oneOf(['required']),
  matchesCertainly: (_, vif) => (vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map(hasKey))),
  mayMatch: (_, vif) => (vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map(hasKey))),
  describeExpected: () => 'a BGP key on every session',
  describeActual: (vif) =>
    vif.peers.every((peer) => peer.hasKey === null)
      ? null
      : vif.peers
          .map((peer) => (peer.hasKey === null ? 'unknown' : peer.hasKey ? 'a key' : 'no key'))
          .join(' and '),
};

function hasKey(peer: BgpPeer): Ternary {
  return peer.hasKey === null ? 'unknown' : toTernary(peer.hasKey);
}

const block: Decoder<string> = (raw, path) => {
  const cidr = typeof raw === 'string' ? parseCidr(raw) : null;
  // One spelling a block, so that equal policies have equal digests.
  if (cidr === null || formatCidr(cidr) !== raw)
    throw new Malformed(path, 'a CIDR block in its shortest form', raw);
  return raw;
};

/**
 * Both addresses of every BGP session, each with its whole subnet. The subnet of an address without a prefix length is not
 * known: a grant never fits by it, and a `hold` line that does not name the address itself may concern it.
 */
export const peers: MatchField<readonly string[]> = {
  decode: nonEmptyArray(block),
  matchesCertainly: (wanted, vif) => allOf(ofAddresses(wanted, vif, liesIn)),
  mayMatch: (wanted, vif) => anyOf(ofAddresses(wanted, vif, meets)),
  describeExpected: (wanted) => `both addresses in ${wanted.join(' or ')}`,
  describeActual: (vif) => {
    const addresses = vif.peers.flatMap((peer) => [peer.amazonAddress, peer.customerAddress]);
    return addresses.every((address) => address === null) ? null : addresses.map(inWords).join(' and ');
  },
};

function inWords(address: string | null): string {
  if (address === null) return 'unknown';
  const parsed = parseHostAddress(address);
  if (parsed === null) return `unknown (${quote(address)} is no address)`;
  return parsed.isBare ? `${escapeText(address)} (without a prefix length)` : escapeText(address);
}

const blocksOf = memoizeByObject((wanted: readonly string[]): readonly Cidr[] =>
  wanted.map(parseCidr).filter((cidr) => cidr !== null),
);

function ofAddresses(
  wanted: readonly string[],
  vif: VirtualInterface,
  relation: (blocks: readonly Cidr[], address: HostAddress) => Ternary,
): Ternary[] {
  const blocks = blocksOf(wanted);
  const found = addressesOf(vif).map(
    (address): Ternary => (address === null ? 'unknown' : relation(blocks, address)),
  );
  // No session listed is no proof: unknown, for a grant as for a hold line.
  return found.length === 0 ? ['unknown'] : found;
}

function liesIn(blocks: readonly Cidr[], { subnet, isBare }: HostAddress): Ternary {
  if (!blocks.some((block) => containsCidr(block, subnet))) return 'no';
  // Fail closed: the address lies in the block, and its subnet may be larger than the block.
  return isBare ? 'unknown' : 'yes';
}

function meets(blocks: readonly Cidr[], { subnet, isBare }: HostAddress): Ternary {
  if (blocks.some((block) => cidrsOverlap(block, subnet))) return 'yes';
  // Fail closed: the subnet of the address may be so large that it reaches a block of its family.
  return isBare && blocks.some(({ family }) => family === subnet.family) ? 'unknown' : 'no';
}

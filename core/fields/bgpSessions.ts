import { type Decoder, Malformed, nonEmptyArray } from '../decoders.ts';
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
import { type BgpPeer, isKeyDigest, type KeyDigest, type VirtualInterface } from '../model.ts';
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

/** The customer's autonomous system number, including 4-byte ones. */
export const asn: MatchField<readonly Range[]> = {
  decode: nonEmptyArray(range(1, 4294967295)),
  // Without a listed session the result is unknown, both for a grant and for a hold rule.
  matchesCertainly: (compiled, vif) =>
    vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map((peer) => asnVerdict(compiled, peer))),
  mayMatch: (compiled, vif) =>
    vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map((peer) => asnVerdict(compiled, peer))),
  describeExpected: (compiled) => compiled.map(formatRange).join(' or '),
  describeActual: (vif) =>
    vif.peers.every((peer) => peer.asn === null)
      ? null
      : vif.peers.map((peer) => peer.asn ?? 'unknown').join(' and '),
};

function asnVerdict(compiled: readonly Range[], peer: BgpPeer): Ternary {
  return peer.asn === null ? 'unknown' : toTernary(inRanges(compiled, peer.asn));
}

/** Every BGP peer has a key: any (`required`), or the agreed key with this digest. Not available in hold rules. */
export const bgpKey: MatchField<'required' | KeyDigest> = {
  decode: (raw, path) => {
    if (raw === 'required' || (typeof raw === 'string' && isKeyDigest(raw))) return raw;
    throw new Malformed(path, '`required`, or `sha256:` and 64 hexadecimal digits', raw);
  },
  matchesCertainly: (compiled, vif) =>
    vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map((peer) => keyVerdict(compiled, peer))),
  mayMatch: (compiled, vif) =>
    vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map((peer) => keyVerdict(compiled, peer))),
  describeExpected: (compiled) =>
    compiled === 'required'
      ? 'a BGP key on every session'
      : `${describeAgreedKey(compiled)} on every session`,
  describeActual: (vif) =>
    vif.peers.every((peer) => peer.hasKey === null) ? null : vif.peers.map(describeKey).join(' and '),
};

function keyVerdict(compiled: 'required' | KeyDigest, { hasKey, agreedKey }: BgpPeer): Ternary {
  if (compiled === 'required' || hasKey === false) return hasKey === null ? 'unknown' : toTernary(hasKey);
  return agreedKey === null ? 'unknown' : toTernary(agreedKey === compiled);
}

function describeKey({ hasKey, agreedKey }: BgpPeer): string {
  if (hasKey === false) return 'no key';
  if (agreedKey === 'none') return 'another key';
  if (agreedKey !== null) return describeAgreedKey(agreedKey);
  return hasKey === null ? 'unknown' : 'a key';
}

/** Names an agreed key by the beginning of its digest, which is enough to find it in a policy. */
export function describeAgreedKey(digest: KeyDigest): string {
  return `the agreed key ${digest.slice(0, 'sha256:'.length + 12)}…`;
}

const block: Decoder<string> = (raw, path) => {
  const cidr = typeof raw === 'string' ? parseCidr(raw) : null;
  // One spelling for each block, so that equal policies have equal digests.
  if (cidr === null || formatCidr(cidr) !== raw)
    throw new Malformed(path, 'a CIDR block in its shortest form', raw);
  return raw;
};

/**
 * Both addresses of every BGP peer, each with its whole subnet. The subnet of an address without a prefix length is
 * unknown: it never meets the demand of a grant, and a hold rule that does not contain the address itself may apply.
 */
export const peers: MatchField<readonly string[]> = {
  decode: nonEmptyArray(block),
  matchesCertainly: (compiled, vif) => allOf(evaluateAddresses(compiled, vif, isContained)),
  mayMatch: (compiled, vif) => anyOf(evaluateAddresses(compiled, vif, overlapsAny)),
  describeExpected: (compiled) => `both addresses in ${compiled.join(' or ')}`,
  describeActual: (vif) => {
    const addresses = vif.peers.flatMap((peer) => [peer.amazonAddress, peer.customerAddress]);
    return addresses.every((address) => address === null)
      ? null
      : addresses.map(describeAddress).join(' and ');
  },
};

function describeAddress(address: string | null): string {
  if (address === null) return 'unknown';
  const parsed = parseHostAddress(address);
  if (parsed === null) return `unknown (${quote(address)} is not an address)`;
  return parsed.isBare ? `${escapeText(address)} (without a prefix length)` : escapeText(address);
}

const blocksOf = memoizeByObject((compiled: readonly string[]): readonly Cidr[] =>
  compiled.map(parseCidr).filter((cidr) => cidr !== null),
);

function evaluateAddresses(
  compiled: readonly string[],
  vif: VirtualInterface,
  relation: (blocks: readonly Cidr[], address: HostAddress) => Ternary,
): Ternary[] {
  const blocks = blocksOf(compiled);
  const found = addressesOf(vif).map(
    (address): Ternary => (address === null ? 'unknown' : relation(blocks, address)),
  );
  // Without a listed session the result is unknown, both for a grant and for a hold rule.
  return found.length === 0 ? ['unknown'] : found;
}

function isContained(blocks: readonly Cidr[], { subnet, isBare }: HostAddress): Ternary {
  if (!blocks.some((block) => containsCidr(block, subnet))) return 'no';
  // Fail closed: the address is in the block, but its subnet may be larger than the block.
  return isBare ? 'unknown' : 'yes';
}

function overlapsAny(blocks: readonly Cidr[], { subnet, isBare }: HostAddress): Ternary {
  if (blocks.some((block) => cidrsOverlap(block, subnet))) return 'yes';
  // Fail closed: the subnet of the address may be large enough to overlap a block of its family.
  return isBare && blocks.some(({ family }) => family === subnet.family) ? 'unknown' : 'no';
}

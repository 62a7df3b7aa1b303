import { type Decoder, filled, Malformed } from '../decode.ts';
import {
  type Cidr,
  contains,
  formatCidr,
  type HostAddress,
  overlaps,
  parseCidr,
  parseHostAddress,
} from '../ip.ts';
import { oncePer } from '../memoize.ts';
import type { VirtualInterface } from '../model.ts';
import { escapeText, quote } from '../printableText.ts';
import { addressesOf } from '../subnets.ts';
import { allOf, anyOf, type Ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

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
  decode: filled(block),
  fits: (wanted, vif) => allOf(ofAddresses(wanted, vif, liesIn)),
  touches: (wanted, vif) => anyOf(ofAddresses(wanted, vif, meets)),
  wanted: (wanted) => `both addresses in ${wanted.join(' or ')}`,
  seen: (vif) => {
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

const blocksOf = oncePer((wanted: readonly string[]): readonly Cidr[] =>
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
  if (!blocks.some((block) => contains(block, subnet))) return 'no';
  // Fail closed: the address lies in the block, and its subnet may be larger than the block.
  return isBare ? 'unknown' : 'yes';
}

function meets(blocks: readonly Cidr[], { subnet, isBare }: HostAddress): Ternary {
  if (blocks.some((block) => overlaps(block, subnet))) return 'yes';
  // Fail closed: the subnet of the address may be so large that it reaches a block of its family.
  return isBare && blocks.some(({ family }) => family === subnet.family) ? 'unknown' : 'no';
}

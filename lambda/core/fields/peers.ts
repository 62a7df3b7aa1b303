import { type Decoder, filled, Malformed } from '../decode.ts';
import { type Cidr, contains, formatCidr, overlaps, parseCidr, parseHostAddress } from '../ip.ts';
import type { VirtualInterface } from '../model.ts';
import { oncePer } from '../oncePer.ts';
import { subnetsOf } from '../subnets.ts';
import { allOf, anyOf, type Ternary, ternary } from '../ternary.ts';
import { escapeText, quote } from '../text.ts';
import type { MatchField } from './field.ts';

const block: Decoder<string> = (raw, path) => {
  const cidr = typeof raw === 'string' ? parseCidr(raw) : null;
  // One spelling a block, so that equal policies have equal digests.
  if (cidr === null || formatCidr(cidr) !== raw)
    throw new Malformed(path, 'a CIDR block in its shortest form', raw);
  return raw;
};

/** Both addresses of every BGP session, each with its whole subnet. */
export const peers: MatchField<readonly string[]> = {
  decode: filled(block),
  fits: (wanted, vif) => allOf(ofSubnets(wanted, vif, contains)),
  touches: (wanted, vif) => anyOf(ofSubnets(wanted, vif, overlaps)),
  wanted: (wanted) => `both addresses in ${wanted.join(' or ')}`,
  seen: (vif) => {
    const addresses = vif.peers.flatMap((peer) => [peer.amazonAddress, peer.customerAddress]);
    return addresses.every((address) => address === null) ? null : addresses.map(inWords).join(' and ');
  },
};

function inWords(address: string | null): string {
  if (address === null) return 'unknown';
  return parseHostAddress(address) === null
    ? `unknown (${quote(address)} is no address)`
    : escapeText(address);
}

const blocksOf = oncePer((wanted: readonly string[]): readonly Cidr[] =>
  wanted.map(parseCidr).filter((cidr) => cidr !== null),
);

function ofSubnets(
  wanted: readonly string[],
  vif: VirtualInterface,
  relation: (block: Cidr, subnet: Cidr) => boolean,
): Ternary[] {
  const blocks = blocksOf(wanted);
  const found = subnetsOf(vif).map(
    (subnet): Ternary =>
      subnet === null ? 'unknown' : ternary(blocks.some((cidr) => relation(cidr, subnet))),
  );
  // No session listed is no proof: unknown, for a grant as for a hold line.
  return found.length === 0 ? ['unknown'] : found;
}

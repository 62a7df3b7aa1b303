import { type Cidr, containsCidr, formatCidr, parseCidr, parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer } from '../../core/model.ts';
import { quote } from '../../core/printableText.ts';
import {
  type AddressSubnet,
  cidrSets,
  subnetsOverlapping,
  subnetsPerhapsWithin,
  subnetsWithin,
} from '../algebra/cidrSets.ts';
import type { Problem } from '../diagnostic.ts';
import { checkedText, nonEmptyList, patternHint, type SchemaHints, sortedSet } from '../scalarSchemas.ts';
import { everySession, everySessionMayBe, sessionField, someSessionMayBe } from './sessionField.ts';

const WRITE_BLOCK = 'write address, slash and prefix length, such as `169.254.10.0/24`';
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const GROUP = '[0-9A-Fa-f]{0,4}';

/** JSON Schema sees neither bits of a host nor a second `::`. */
const BLOCK: SchemaHints = {
  anyOf: [
    patternHint(`^${IPV4}(/([12]?[0-9]|3[0-2]))?$`, WRITE_BLOCK),
    patternHint(`^(${GROUP}:){2,8}(${GROUP}|${IPV4})(/([1-9]?[0-9]|1[01][0-9]|12[0-8]))?$`, WRITE_BLOCK),
  ],
};

/**
 * Two addresses a session: a list of as many subnets, each of both addresses of one, shows all that lists of addresses can, as far as
 * they make sense as a pair (`PAIRED` in regions/policy.ts).
 */
const sessions = sessionField('peers', cidrSets, lociOf, at);

export const peers = {
  schema: nonEmptyList(
    checkedText('A block of addresses such as `169.254.10.0/24`, IPv4 or IPv6.', fault, BLOCK),
    'Both addresses of every BGP peer that the API lists lie in one of these blocks. In a `hold` line: either touches one.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: outermost,
  fits: (wanted: readonly string[]) => [everySession(sessions, subnetsWithin(parsed(wanted)))],
  mayFit: (wanted: readonly string[]) => [everySessionMayBe(sessions, subnetsPerhapsWithin(parsed(wanted)))],
  touches: (wanted: readonly string[]) => [someSessionMayBe(sessions, subnetsOverlapping(parsed(wanted)))],
} as const;

/** Without blocks that lie in others. Neighbours stay apart: a subnet across both lies in neither. */
function outermost(written: readonly string[]): string[] {
  const kept: Cidr[] = [];
  for (const block of parsed(written).sort(byPlace)) {
    const last = kept.at(-1);
    if (last === undefined || !containsCidr(last, block)) kept.push(block);
  }
  return sortedSet(kept.map(formatCidr));
}

/** What contains a block comes before it, with nothing between but what it contains too. */
function byPlace(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.base !== b.base) return a.base < b.base ? -1 : 1;
  return a.prefix - b.prefix;
}

function fault(written: string): Problem | null {
  if (parseCidr(written) !== null) return null;
  const address = parseHostAddress(written);
  if (address !== null) {
    return {
      code: 'host-bits',
      message: `${quote(written)} is an address in a block, not the block`,
      fix: `write \`${formatCidr(address.subnet)}\``,
    };
  }
  return {
    code: 'cidr',
    message: `${quote(written)} is no block of addresses`,
    fix: WRITE_BLOCK,
  };
}

function parsed(written: readonly string[]): Cidr[] {
  return written.map(parseCidr).filter((block) => block !== null);
}

/**
 * Where both addresses are; `null` where that is not known. A subnet of a single address is left out: in a pair that makes sense the
 * other address is not known, and what is not known decides alone.
 */
function lociOf({ amazonAddress, customerAddress }: BgpPeer): (AddressSubnet | null)[] {
  return [amazonAddress, customerAddress].map(locusOf).filter((locus) => locus === null || !isSingle(locus));
}

function locusOf(text: string | null): AddressSubnet | null {
  const address = text === null ? null : parseHostAddress(text);
  if (text === null || address === null) return null;
  const { subnet } = address;
  return text.includes('/') ? subnet : { family: subnet.family, prefix: null };
}

function isSingle({ family, prefix }: AddressSubnet): boolean {
  return prefix === LONGEST[family];
}

const LONGEST = { 4: 32, 6: 128 } as const;

/** Both ends of the session there, neither at the very start of a subnet that has room. */
function at(peer: BgpPeer, locus: AddressSubnet | null): BgpPeer {
  if (locus === null) return { ...peer, amazonAddress: null, customerAddress: null };
  if (locus.prefix === null) return { ...peer, ...BARE[locus.family] };
  const { family, base, prefix } = locus;
  const last = LONGEST[family];
  const address = (host: bigint): string =>
    formatCidr({ family, base: host, prefix: last }).replace(/[0-9]+$/, String(prefix));
  const amazon = base + (last - prefix > 1 ? 1n : 0n);
  return { ...peer, amazonAddress: address(amazon), customerAddress: address(amazon + 1n) };
}

const BARE = {
  4: { amazonAddress: '169.254.255.1', customerAddress: '169.254.255.2' },
  6: { amazonAddress: 'fd00::1', customerAddress: 'fd00::2' },
} as const;

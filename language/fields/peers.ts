import { type Cidr, formatCidr, outermostCidrs, parseCidr, parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import { quote } from '../../core/printableText.ts';
import {
  type AddressSubnet,
  cidrSets,
  subnetsOverlapping,
  subnetsPerhapsWithin,
  subnetsWithin,
} from '../algebra/cidrSets.ts';
import type { Problem } from '../diagnostic.ts';
import { describePossibleKey, hasFormOfAddress } from '../possibleKeys.ts';
import { checkedText, nonEmptyList, patternHint, type SchemaHints, sortedSet } from '../scalarSchemas.ts';
import {
  everySession,
  everySessionMayBe,
  exactSessions,
  sessionField,
  someSessionMayBe,
  TYPICAL_SESSIONS,
} from './bgpSessions.ts';

const WRITE_BLOCK = 'write address, slash and prefix length, such as `169.254.10.0/24`';
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const GROUP = '[0-9A-Fa-f]{0,4}';

/** JSON Schema can detect neither host bits nor a second `::`. */
const BLOCK: SchemaHints = {
  anyOf: [
    patternHint(`^${IPV4}(/([12]?[0-9]|3[0-2]))?$`, WRITE_BLOCK),
    patternHint(`^(${GROUP}:){2,8}(${GROUP}|${IPV4})(/([1-9]?[0-9]|1[01][0-9]|12[0-8]))?$`, WRITE_BLOCK),
  ],
};

/**
 * Subnets stand in for addresses: in a valid pair both addresses of a session are in one subnet (`PAIRED` in policyRequests.ts), so a list
 * with one subnet for each session represents every list of valid addresses.
 */
const sessions = sessionField('peers', cidrSets, subnetsOf, placeSession);

/** A block of addresses as a policy writes it. */
export const addressBlock = checkedText(
  'A block of addresses such as `169.254.10.0/24`, IPv4 or IPv6.',
  checkBlock,
  BLOCK,
);

export const peers = {
  schema: nonEmptyList(
    addressBlock,
    'Both addresses of every BGP peer that the API lists are in one of these blocks. In a hold rule: at least one address overlaps a block.',
  ),
  holds: true,
  normalise: keepOutermost,
  matchesCertainly: (wanted: readonly string[]) => [
    everySession(sessions, subnetsWithin(parseBlocks(wanted))),
  ],
  countsTowardsLimit: (wanted: readonly string[]) => [
    everySessionMayBe(sessions, subnetsPerhapsWithin(parseBlocks(wanted))),
  ],
  mayMatch: (wanted: readonly string[]) => [
    someSessionMayBe(sessions, subnetsOverlapping(parseBlocks(wanted))),
  ],
  typical: TYPICAL_SESSIONS,
  // The narrowest block that matches: an address is matched with its subnet.
  exactCondition: (request: VirtualInterface) =>
    exactSessions(request, exactSubnets, 'an address with a prefix length', (subnets) => [
      ...new Set(subnets.flat()),
    ]),
} as const;

/** The subnets of both ends, or `null`. A grant never matches an address without a prefix length, so it must not require one. */
function exactSubnets({ amazonAddress, customerAddress }: BgpPeer): readonly string[] | null {
  const subnets = [amazonAddress, customerAddress]
    .map((text) => (text?.includes('/') ? parseHostAddress(text) : null))
    .filter((address) => address !== null)
    .map(({ subnet }) => formatCidr(subnet));
  return subnets.length < 2 ? null : subnets;
}

/** The blocks without those within others. Adjacent blocks are not merged: a subnet that spans both is in neither. */
export function keepOutermost(written: readonly string[]): string[] {
  return sortedSet(outermostCidrs(parseBlocks(written)).map(formatCidr));
}

function checkBlock(written: string): Problem | null {
  if (parseCidr(written) !== null) return null;
  const address = parseHostAddress(written);
  if (address !== null) {
    return {
      code: 'host-bits',
      message: `${quote(written)} has host bits: it is an address in a block, not the block`,
      fix: `write \`${formatCidr(address.subnet)}\``,
    };
  }
  return {
    code: 'cidr',
    message: describePossibleKey(written, hasFormOfAddress(written), 'is not a block of addresses'),
    fix: WRITE_BLOCK,
  };
}

function parseBlocks(written: readonly string[]): Cidr[] {
  return written.map(parseCidr).filter((block) => block !== null);
}

/**
 * The subnets of both addresses; `null` for one that is unknown. A subnet of a single address is left out: in a valid pair the other
 * address is then unknown, and the unknown one alone decides.
 */
function subnetsOf({ amazonAddress, customerAddress }: BgpPeer): (AddressSubnet | null)[] {
  return [amazonAddress, customerAddress]
    .map(subnetOf)
    .filter((subnet) => subnet === null || !isSingleAddress(subnet));
}

function subnetOf(text: string | null): AddressSubnet | null {
  const address = text === null ? null : parseHostAddress(text);
  if (text === null || address === null) return null;
  return text.includes('/') ? address.subnet : { family: address.subnet.family, prefix: null };
}

function isSingleAddress({ family, prefix }: AddressSubnet): boolean {
  return prefix === LONGEST[family];
}

const LONGEST = { 4: 32, 6: 128 } as const;

/** The session with both addresses in a subnet, neither of them the network address unless the subnet has only two. */
function placeSession(peer: BgpPeer, subnet: AddressSubnet | null): BgpPeer {
  if (subnet === null) return { ...peer, amazonAddress: null, customerAddress: null };
  if (subnet.prefix === null) return { ...peer, ...WITHOUT_PREFIX[subnet.family] };
  const { family, base, prefix } = subnet;
  const last = LONGEST[family];
  const address = (host: bigint): string =>
    formatCidr({ family, base: host, prefix: last }).replace(/[0-9]+$/, String(prefix));
  const amazon = base + (last - prefix > 1 ? 1n : 0n);
  return { ...peer, amazonAddress: address(amazon), customerAddress: address(amazon + 1n) };
}

const WITHOUT_PREFIX = {
  4: { amazonAddress: '169.254.255.1', customerAddress: '169.254.255.2' },
  6: { amazonAddress: 'fd00::1', customerAddress: 'fd00::2' },
} as const;

import { type Cidr, contains, formatCidr, parseCidr, parseHostAddress } from '../../lambda/core/ip.ts';
import type { BgpPeer } from '../../lambda/core/model.ts';
import { quote } from '../../lambda/core/text.ts';
import { blocks, overlapping, within } from '../algebra/blocks.ts';
import type { Complaint } from '../fault.ts';
import { filledList, judgedText, patterned, type Shape } from '../leaf.ts';
import { sortedSet } from '../sorted.ts';
import { everySession, ofSessions, perhapsSomeSession } from './sessions.ts';

const WRITE_BLOCK = 'write address, slash and prefix length, such as `169.254.10.0/24`';
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const GROUP = '[0-9A-Fa-f]{0,4}';

/** JSON Schema sees neither bits of a host nor a second `::`. */
const BLOCK: Shape = {
  anyOf: [
    patterned(`^${IPV4}(/([12]?[0-9]|3[0-2]))?$`, WRITE_BLOCK),
    patterned(`^(${GROUP}:){2,8}(${GROUP}|${IPV4})(/([1-9]?[0-9]|1[01][0-9]|12[0-8]))?$`, WRITE_BLOCK),
  ],
};

/** Two addresses a session: a list of as many subnets, each of both addresses of one, shows all that lists of addresses can. */
const sessions = ofSessions('peers', blocks, subnetsOf, inSubnet);

export const peers = {
  schema: filledList(
    judgedText('A block of addresses such as `169.254.10.0/24`, IPv4 or IPv6.', fault, BLOCK),
    'Both addresses of every BGP peer that the API lists lie in one of these blocks. In a `hold` line: either touches one.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: outermost,
  fits: (wanted: readonly string[]) => [everySession(sessions, within(parsed(wanted)))],
  touches: (wanted: readonly string[]) => [perhapsSomeSession(sessions, overlapping(parsed(wanted)))],
} as const;

/** Without blocks that lie in others. Neighbours stay apart: a subnet across both lies in neither. */
function outermost(written: readonly string[]): string[] {
  const kept: Cidr[] = [];
  for (const block of parsed(written).sort(byPlace)) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, block)) kept.push(block);
  }
  return sortedSet(kept.map(formatCidr));
}

/** What contains a block comes before it, with nothing between but what it contains too. */
function byPlace(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.base !== b.base) return a.base < b.base ? -1 : 1;
  return a.prefix - b.prefix;
}

function fault(written: string): Complaint | null {
  if (parseCidr(written) !== null) return null;
  const address = parseHostAddress(written);
  if (address !== null) {
    return {
      code: 'host-bits',
      message: `${quote(written)} is an address in a block, not the block`,
      mend: `write \`${formatCidr(address.subnet)}\``,
    };
  }
  return {
    code: 'cidr',
    message: `${quote(written)} is no block of addresses`,
    mend: WRITE_BLOCK,
  };
}

function parsed(written: readonly string[]): Cidr[] {
  return written.map(parseCidr).filter((block) => block !== null);
}

function subnetsOf({ amazonAddress, customerAddress }: BgpPeer): (Cidr | null)[] {
  return [amazonAddress, customerAddress].map((text) =>
    text === null ? null : (parseHostAddress(text)?.subnet ?? null),
  );
}

/** Both ends of the session in one subnet, neither at its very start where there is room. */
function inSubnet(peer: BgpPeer, subnet: Cidr | null): BgpPeer {
  if (subnet === null) return { ...peer, amazonAddress: null, customerAddress: null };
  const { family, base, prefix } = subnet;
  const room = (family === 4 ? 32 : 128) - prefix > 1 ? 1n : 0n;
  const last = family === 4 ? 32 : 128;
  const address = (host: bigint): string =>
    formatCidr({ family, base: host, prefix: last }).replace(/[0-9]+$/, String(prefix));
  const amazon = base + room;
  return {
    ...peer,
    amazonAddress: address(amazon),
    customerAddress: address(prefix === last ? base : amazon + 1n),
  };
}

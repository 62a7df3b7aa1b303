import { type Cidr, contains, formatCidr, parseCidr, parseHostAddress } from '../../lambda/core/ip.ts';
import { quote } from '../../lambda/core/text.ts';
import type { Complaint } from '../fault.ts';
import { filledList, judgedText } from '../leaf.ts';
import { sortedSet } from '../sorted.ts';

export const peers = {
  schema: filledList(
    judgedText('A block of addresses such as `169.254.10.0/24`, IPv4 or IPv6.', fault),
    'Both addresses of every BGP peer that the API lists lie in one of these blocks. In a `hold` line: either touches one.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: outermost,
} as const;

/** Without blocks that lie in others. Neighbours stay apart: a subnet across both lies in neither. */
function outermost(written: readonly string[]): string[] {
  const kept: Cidr[] = [];
  const blocks = written.map(parseCidr).filter((block) => block !== null);
  for (const block of blocks.sort(byPlace)) {
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
    mend: 'write address, slash and prefix length, such as `169.254.10.0/24`',
  };
}

import { isIPv4, isIPv6 } from 'node:net';
import { type Ternary, toTernary } from './fields/matchField.ts';
import { memoizeByObject } from './memoize.ts';
import type { VirtualInterface } from './model.ts';

/** A block of addresses. Of two blocks, one contains the other or they are disjoint. */
export interface Cidr {
  readonly family: 4 | 6;
  /** first address of the block */
  readonly base: bigint;
  /** prefix length in bits */
  readonly prefix: number;
}

/** A host address with its subnet. */
export interface HostAddress {
  readonly host: bigint;
  /** for a bare address: the block of this one address */
  readonly subnet: Cidr;
  /** written without a prefix length, so that the size of its subnet is unknown */
  readonly isBare: boolean;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Parses a block such as `169.254.10.0/24`; a bare address is a block of one. `null`: not a block, or host bits are set. */
export function parseCidr(text: string): Cidr | null {
  const address = parseHostAddress(text);
  return address !== null && address.host === address.subnet.base ? address.subnet : null;
}

/** Parses an address such as `169.254.10.1/30`, or a bare address. `null`: not an address. */
export function parseHostAddress(text: string): HostAddress | null {
  const [, address, length] = /^([^/%]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  if (address === undefined) return null;
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : null;
  if (family === null) return null;
  const prefix = length === undefined ? BITS[family] : Number(length);
  if (prefix > BITS[family]) return null;
  const host = family === 4 ? parse4(address) : parse6(address);
  return {
    host,
    subnet: { family, base: (host >> hostBits(family, prefix)) << hostBits(family, prefix), prefix },
    isBare: length === undefined,
  };
}

/**
 * Whether it is the IPv4 broadcast address: the last of a subnet with more than two addresses. IPv6 has no broadcast
 * address.
 */
export function isBroadcast({ host, subnet }: HostAddress): boolean {
  return subnet.family === 4 && subnet.prefix < 31 && host === lastAddress(subnet);
}

export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return (
    outer.family === inner.family && outer.prefix <= inner.prefix && isSamePrefix(outer.prefix, outer, inner)
  );
}

/** The block with this prefix length that contains the given block; `null` if the given block is larger. */
export function enclosingCidr(cidr: Cidr, prefix: number): Cidr | null {
  const { family, base } = cidr;
  if (cidr.prefix < prefix) return null;
  return { family, base: (base >> hostBits(family, prefix)) << hostBits(family, prefix), prefix };
}

export function lastAddress({ family, base, prefix }: Cidr): bigint {
  return base + (1n << hostBits(family, prefix)) - 1n;
}

export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && isSamePrefix(Math.min(a.prefix, b.prefix), a, b);
}

/** The blocks without those within others, by family and address. */
export function outermostCidrs(blocks: readonly Cidr[]): Cidr[] {
  const kept: Cidr[] = [];
  for (const block of blocks.toSorted(compareCidrs)) {
    const last = kept.at(-1);
    if (last === undefined || !containsCidr(last, block)) kept.push(block);
  }
  return kept;
}

/** Sorts a block directly before the blocks that it contains. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.base !== b.base) return a.base < b.base ? -1 : 1;
  return a.prefix - b.prefix;
}

/** Whether two addresses can be the two ends of one session; `unknown` if a missing prefix length decides it. */
export function sameSubnet(a: HostAddress, b: HostAddress): Ternary {
  if (!(a.isBare || b.isBare))
    return toTernary(a.subnet.prefix === b.subnet.prefix && containsCidr(a.subnet, b.subnet));
  // The subnet of a bare address is unknown: the address is in the other one's subnet, or the two share no subnet.
  const canShare = a.isBare
    ? b.isBare
      ? a.subnet.family === b.subnet.family
      : containsCidr(b.subnet, a.subnet)
    : containsCidr(a.subnet, b.subnet);
  return canShare ? 'unknown' : 'no';
}

/** Whether the subnets of two addresses overlap; `unknown` if a missing prefix length decides it. */
export function subnetsOverlap(a: HostAddress, b: HostAddress): Ternary {
  if (cidrsOverlap(a.subnet, b.subnet)) return 'yes';
  // A subnet of unknown size may overlap every other one of its family.
  return (a.isBare || b.isBare) && a.subnet.family === b.subnet.family ? 'unknown' : 'no';
}

export function formatCidr(cidr: Cidr): string {
  return `${cidr.family === 4 ? format4(cidr.base) : format6(cidr.base)}/${cidr.prefix}`;
}

/** Both addresses of every BGP peer, Amazon's first; `null`: no address, or an invalid one (see `hasInvalidAddress`). */
export const addressesOf = memoizeByObject((vif: VirtualInterface): readonly (HostAddress | null)[] =>
  vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : parseHostAddress(address))),
);

/** Whether the API returns an invalid address. It may mean any address. */
export function hasInvalidAddress(vif: VirtualInterface): boolean {
  return vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .some((address, place) => address !== null && addressesOf(vif)[place] === null);
}

function isSamePrefix(prefix: number, a: Cidr, b: Cidr): boolean {
  const shift = hostBits(a.family, prefix);
  return a.base >> shift === b.base >> shift;
}

function hostBits(family: 4 | 6, prefix: number): bigint {
  return BigInt(BITS[family] - prefix);
}

function parse4(address: string): bigint {
  return address.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

function parse6(address: string): bigint {
  // Converts an embedded IPv4 tail (::ffff:192.0.2.1) into two groups first.
  const plain = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (tail) => {
    const bits = parse4(tail);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function format4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

function format6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

import { isIP } from 'node:net';
import type { Dialect } from '../dialects.ts';
import { clientException } from '../wire.ts';
import type { World } from '../world.ts';

/** The two addresses of a BGP session; empty if there is none. */
export interface AddressPair {
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly addressFamily: string;
}

interface Address {
  readonly version: number;
  readonly prefix: number;
  /** its bits, of which `prefix` are the network's */
  readonly bits: bigint;
}

/** The shortest prefixes of a subnet for two routers: no provider documents one, but a network of routers is small. */
const SHORTEST = { 4: 16, 6: 64 } as const;

/** Why a session with these addresses is refused; `null`: it is not. */
export function addressProblem(
  { amazonAddress, customerAddress, addressFamily }: AddressPair,
  { addressFamilies }: Dialect,
): string | null {
  if (!addressFamilies.includes(addressFamily)) {
    return `The addressFamily ${addressFamily} is not one of ${addressFamilies.join(', ')}.`;
  }
  for (const [name, text] of Object.entries({ amazonAddress, customerAddress })) {
    const odd = text === '' ? null : formProblem(text, addressFamily);
    if (odd !== null) return `The ${name} ${text} is ${odd}.`;
  }
  const [amazon, customer] = [parseAddress(amazonAddress), parseAddress(customerAddress)];
  if (amazon === null || customer === null) return null;
  const problem = pairProblem(amazon, customer);
  if (problem === null) return null;
  return `The amazonAddress ${amazonAddress} and the customerAddress ${customerAddress} are ${problem}.`;
}

function formProblem(text: string, family: string): string | null {
  const address = parseAddress(text);
  const version = family === 'ipv4' ? 4 : 6;
  if (address?.version !== version || address.prefix < SHORTEST[version]) {
    const example = version === 4 ? '169.254.10.1/30' : '2001:db8::1/125';
    return `not an ${family} address with its subnet such as ${example}`;
  }
  return isReserved(address) ? 'the network or broadcast address of its subnet' : null;
}

function pairProblem(amazon: Address, customer: Address): string | null {
  if (amazon.bits === customer.bits) return 'the same';
  return networkOf(amazon) === networkOf(customer) ? null : 'not in one subnet';
}

/** Whether a text is an address of either family with the length of its prefix. */
export function isCidr(text: string): boolean {
  const [, host = '', digits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(host);
  return version !== 0 && Number(digits) <= (version === 4 ? 32 : 128);
}

/** An address such as `169.254.10.1/30`; `null` if it is none. */
function parseAddress(text: string): Address | null {
  const [, host = '', digits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(host);
  const prefix = Number(digits);
  const length = version === 4 ? 32 : 128;
  if (version === 0 || prefix >= length) return null;
  return { version, prefix, bits: version === 4 ? bitsOf(host.split('.'), 10, 8n) : ipv6Bits(host) };
}

/** Whether it is of IPv4 and no router can have it. A /31 has neither a network nor a broadcast address. */
function isReserved({ version, prefix, bits }: Address): boolean {
  if (version !== 4 || prefix > 30) return false;
  const size = 1n << BigInt(32 - prefix);
  return bits % size === 0n || bits % size === size - 1n;
}

function ipv6Bits(host: string): bigint {
  // The last 32 bits may be written as IPv4.
  const [, head, dotted] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(host) ?? [];
  const low = dotted === undefined ? 0n : bitsOf(dotted.split('.'), 10, 8n);
  const plain =
    dotted === undefined ? host : `${head}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [left = '', right] = plain.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const after = groups(right ?? '');
  const zeros = right === undefined ? 0 : 8 - groups(left).length - after.length;
  return bitsOf([...groups(left), ...new Array<string>(zeros).fill('0'), ...after], 16, 16n);
}

function bitsOf(parts: readonly string[], base: number, size: bigint): bigint {
  return parts.reduce((bits, part) => (bits << size) + BigInt(Number.parseInt(part, base)), 0n);
}

function networkOf({ version, prefix, bits }: Address): string {
  return `${version} ${prefix} ${bits >> BigInt((version === 4 ? 32 : 128) - prefix)}`;
}

/** The session with the addresses that the platform assigns where the caller gives none. Throws `ApiError` if none is left. */
export function withAssignedAddresses<T extends AddressPair>(world: World, session: T): T {
  const { amazonAddress, customerAddress, addressFamily } = session;
  if (!world.dialect.assignsAddresses || amazonAddress + customerAddress !== '') return session;
  const peers = [...world.interfaces.values()].flatMap((vif) => vif.peers);
  const used = new Set(peers.map((peer) => peer.amazonAddress));
  const { count, subnet } = addressFamily === 'ipv6' ? ASSIGNED_IPV6 : ASSIGNED_IPV4;
  for (let n = 0; n < count; n += 1) {
    const [amazon, customer] = subnet(n);
    if (!used.has(amazon)) return { ...session, amazonAddress: amazon, customerAddress: customer };
  }
  throw clientException(
    `All ${count} subnets that are assigned to ${addressFamily} sessions are in use: delete a BGP peer or an interface.`,
  );
}

/** The subnets of a family from which the platform assigns addresses. */
interface AssignedSubnets {
  readonly count: number;
  /** the addresses of the subnet with that number, from 0 to `count - 1` */
  readonly subnet: (n: number) => readonly [amazon: string, customer: string];
}

/** AWS documents a /30 of 169.254.0.0/16. */
const ASSIGNED_IPV4: AssignedSubnets = {
  count: 16_384,
  subnet: (n) => {
    const address = (host: number) => `169.254.${n >> 6}.${(n % 64) * 4 + host}/30`;
    return [address(1), address(2)];
  },
};

/** AWS documents a /125 of its own addresses; these are of a /112 of the prefix for documentation. */
const ASSIGNED_IPV6: AssignedSubnets = {
  count: 8192,
  subnet: (n) => {
    const address = (host: number) => `2001:db8::${(n * 8 + host).toString(16)}/125`;
    return [address(1), address(2)];
  },
};

import type { Match } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';

/** The match fields, for the oracle. Each condition becomes questions, one for each BGP peer where sessions matter. */

/** `undefined` when the API does not return the value */
type Answer = boolean | undefined;
interface Asked {
  /** a grant matches when all answers are yes */
  readonly each: readonly Answer[];
  /** questions of a hold rule, where they differ; one answer that is not no is enough */
  readonly touching?: readonly Answer[];
}

/** Whether a grant certainly matches. */
export function matchesForCertain(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(({ each }) => each.length > 0 && each.every((answer) => answer === true));
}

/** Whether a grant may match: no condition certainly fails. */
export function mayMatch(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(({ each }) => each.every((answer) => answer !== false));
}

/** Whether a hold rule applies: no field definitely does not match. */
export function isHeldByRule(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(
    ({ each, touching = each }) => touching.length === 0 || touching.some((answer) => answer !== false),
  );
}

function ask(
  { connection, id, vlan, asn, peers, name, location, bgpKey, mtu, tags }: Match,
  vif: VirtualInterface,
): Asked[] {
  const asked: Asked[] = [];
  const one = (answer: Answer): unknown => asked.push({ each: [answer] });
  if (connection) one(known(vif.connection, (id) => connection.includes(id)));
  if (id) one(known(vif.id.startsWith('(') ? null : vif.id, (one) => id.includes(one)));
  if (vlan) one(known(vif.vlan, (tag) => vlan.some(([from, to]) => tag >= from && tag <= to)));
  if (name) one(known(vif.name, (label) => name.some((glob) => asRegExp(glob).test(label))));
  if (location) one(known(vif.location, (code) => location.includes(code)));
  if (mtu) one(known(vif.mtu, (bytes) => mtu.includes(bytes)));
  if (tags) {
    one(
      known(vif.tags, (has) =>
        Object.entries(tags).every(([key, values]) => values.includes(has[key] ?? '\0')),
      ),
    );
  }
  if (asn) {
    const each = vif.peers.map((peer) =>
      known(peer.asn, (as) => asn.some(([from, to]) => as >= from && as <= to)),
    );
    asked.push({ each });
  }
  if (bgpKey === 'required') asked.push({ each: vif.peers.map(({ hasKey }) => hasKey ?? undefined) });
  else if (bgpKey) {
    const each = vif.peers.map(({ hasKey, agreedKey }) =>
      hasKey === false ? false : known(agreedKey, (digest) => digest === bgpKey),
    );
    asked.push({ each });
  }
  if (peers) {
    const blocks = peers.map(network).filter((block) => block !== null);
    const addresses = vif.peers.flatMap(({ amazonAddress, customerAddress }) => [
      amazonAddress,
      customerAddress,
    ]);
    asked.push({
      each: addresses.map((address) => isInside(address, blocks)),
      touching: addresses.map((address) => isTouched(address, blocks)),
    });
  }
  return asked;
}

/** Whether a subnet lies in a block, that is, the bits of the block are a prefix of its bits. The prefix length of an address without one is unknown. */
function isInside(address: string | null, blocks: readonly string[]): Answer {
  const bits = address === null ? null : network(address);
  if (address === null || bits === null) return undefined;
  if (!blocks.some((block) => bits.startsWith(block))) return false;
  return address.includes('/') ? true : undefined;
}

function isTouched(address: string | null, blocks: readonly string[]): Answer {
  const bits = address === null ? null : network(address);
  if (address === null || bits === null) return undefined;
  if (blocks.some((block) => bits.startsWith(block) || block.startsWith(bits))) return true;
  // The subnet of an address without prefix length can have any size, so only another address family excludes it.
  const isOfFamily = blocks.some((block) => block[0] === bits[0]);
  return isOfFamily && !address.includes('/') ? undefined : false;
}

function known<T>(value: T | null, test: (value: T) => boolean): Answer {
  return value === null ? undefined : test(value);
}

export function asRegExp(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`, 'u');
}

/** The fixed bits of a network as text: `4` or `6`, then zeros and ones. A network lies in every network that is its prefix. */
export function network(text: string): string | null {
  const [address = '', length] = text.split('/');
  const groups = address.includes(':') ? groups6(address) : address.split('.').map(Number);
  const width = address.includes(':') ? 16 : 8;
  const whole = address.includes(':') ? 8 : 4;
  if (groups.length !== whole || !groups.every((group) => group < 2 ** width)) return null;
  const bits = groups.map((group) => group.toString(2).padStart(width, '0')).join('');
  return `${width === 16 ? 6 : 4}${bits.slice(0, length === undefined ? bits.length : Number(length))}`;
}

function groups6(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [head, tail].map((side) =>
    side === '' ? [] : side.split(':').map((hex) => Number.parseInt(hex, 16)),
  );
  if (left === undefined || right === undefined) return [];
  if (!address.includes('::')) return left;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

import type { Match } from '../../core/fields/match.ts';
import type { VirtualInterface } from '../../core/model.ts';

/** Match fields said a second time, for the oracle: each demand becomes questions, one a session where those matter. */

/** `undefined`: the API does not say */
type Answer = boolean | undefined;
interface Asked {
  /** all must be a yes for a grant */
  readonly each: readonly Answer[];
  /** a hold line's questions, of which any will do, where they differ */
  readonly touching?: readonly Answer[];
}

/** A grant's demands are all met, for certain. */
export function matchesForCertain(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(({ each }) => each.length > 0 && each.every((answer) => answer === true));
}

/** A grant's demands may be met: none is certainly not. */
export function mayMatch(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(({ each }) => each.every((answer) => answer !== false));
}

/** A hold line applies: no field is a definite no. */
export function isHeldByRule(match: Match, vif: VirtualInterface): boolean {
  return ask(match, vif).every(
    ({ each, touching = each }) => touching.length === 0 || touching.some((answer) => answer !== false),
  );
}

function ask(
  { connection, vlan, asn, peers, name, location, bgpKey, mtu, tags }: Match,
  vif: VirtualInterface,
): Asked[] {
  const asked: Asked[] = [];
  const one = (answer: Answer): unknown => asked.push({ each: [answer] });
  if (connection) one(known(vif.connection, (id) => connection.includes(id)));
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
  if (bgpKey) asked.push({ each: vif.peers.map(({ hasKey }) => hasKey ?? undefined) });
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

/** A subnet lies in a block that begins it. How many bits a bare address has in common with its subnet, nobody knows. */
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
  // A subnet of any size around a bare address: the family alone can tell it from a block.
  const isOfFamily = blocks.some((block) => block[0] === bits[0]);
  return isOfFamily && !address.includes('/') ? undefined : false;
}

function known<T>(value: T | null, judge: (value: T) => boolean): Answer {
  return value === null ? undefined : judge(value);
}

export function asRegExp(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`, 'u');
}

/** The bits that a network fixes, as text: `4` or `6`, then zeros and ones. One network lies in another that begins it. */
export function network(text: string): string | null {
  const [address = '', length] = text.split('/');
  const groups = address.includes(':') ? groups6(address) : address.split('.').map(Number);
  const width = address.includes(':') ? 16 : 8;
  const whole = address.includes(':') ? 8 : 4;
  if (groups.length !== whole || groups.some((group) => Number.isNaN(group))) return null;
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

import { isVirtualInterfaceId } from '../../core/ids.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { readPeers } from './wirePeers.ts';
import { Reader } from './wireReader.ts';

/**
 * Reads one item of `virtualInterfaces`. The SDK checks no types, so nothing is believed: what does not fit becomes a
 * fault and its field unknown, at the cost of this item only. `authKey` and `customerRouterConfig` are dropped here.
 * @param index position in the listing, to name an item without an ID by
 */
export function readVirtualInterface(raw: unknown, index: number): VirtualInterface {
  const reader = new Reader(raw);
  const id = reader.text('virtualInterfaceId');
  const known = id !== null && isVirtualInterfaceId(id);
  if (!known)
    reader.fault(
      `\`virtualInterfaceId\` must be such as \`dxvif-1a2b3c4d\`, got ${id === null ? 'none' : 'another text'}`,
    );
  return {
    id: known ? id : `(item ${index + 1} of the listing)`,
    state: reader.text('virtualInterfaceState'),
    type: reader.text('virtualInterfaceType'),
    ownerAccount: reader.text('ownerAccount'),
    connection: reader.text('connectionId'),
    name: reader.text('virtualInterfaceName'),
    location: reader.text('location'),
    region: reader.text('region'),
    vlan: reader.integer('vlan', 1, 4094),
    mtu: reader.integer('mtu', 1, 65535),
    gateway: readGateway(reader),
    tags: readTags(reader),
    peers: readPeers(reader),
    faults: reader.faults,
  };
}

/** Reads a whole listing. */
export function readVirtualInterfaces(raw: readonly unknown[]): VirtualInterface[] {
  return distinct(raw.map(readVirtualInterface));
}

/** Of a whole listing: an ID that stands in it twice, with different content, is unreadable: neither can be believed. */
export function distinct(listed: readonly VirtualInterface[]): VirtualInterface[] {
  const byId = new Map<string, VirtualInterface>();
  for (const vif of listed) {
    const first = byId.get(vif.id);
    if (first === undefined) byId.set(vif.id, vif);
    else if (JSON.stringify(first) !== JSON.stringify(vif)) byId.set(vif.id, contradicted(first, vif));
  }
  return [...byId.values()];
}

/** Fail closed: what the two do not agree on is unknown, so that it counts wherever either could. */
function contradicted(a: VirtualInterface, b: VirtualInterface): VirtualInterface {
  const agreed = <T>(one: T, other: T): T | null =>
    JSON.stringify(one) === JSON.stringify(other) ? one : null;
  return {
    id: a.id,
    state: agreed(a.state, b.state),
    type: agreed(a.type, b.type),
    ownerAccount: agreed(a.ownerAccount, b.ownerAccount),
    connection: agreed(a.connection, b.connection),
    name: agreed(a.name, b.name),
    location: agreed(a.location, b.location),
    region: agreed(a.region, b.region),
    vlan: agreed(a.vlan, b.vlan),
    mtu: agreed(a.mtu, b.mtu),
    gateway: agreed(a.gateway, b.gateway),
    tags: agreed(a.tags, b.tags),
    peers: agreed(a.peers, b.peers) ?? [],
    faults: [...new Set([...a.faults, ...b.faults, 'it is listed twice with different content'])],
  };
}

function readGateway(reader: Reader): string | null {
  const before = reader.faults.length;
  const virtual = reader.text('virtualGatewayId');
  const directConnect = reader.text('directConnectGatewayId');
  if (virtual !== null && directConnect !== null) reader.fault('it names two gateways');
  // Fail closed: when one of the two cannot be read, it may be on any gateway.
  return reader.faults.length === before ? (virtual ?? directConnect) : null;
}

function readTags(reader: Reader): Readonly<Record<string, string>> | null {
  const items = reader.items('tags');
  if (items === null) return null;
  const tags = new Map<string, string>();
  const before = reader.faults.length;
  for (const item of items) {
    const tag = new Reader(item, 'tags');
    const key = tag.text('key');
    if (key === null || tags.has(key)) reader.fault(key === null ? 'a tag has no key' : 'a tag stands twice');
    else tags.set(key, tag.text('value') ?? '');
    reader.faults.push(...tag.faults);
  }
  // Fail closed: of tags that are not all readable, none is known to be absent.
  return reader.faults.length === before ? Object.fromEntries(tags) : null;
}

import { FIELDS, type Field, type VirtualInterface } from '../../core/model.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { Reader } from '../aws/fieldReader.ts';
import { readPeers, SESSION_FIELDS } from './wirePeers.ts';

/**
 * Reads one item of `virtualInterfaces`. The SDK checks no types, so nothing is believed: what does not fit becomes a
 * fault and its field unknown, at the cost of this item only. `authKey` and `customerRouterConfig` are dropped here.
 * @param index position in the listing, to name an item without an ID by
 */
export function readVirtualInterface(raw: unknown, index: number): VirtualInterface {
  const reader = new Reader(raw);
  const id = reader.part('id', () => readId(reader));
  return {
    id: id ?? `(item ${index + 1} of the listing)`,
    state: reader.part('state', () => reader.text('virtualInterfaceState')),
    type: reader.part('type', () => reader.text('virtualInterfaceType')),
    ownerAccount: reader.part('ownerAccount', () => reader.text('ownerAccount')),
    connection: reader.part('connection', () => reader.text('connectionId')),
    name: reader.part('name', () => reader.text('virtualInterfaceName')),
    location: reader.part('location', () => reader.text('location')),
    region: reader.part('region', () => reader.text('region')),
    vlan: reader.part('vlan', () => reader.integer('vlan', 1, 4094)),
    mtu: reader.part('mtu', () => reader.integer('mtu', 1, 65535)),
    gateway: reader.part('gateway', () => readGateway(reader)),
    tags: reader.part('tags', () => readTags(reader)),
    peers: readPeers(reader),
    faults: reader.faults,
    unreadable: inOrder(reader.isObject ? reader.unreadable : FIELDS),
  };
}

/** So that what is equal looks equal. */
function inOrder(unreadable: Iterable<Field>): Field[] {
  const found = new Set(unreadable);
  return FIELDS.filter((field) => found.has(field));
}

function readId(reader: Reader): string | null {
  const id = reader.text('virtualInterfaceId');
  if (id !== null && isVirtualInterfaceId(id)) return id;
  reader.fault(
    `\`virtualInterfaceId\` must be such as \`dxvif-1a2b3c4d\`, got ${id === null ? 'none' : 'another text'}`,
  );
  return null;
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

/** Fail closed: what the two do not agree on may be anything, so that it counts wherever either could. */
function contradicted(a: VirtualInterface, b: VirtualInterface): VirtualInterface {
  const unreadable = new Set([...a.unreadable, ...b.unreadable]);
  const agreed = <T>(one: T, other: T, ...fields: readonly Field[]): T | null => {
    if (JSON.stringify(one) === JSON.stringify(other)) return one;
    for (const field of fields) unreadable.add(field);
    return null;
  };
  return {
    id: a.id,
    state: agreed(a.state, b.state, 'state'),
    type: agreed(a.type, b.type, 'type'),
    ownerAccount: agreed(a.ownerAccount, b.ownerAccount, 'ownerAccount'),
    connection: agreed(a.connection, b.connection, 'connection'),
    name: agreed(a.name, b.name, 'name'),
    location: agreed(a.location, b.location, 'location'),
    region: agreed(a.region, b.region, 'region'),
    vlan: agreed(a.vlan, b.vlan, 'vlan'),
    mtu: agreed(a.mtu, b.mtu, 'mtu'),
    gateway: agreed(a.gateway, b.gateway, 'gateway'),
    tags: agreed(a.tags, b.tags, 'tags'),
    peers: agreed(a.peers, b.peers, ...SESSION_FIELDS) ?? [],
    faults: [...new Set([...a.faults, ...b.faults, 'it is listed twice with different content'])],
    unreadable: inOrder(unreadable),
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
    reader.include(tag);
  }
  // Fail closed: of tags that are not all readable, none is known to be absent.
  return reader.faults.length === before ? Object.fromEntries(tags) : null;
}

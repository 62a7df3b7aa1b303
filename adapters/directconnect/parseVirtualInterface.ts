import {
  type BgpPeer,
  INTERFACE_FIELDS,
  type InterfaceField,
  type VirtualInterface,
} from '../../core/model.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { FieldReader } from '../aws/fieldReader.ts';

/**
 * The BGP sessions of an interface: those of `bgpPeers`, and the one that the interface's own fields describe unless
 * it is one of them. OUTSCALE, and AWS in old interfaces, only have the latter.
 */
function parseBgpPeers(reader: FieldReader): readonly BgpPeer[] {
  const before = reader.errors.length;
  const items = reader.part(SESSION_FIELDS, () => reader.items('bgpPeers')) ?? [];
  // Fail closed: a list that is none may hold any session.
  if (reader.errors.length > before) return [UNKNOWN_PEER, readPeer(reader)];
  const listed = items.map((item) => {
    const session = new FieldReader(item, 'bgpPeers');
    const peer = readPeer(session);
    reader.part(session.isObject ? [] : SESSION_FIELDS, () => reader.include(session));
    return peer;
  });
  const own = readPeer(reader);
  const says =
    own.asn !== null || own.amazonAddress !== null || own.customerAddress !== null || own.hasKey !== null;
  // Fail closed: what the interface says of itself and no session repeats is a session more to satisfy.
  return says && !listed.some((peer) => repeats(peer, own)) ? [...listed, own] : listed;
}

/** All that is read of a session. */
const SESSION_FIELDS = ['asn', 'addresses', 'bgpKey'] as const satisfies readonly InterfaceField[];

const UNKNOWN_PEER: BgpPeer = { asn: null, amazonAddress: null, customerAddress: null, hasKey: null };

function readPeer(reader: FieldReader): BgpPeer {
  return {
    asn: reader.part('asn', () => readAsn(reader)),
    amazonAddress: reader.part('addresses', () => reader.text('amazonAddress')),
    customerAddress: reader.part('addresses', () => reader.text('customerAddress')),
    hasKey: reader.part('bgpKey', () => reader.isSet('authKey')),
  };
}

/** `asn` is 0 when a long ASN is in use, which then stands in `asnLong`. */
function readAsn(reader: FieldReader): number | null {
  const short = reader.integer('asn', 0, 4294967295) || null;
  const long = reader.integer('asnLong', 0, 4294967295) || null;
  if (short === null || long === null || short === long) return short ?? long;
  reader.addError('`asn` and `asnLong` contradict each other');
  return null;
}

function repeats(peer: BgpPeer, own: BgpPeer): boolean {
  return (
    (own.asn === null || own.asn === peer.asn) &&
    (own.amazonAddress === null || own.amazonAddress === peer.amazonAddress) &&
    (own.customerAddress === null || own.customerAddress === peer.customerAddress) &&
    (own.hasKey === null || own.hasKey === peer.hasKey)
  );
}

/**
 * Reads one item of `virtualInterfaces`. The SDK checks no types, so nothing is believed: what does not fit becomes a
 * fault and its field unknown, at the cost of this item only. `authKey` and `customerRouterConfig` are dropped here.
 * @param index position in the listing, to name an item without an ID by
 */
export function parseVirtualInterface(raw: unknown, index: number): VirtualInterface {
  const reader = new FieldReader(raw);
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
    peers: parseBgpPeers(reader),
    readErrors: reader.errors,
    unreadable: inOrder(reader.isObject ? reader.unreadable : INTERFACE_FIELDS),
  };
}

/** So that what is equal looks equal. */
function inOrder(unreadable: Iterable<InterfaceField>): InterfaceField[] {
  const found = new Set(unreadable);
  return INTERFACE_FIELDS.filter((field) => found.has(field));
}

function readId(reader: FieldReader): string | null {
  const id = reader.text('virtualInterfaceId');
  if (id !== null && isVirtualInterfaceId(id)) return id;
  reader.addError(
    `\`virtualInterfaceId\` must be such as \`dxvif-1a2b3c4d\`, got ${id === null ? 'none' : 'another text'}`,
  );
  return null;
}

/** Reads a whole listing. */
export function parseVirtualInterfaces(raw: readonly unknown[]): VirtualInterface[] {
  return mergeDuplicates(raw.map(parseVirtualInterface));
}

/** Of a whole listing: an ID that stands in it twice, with different content, is unreadable: neither can be believed. */
export function mergeDuplicates(listed: readonly VirtualInterface[]): VirtualInterface[] {
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
  const agreed = <T>(one: T, other: T, ...fields: readonly InterfaceField[]): T | null => {
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
    readErrors: [...new Set([...a.readErrors, ...b.readErrors, 'it is listed twice with different content'])],
    unreadable: inOrder(unreadable),
  };
}

function readGateway(reader: FieldReader): string | null {
  const before = reader.errors.length;
  const virtual = reader.text('virtualGatewayId');
  const directConnect = reader.text('directConnectGatewayId');
  if (virtual !== null && directConnect !== null) reader.addError('it names two gateways');
  // Fail closed: when one of the two cannot be read, it may be on any gateway.
  return reader.errors.length === before ? (virtual ?? directConnect) : null;
}

function readTags(reader: FieldReader): Readonly<Record<string, string>> | null {
  const items = reader.items('tags');
  if (items === null) return null;
  const tags = new Map<string, string>();
  const before = reader.errors.length;
  for (const item of items) {
    const tag = new FieldReader(item, 'tags');
    const key = tag.text('key');
    if (key === null || tags.has(key))
      reader.addError(key === null ? 'a tag has no key' : 'a tag stands twice');
    else tags.set(key, tag.text('value') ?? '');
    reader.include(tag);
  }
  // Fail closed: of tags that are not all readable, none is known to be absent.
  return reader.errors.length === before ? Object.fromEntries(tags) : null;
}

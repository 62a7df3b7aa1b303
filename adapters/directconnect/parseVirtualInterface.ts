import {
  type AnyValue,
  INFORMATIVE_FIELD_NAMES,
  type InterfaceValues,
  isInformative,
  ofEachField,
  VALUE_FIELDS,
  type ValueField,
  type ValueFieldName,
  type ValueForm,
} from '../../core/interfaceFields.ts';
import {
  type BgpPeer,
  createPeer,
  INTERFACE_FIELDS,
  type InterfaceField,
  type KeyDigest,
  SESSION_FIELDS,
  type VirtualInterface,
} from '../../core/model.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { FieldReader } from '../awsProtocol/fieldReader.ts';
import { compareKey } from './agreedKeys.ts';

/**
 * Parses the BGP peers of an interface that are live: those of `bgpPeers`, and the one that the interface's own fields describe
 * unless it is one of them. OUTSCALE, and AWS for old interfaces, give only the latter.
 */
function parseBgpPeers(reader: FieldReader, agreedKeys: ReadonlySet<KeyDigest>): readonly BgpPeer[] {
  const before = reader.errors.length;
  const items = reader.part(SESSION_FIELDS, () => reader.items('bgpPeers')) ?? [];
  // Fail closed: a value that is not a list may mean any session.
  if (reader.errors.length > before) return [UNKNOWN_PEER, readPeer(reader, agreedKeys)];
  const listed = items.map((item) => {
    const session = new FieldReader(item, 'bgpPeers');
    const isLive = session.part(SESSION_FIELDS, () => isLivePeer(session));
    const peer = readPeer(session, agreedKeys);
    reader.part(session.isObject ? [] : SESSION_FIELDS, () => reader.include(session));
    return { peer, isLive };
  });
  const live = listed.filter(({ isLive }) => isLive).map(({ peer }) => peer);
  const own = readPeer(reader, agreedKeys);
  const hasOwn =
    own.asn !== null || own.amazonAddress !== null || own.customerAddress !== null || own.hasKey !== null;
  // Fail closed: if no listed session has what the interface's own fields say, they are one more session, which the
  // policy must allow too. They may also repeat a session that is no longer live: then they are no session either.
  return hasOwn && !listed.some(({ peer }) => includesSession(peer, own)) ? [...live, own] : live;
}

/** A session that is being deleted, or was deleted, stays listed for a time: it uses no address and identifies no requester. */
const ENDING_PEER_STATES: ReadonlySet<string | null> = new Set(['deleting', 'deleted']);

/** Fail closed: in every other state, also an unknown, missing or unreadable one, a session is live. */
function isLivePeer(session: FieldReader): boolean {
  return !ENDING_PEER_STATES.has(session.text('bgpPeerState'));
}

const UNKNOWN_PEER = createPeer({});

function readPeer(reader: FieldReader, agreedKeys: ReadonlySet<KeyDigest>): BgpPeer {
  const key = reader.part('bgpKey', () => reader.secret('authKey', (text) => readKey(text, agreedKeys)));
  return {
    asn: reader.part('asn', () => readAsn(reader)),
    amazonAddress: reader.part('addresses', () => reader.text('amazonAddress')),
    customerAddress: reader.part('addresses', () => reader.text('customerAddress')),
    hasKey: key?.hasKey ?? null,
    agreedKey: key?.agreedKey ?? null,
  };
}

/** What is kept of a BGP key. An empty text means no key, as everywhere in this API. */
function readKey(key: string, agreedKeys: ReadonlySet<KeyDigest>): Pick<BgpPeer, 'hasKey' | 'agreedKey'> {
  const hasKey = key !== '';
  if (agreedKeys.size === 0) return { hasKey, agreedKey: null };
  return { hasKey, agreedKey: hasKey ? compareKey(key, agreedKeys) : 'none' };
}

/** `asn` is 0 if the ASN is a long one, which is in `asnLong`. */
function readAsn(reader: FieldReader): number | null {
  const short = reader.integer('asn', 0, 4294967295) || null;
  const long = reader.integer('asnLong', 0, 4294967295) || null;
  if (short === null || long === null || short === long) return short ?? long;
  reader.addError('`asn` and `asnLong` contradict each other');
  return null;
}

function includesSession(peer: BgpPeer, own: BgpPeer): boolean {
  return (
    (own.asn === null || own.asn === peer.asn) &&
    (own.amazonAddress === null || own.amazonAddress === peer.amazonAddress) &&
    (own.customerAddress === null || own.customerAddress === peer.customerAddress) &&
    (own.hasKey === null || own.hasKey === peer.hasKey) &&
    (own.agreedKey === null || own.agreedKey === peer.agreedKey)
  );
}

/**
 * Parses one item of `virtualInterfaces`. The SDK checks no types, so nothing is trusted: a value of another form
 * becomes a read error and its field unknown, in this item only. `authKey` and `customerRouterConfig` are dropped here.
 * @param index the position in the listing, which names an item without an ID
 * @param agreedKeys the keys that are compared with `authKey`: those of the policies that decide on the interface
 */
export function parseVirtualInterface(
  raw: unknown,
  index: number,
  agreedKeys: ReadonlySet<KeyDigest>,
): VirtualInterface {
  const reader = new FieldReader(raw);
  const id = reader.part('id', () => readId(reader));
  return {
    id: id ?? `(item ${index + 1} of the listing)`,
    ...readValues(reader),
    peers: parseBgpPeers(reader, agreedKeys),
    readErrors: reader.errors,
    unreadable: sortFields(reader.isObject ? reader.unreadable : INTERFACE_FIELDS),
  };
}

function readValues(reader: FieldReader): InterfaceValues {
  // Every value is read in the form of its own field.
  return ofEachField((field) => {
    const read = (): AnyValue | null => readValue(reader, field);
    return isInformative(field) ? reader.informative(read) : reader.part(field, read);
  }) as InterfaceValues;
}

function readValue(reader: FieldReader, field: ValueFieldName): AnyValue | null {
  const { form, members }: ValueField = VALUE_FIELDS[field];
  const before = reader.errors.length;
  let found: AnyValue | null = null;
  for (const member of members) {
    const value = readMember(reader, form, member);
    if (value !== null && found !== null) reader.addError(`it names two ${field}s`);
    found ??= value;
  }
  // Fail closed: if one of several members cannot be read, the value may be any.
  return reader.errors.length === before ? found : null;
}

function readMember(reader: FieldReader, form: ValueForm, member: string): AnyValue | null {
  switch (form.kind) {
    case 'text':
      return reader.text(member);
    case 'integer':
      return reader.integer(member, form.from, form.to);
    case 'boolean':
      return reader.boolean(member);
    case 'tags':
      return readTags(reader, member);
    default:
      return form satisfies never;
  }
}

/** Sorts fields, so that equal interfaces are equal as JSON. */
function sortFields(unreadable: Iterable<InterfaceField>): InterfaceField[] {
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

/** Parses a whole listing. */
export function parseVirtualInterfaces(
  raw: readonly unknown[],
  agreedKeys: ReadonlySet<KeyDigest>,
): VirtualInterface[] {
  return mergeDuplicates(raw.map((item, i) => parseVirtualInterface(item, i, agreedKeys)));
}

/** Merges the items of a listing that have the same ID. Where their content differs, neither is trusted. */
export function mergeDuplicates(listed: readonly VirtualInterface[]): VirtualInterface[] {
  const byId = new Map<string, VirtualInterface>();
  for (const vif of listed) {
    const first = byId.get(vif.id);
    if (first === undefined) byId.set(vif.id, vif);
    else if (JSON.stringify(first) !== JSON.stringify(vif)) byId.set(vif.id, mergeDiffering(first, vif));
  }
  return [...byId.values()];
}

/** Informative values may change from one page to the next: those that differ are unknown, and contradict nothing. */
function mergeDiffering(a: VirtualInterface, b: VirtualInterface): VirtualInterface {
  const differing = INFORMATIVE_FIELD_NAMES.filter((field) => a[field] !== b[field]);
  const unknown = Object.fromEntries(differing.map((field) => [field, null]));
  const [one, other] = [
    { ...a, ...unknown },
    { ...b, ...unknown },
  ];
  return JSON.stringify(one) === JSON.stringify(other) ? one : mergeContradicting(one, other);
}

/** Fail closed: fields in which the two differ are unknown, so that the interface counts wherever either of them could. */
function mergeContradicting(a: VirtualInterface, b: VirtualInterface): VirtualInterface {
  const unreadable = new Set([...a.unreadable, ...b.unreadable]);
  const sameOrUnknown = <T>(one: T, other: T, fields: readonly InterfaceField[]): T | null => {
    if (JSON.stringify(one) === JSON.stringify(other)) return one;
    for (const field of fields) unreadable.add(field);
    return null;
  };
  // Every value is that of its own field, or `null`.
  const values = ofEachField((field) => sameOrUnknown(a[field], b[field], [field])) as InterfaceValues;
  return {
    id: a.id,
    ...values,
    peers: sameOrUnknown(a.peers, b.peers, SESSION_FIELDS) ?? [],
    readErrors: [...new Set([...a.readErrors, ...b.readErrors, 'it is listed twice with different content'])],
    unreadable: sortFields(unreadable),
  };
}

function readTags(reader: FieldReader, member: string): Readonly<Record<string, string>> | null {
  const items = reader.items(member);
  if (items === null) return null;
  const tags = new Map<string, string>();
  const before = reader.errors.length;
  for (const item of items) {
    const tag = new FieldReader(item, member);
    const key = tag.text('key');
    if (key === null || tags.has(key))
      reader.addError(key === null ? 'a tag has no key' : 'a tag is there twice');
    else tags.set(key, tag.text('value') ?? '');
    reader.include(tag);
  }
  // Fail closed: unless every tag is readable, no tag is known to be absent.
  return reader.errors.length === before ? Object.fromEntries(tags) : null;
}

/**
 * The table of the fields of a virtual interface that have one value each. Types, the reader of the API's answers, the stored form,
 * request files, policy tests and texts derive from it, so a new field is one entry here. BGP peers are lists of several
 * values, and are not in the table (`BgpPeer`).
 */

/** The type of a value, by the kind of its form. */
interface ValueTypes {
  readonly text: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** The form of a value. */
export type ValueForm =
  | { readonly kind: 'text' | 'boolean' | 'tags' }
  /** both bounds are included */
  | { readonly kind: 'integer'; readonly from: number; readonly to: number };

/** One field of an interface. The JSON name of the field is its key in the table. */
export interface ValueField {
  readonly form: ValueForm;
  /** the members of the API's answer that can have the value, of which at most one may be set */
  readonly members: readonly string[];
  /** what the value is, in a sentence: the description in the schemas of policy tests and request files */
  readonly description: string;
  /** whether the ledger keeps it among the details of a request, and documents show it beside ID, connection, VLAN and name */
  readonly isDetail: boolean;
  /**
   * whether every interface that is stored in the current format has it; `false`: a later release added it, and it is `null` where it is
   * absent
   */
  readonly isAlwaysStored: boolean;
  /**
   * whether the value only informs people, and nothing is decided by it: a value of another form is `null` and no read error, so that a
   * change of the API holds no request
   */
  readonly isInformative?: true;
}

const TEXT = { kind: 'text' } as const;

/** In the order of the keys of an interface. */
export const VALUE_FIELDS = {
  state: {
    form: TEXT,
    members: ['virtualInterfaceState'],
    description: 'The state.',
    isDetail: false,
    isAlwaysStored: true,
  },
  /** `private`, `public`, `transit`, or another value of the API */
  type: {
    form: TEXT,
    members: ['virtualInterfaceType'],
    description: 'The type.',
    isDetail: true,
    isAlwaysStored: true,
  },
  /** normally the recipient; it never proves who the requester is */
  ownerAccount: {
    form: TEXT,
    members: ['ownerAccount'],
    description: 'The owner account in the answer of the API.',
    isDetail: true,
    isAlwaysStored: true,
  },
  connection: {
    form: TEXT,
    members: ['connectionId'],
    description: 'The connection that carries it.',
    isDetail: false,
    isAlwaysStored: true,
  },
  name: {
    form: TEXT,
    members: ['virtualInterfaceName'],
    description: "The requester's own label.",
    isDetail: false,
    isAlwaysStored: true,
  },
  location: {
    form: TEXT,
    members: ['location'],
    description: "The provider's code of the facility.",
    isDetail: true,
    isAlwaysStored: true,
  },
  /** the region of the interface; OUTSCALE returns none */
  region: {
    form: TEXT,
    members: ['region'],
    description: 'The region.',
    isDetail: true,
    isAlwaysStored: true,
  },
  vlan: {
    form: { kind: 'integer', from: 1, to: 4094 },
    members: ['vlan'],
    description: 'The 802.1Q tag.',
    isDetail: false,
    isAlwaysStored: true,
  },
  mtu: {
    form: { kind: 'integer', from: 1, to: 65535 },
    members: ['mtu'],
    description: 'The maximum transmission unit in bytes.',
    isDetail: true,
    isAlwaysStored: true,
  },
  /** virtual private gateway or Direct Connect gateway that it is attached to */
  gateway: {
    form: TEXT,
    members: ['virtualGatewayId', 'directConnectGatewayId'],
    description: 'The gateway that it is attached to.',
    isDetail: false,
    isAlwaysStored: true,
  },
  tags: {
    form: { kind: 'tags' },
    members: ['tags'],
    description: 'The tags, each with its value.',
    isDetail: true,
    isAlwaysStored: true,
  },
  /** the bandwidth to which the requester limits the interface, such as `500Mbps`; OUTSCALE returns none */
  rateLimit: {
    form: TEXT,
    members: ['rateLimit'],
    description: 'The bandwidth to which it is limited.',
    isDetail: true,
    isAlwaysStored: false,
    isInformative: true,
  },
  prefixCountIpv4: {
    form: { kind: 'integer', from: 0, to: 1_000_000 },
    members: ['prefixPoolAllocatedCountIpv4'],
    description: 'The number of IPv4 prefixes that are allocated to it.',
    isDetail: true,
    isAlwaysStored: false,
    isInformative: true,
  },
  prefixCountIpv6: {
    form: { kind: 'integer', from: 0, to: 1_000_000 },
    members: ['prefixPoolAllocatedCountIpv6'],
    description: 'The number of IPv6 prefixes that are allocated to it.',
    isDetail: true,
    isAlwaysStored: false,
    isInformative: true,
  },
} as const satisfies Readonly<Record<string, ValueField>>;

type Table = typeof VALUE_FIELDS;
export type ValueFieldName = keyof Table;
/** The value of some field. */
export type AnyValue = ValueTypes[keyof ValueTypes];
export type FieldValue<F extends ValueFieldName> = ValueTypes[Table[F]['form']['kind']];

/** The values of an interface. `null`: the API did not return the field, or returned an unreadable value. */
export type InterfaceValues = { readonly [F in keyof Table]: FieldValue<F> | null };

/** The fields that are details of a request. */
export type DetailFieldName = {
  [F in ValueFieldName]: Table[F]['isDetail'] extends true ? F : never;
}[ValueFieldName];

// The keys of the table, in its order.
export const VALUE_FIELD_NAMES = Object.keys(VALUE_FIELDS) as readonly ValueFieldName[];

export const DETAIL_FIELD_NAMES: readonly DetailFieldName[] = VALUE_FIELD_NAMES.filter(
  (field): field is DetailFieldName => VALUE_FIELDS[field].isDetail,
);

export const INFORMATIVE_FIELD_NAMES: readonly ValueFieldName[] = VALUE_FIELD_NAMES.filter(isInformative);

export function isInformative(field: ValueFieldName): boolean {
  const { isInformative: is }: ValueField = VALUE_FIELDS[field];
  return is ?? false;
}

export function isValueField(name: string): name is ValueFieldName {
  return Object.hasOwn(VALUE_FIELDS, name);
}

/** Makes something of every field, in the order of the table. The type checker cannot relate a result to its field, so callers state that type. */
export function ofEachField<T>(make: (field: ValueFieldName) => T): Readonly<Record<ValueFieldName, T>> {
  return Object.fromEntries(VALUE_FIELD_NAMES.map((field) => [field, make(field)])) as Record<
    ValueFieldName,
    T
  >;
}

/** The values that are known of an interface. */
export type KnownValues = { readonly [F in keyof Table]?: FieldValue<F> | null | undefined };

/** The values of an interface. Those that are not known are `null`. */
export function completeValues(known: KnownValues): InterfaceValues {
  // Each value is that of its own field.
  return ofEachField((field) => known[field] ?? null) as InterfaceValues;
}

/** A copy of an object with some of its keys, in the order of `keys`. */
export function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  // Each of the keys is copied.
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}

import {
  completeValues,
  type InterfaceValues,
  isInformative,
  type KnownValues,
  VALUE_FIELD_NAMES,
  type ValueFieldName,
} from './interfaceFields.ts';
import type { GatewayAssociation } from './kinds.ts';

/** The terms of the domain as types. A missing value is always `null`, so that a forgotten key is a type error. */

export const PROVIDERS = ['outscale', 'aws'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The account that receives requests, in one region of one provider. */
export interface Recipient {
  readonly provider: Provider;
  readonly region: string;
  /** 12 digits */
  readonly account: string;
}

/** The SHA-256 of an agreed BGP key, as a policy names it: `sha256:` and 64 lower-case hexadecimal digits. */
export type KeyDigest = `sha256:${string}`;

export function isKeyDigest(text: string): text is KeyDigest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** One BGP peer of a virtual interface, without its key. */
export interface BgpPeer {
  readonly asn: number | null;
  /** host address with its prefix length, as the API returns it: `169.254.10.1/30` */
  readonly amazonAddress: string | null;
  readonly customerAddress: string | null;
  /** whether a BGP key is set; the key itself is dropped when the API's answer is read */
  readonly hasKey: boolean | null;
  /**
   * The result of comparing the key with the agreed keys whose digests the policy names: the digest of the key, if it is one of
   * them; `none` if it is another key, or if there is no key; `null` if it was not compared, because the policy names none, or the
   * API did not return the key, or it is unreadable. The digest of another key is never here.
   */
  readonly agreedKey: KeyDigest | 'none' | null;
}

/** Makes a BGP peer of what is known of it. */
export function createPeer(known: { readonly [K in keyof BgpPeer]?: BgpPeer[K] | undefined }): BgpPeer {
  const { asn = null, amazonAddress = null, customerAddress = null, hasKey = null, agreedKey = null } = known;
  return { asn, amazonAddress, customerAddress, hasKey, agreedKey };
}

/** The fields of BGP peers. They apply to all sessions of an interface: one unreadable session may hide any value. */
export const SESSION_FIELDS = ['asn', 'addresses', 'bgpKey'] as const;

/** The fields of a virtual interface that can be unreadable. Those that only inform people are not among them. */
export type InterfaceField = 'id' | ValueFieldName | (typeof SESSION_FIELDS)[number];
export const INTERFACE_FIELDS: readonly InterfaceField[] = [
  'id',
  ...VALUE_FIELD_NAMES.filter((field) => !isInformative(field)),
  ...SESSION_FIELDS,
];

/**
 * A virtual interface as one listing or description showed it, with the values of `VALUE_FIELDS`.
 * `null` means that the API did not return the field, or returned an unreadable value: `unreadable` distinguishes the two.
 */
export interface VirtualInterface extends InterfaceValues {
  /** the API's ID, or a label in parentheses if there is none: `isVirtualInterfaceId` distinguishes the two */
  readonly id: string;
  readonly peers: readonly BgpPeer[];
  /** why the API's answer cannot be read, a sentence each; empty if it is valid */
  readonly readErrors: readonly string[];
  /**
   * the fields that the API returned and that cannot be read, each once; any other `null` is a field that the API did not
   * return
   */
  readonly unreadable: readonly InterfaceField[];
}

/** What is known of an interface: its ID at least. */
type KnownInterface = KnownValues &
  Pick<VirtualInterface, 'id'> &
  Partial<Pick<VirtualInterface, 'peers' | 'readErrors' | 'unreadable'>>;

/** Makes an interface of what is known of it. Any other field is one that the API did not return. */
export function createInterface(known: KnownInterface): VirtualInterface {
  const { id, peers = [], readErrors = [], unreadable = [] } = known;
  return { id, ...completeValues(known), peers, readErrors, unreadable };
}

/** A gateway of the recipient that a virtual interface can be attached to. */
export interface Gateway {
  readonly id: string;
  readonly kind: 'virtual' | 'directConnect';
  readonly state: string | null;
  /** VPCs in attachment state `attached`; always empty for a Direct Connect gateway, which needs none */
  readonly attachedVpcs: readonly string[];
  /** the gateway's own ASN; `null` if the provider does not return it */
  readonly asn: number | null;
  /** the account that owns a Direct Connect gateway; `null` for a virtual private gateway, which is always the caller's */
  readonly ownerAccount: string | null;
}

/**
 * Whether a gateway belongs to another account. An account can share its Direct Connect gateway, but nothing may be
 * attached to it.
 */
export function isForeignGateway({ ownerAccount }: Gateway, { account }: Recipient): boolean {
  return ownerAccount !== null && ownerAccount !== account;
}

/** The onward routes of a gateway. Without one, an interface on the gateway is `available` and carries no traffic. */
export type Routing =
  | {
      readonly kind: 'virtual';
      /** the VPCs that the gateway is attached to */
      readonly vpcs: readonly string[];
      /** all route tables of these VPCs */
      readonly tables: readonly RouteTable[];
    }
  | { readonly kind: 'directConnect'; readonly associations: readonly GatewayAssociation[] };

/** A route table of a VPC. */
export interface RouteTable {
  readonly id: string;
  readonly vpc: string;
  /** the gateways whose routes are propagated to it, and the targets of its routes */
  readonly gateways: readonly string[];
}

const FINAL_STATES: ReadonlySet<string> = new Set(['deleted', 'rejected', 'expired']);

/** Fail closed: every state that is not certainly final is live, including unknown and missing ones. */
export function hasEnded(vif: VirtualInterface): boolean {
  return vif.state !== null && FINAL_STATES.has(vif.state);
}

/** The states, of both providers, in which an interface is no longer a request. */
const LATER_STATES: ReadonlySet<string> = new Set([
  ...['verifying', 'pending', 'available', 'down', 'testing', 'deleting', 'unknown'],
  ...FINAL_STATES,
]);

/**
 * Whether an interface is offered and not yet accepted, according to the API. Fail closed: a missing or unreadable state also
 * counts as a request, and so does an unknown state on an interface without a readable gateway. Such a request is held and
 * reported, and its deadline is watched.
 */
export function isConfirming({ state, gateway }: VirtualInterface): boolean {
  return state === null || state === 'confirming' || (gateway === null && !LATER_STATES.has(state));
}

/** Whether this release knows the state. With a missing or a newer state, the interface may be live or ended. */
export function hasKnownState({ state }: VirtualInterface): boolean {
  return state !== null && (state === 'confirming' || LATER_STATES.has(state));
}

/**
 * Whether an interface is neither a request nor ended, and has no readable gateway: it is being deleted or tested, or is in a
 * temporary state. Nothing is concluded from it.
 */
export function isUnsettled(vif: VirtualInterface): boolean {
  return vif.gateway === null && !hasAcceptedState(vif) && !isConfirming(vif) && !hasEnded(vif);
}

/** Whether the state shows that the interface was accepted. */
export function hasAcceptedState({ state }: VirtualInterface): boolean {
  return state === 'pending' || state === 'available' || state === 'down';
}

/** Whether all fields can be read. */
export function isReadable(vif: VirtualInterface): boolean {
  return vif.readErrors.length === 0;
}

/** Fail closed: an unreadable field may have any value. A field that the API does not return is not unreadable. */
export function isUnreadable({ unreadable }: VirtualInterface, field: InterfaceField): boolean {
  return unreadable.includes(field);
}

/**
 * Whether an interface is offered and certainly not accepted, according to the API: readable, `confirming`, and without a
 * gateway.
 */
export function isUnacceptedOffer(vif: VirtualInterface): boolean {
  return vif.state === 'confirming' && vif.gateway === null && !isUnreadable(vif, 'gateway');
}

/** Who did something to an interface, as the provider's log of calls says it. It has no key, and no decision depends on it. */
export interface Actor {
  /** the call: `DeleteVirtualInterface` */
  readonly operation: string;
  readonly at: string;
  /** an ARN or a user name; `null`: the log has none */
  readonly identity: string | null;
  readonly account: string | null;
  /** the address or the service that the call came from */
  readonly source: string | null;
  /** the program that made the call */
  readonly agent: string | null;
  /** the gateway that the call named; `null`: none */
  readonly gateway: string | null;
}

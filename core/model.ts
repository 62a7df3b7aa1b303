/** The words of the domain as types. Absent is always `null`, so that a forgotten key is a type error. */

export const PROVIDERS = ['outscale', 'aws'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The account that receives requests, in one region of one provider. */
export interface Recipient {
  readonly provider: Provider;
  readonly region: string;
  /** 12 digits */
  readonly account: string;
}

/** One BGP session of a virtual interface, without its key. */
export interface BgpPeer {
  readonly asn: number | null;
  /** host address with its prefix length, as the API writes it: `169.254.10.1/30` */
  readonly amazonAddress: string | null;
  readonly customerAddress: string | null;
  /** whether a BGP key is set; the key itself is dropped where the wire type becomes this type */
  readonly hasKey: boolean | null;
}

/**
 * What can be unreadable of a virtual interface. The fields of BGP sessions count for all sessions of the interface: one that
 * cannot be read may hide any value.
 */
export const INTERFACE_FIELDS = [
  'id',
  'state',
  'type',
  'ownerAccount',
  'connection',
  'name',
  'location',
  'region',
  'vlan',
  'mtu',
  'gateway',
  'tags',
  'asn',
  'addresses',
  'bgpKey',
] as const;
export type InterfaceField = (typeof INTERFACE_FIELDS)[number];

/**
 * A virtual interface as one listing or description showed it.
 * `null` means that the API did not give the field, or gave something that cannot be read: `unreadable` tells them apart.
 */
export interface VirtualInterface {
  /** the API's ID, or a label in parentheses when it gave none: `isVirtualInterfaceId` tells them apart */
  readonly id: string;
  readonly state: string | null;
  /** `private`, `public`, `transit`, or whatever else the API says */
  readonly type: string | null;
  /** normally the recipient, never proof of who asks */
  readonly ownerAccount: string | null;
  readonly connection: string | null;
  readonly name: string | null;
  readonly location: string | null;
  /** that the API names for the interface; OUTSCALE names none */
  readonly region: string | null;
  readonly vlan: number | null;
  readonly mtu: number | null;
  /** virtual private gateway or Direct Connect gateway that it is attached to */
  readonly gateway: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly peers: readonly BgpPeer[];
  /** what made it unreadable, a sentence each; empty when it is sound */
  readonly readErrors: readonly string[];
  /** the fields that the API gave and that cannot be read, each once; any other `null` is a field that the API did not give */
  readonly unreadable: readonly InterfaceField[];
}

/** A gateway of the recipient that a virtual interface can be attached to. */
export interface Gateway {
  readonly id: string;
  readonly kind: 'virtual' | 'directConnect';
  readonly state: string | null;
  /** VPCs in attachment state `attached`; always empty for a Direct Connect gateway, which needs none */
  readonly attachedVpcs: readonly string[];
  /** the gateway's own ASN; `null` when the provider does not tell */
  readonly asn: number | null;
  /** the account that owns a Direct Connect gateway; `null` for a virtual private gateway, which is always the caller's */
  readonly ownerAccount: string | null;
}

/** Whether a gateway is another account's, which can show us its Direct Connect gateway: it is none to attach anything to. */
export function isForeignGateway({ ownerAccount }: Gateway, { account }: Recipient): boolean {
  return ownerAccount !== null && ownerAccount !== account;
}

/** What leads on from a gateway: where nothing does, an interface on it is `available` and carries no traffic. */
export type Routing =
  | {
      readonly kind: 'virtual';
      /** that the gateway is attached to */
      readonly vpcs: readonly string[];
      /** all of those VPCs */
      readonly tables: readonly RouteTable[];
    }
  | {
      readonly kind: 'directConnect';
      /** the state of each association, whatever it is with */
      readonly associations: readonly (string | null)[];
    };

/** A route table of a VPC. */
export interface RouteTable {
  readonly id: string;
  readonly vpc: string;
  /** gateways whose routes are propagated to it, and those that a route of it leads to */
  readonly gateways: readonly string[];
}

const OVER: ReadonlySet<string> = new Set(['deleted', 'rejected', 'expired']);

/** Fail closed: every state that is not certainly over is live, unknown and missing ones too. */
export function hasEnded(vif: VirtualInterface): boolean {
  return vif.state !== null && OVER.has(vif.state);
}

/** States in which an interface is past being a request, of either provider. */
const PAST_CONFIRMING: ReadonlySet<string> = new Set([
  ...['verifying', 'pending', 'available', 'down', 'testing', 'deleting', 'unknown'],
  ...OVER,
]);

/**
 * Offered and not yet accepted, as far as the API tells. Fail closed: a missing or unreadable state, and one that nobody has
 * heard of on an interface without a gateway that can be read, count as a request too, so that it is held, told and its
 * deadline watched.
 */
export function isConfirming({ state, gateway }: VirtualInterface): boolean {
  return state === null || state === 'confirming' || (gateway === null && !PAST_CONFIRMING.has(state));
}

/** Whether this release knows what the state means. A missing one, and one that came later, may be live or over. */
export function hasKnownState({ state }: VirtualInterface): boolean {
  return state !== null && (state === 'confirming' || PAST_CONFIRMING.has(state));
}

/**
 * Neither a request nor over, and on no gateway that can be read: being deleted, being tested, or in a state that may pass.
 * Nothing is concluded from it.
 */
export function isUnsettled(vif: VirtualInterface): boolean {
  return vif.gateway === null && !hasAcceptedState(vif) && !isConfirming(vif) && !hasEnded(vif);
}

/** Accepted, by its state. */
export function hasAcceptedState({ state }: VirtualInterface): boolean {
  return state === 'pending' || state === 'available' || state === 'down';
}

/** Whether all of it can be read. */
export function isReadable(vif: VirtualInterface): boolean {
  return vif.readErrors.length === 0;
}

/** Fail closed: what cannot be read of a field may be any value. What the API does not give is another matter. */
export function isUnreadable({ unreadable }: VirtualInterface, field: InterfaceField): boolean {
  return unreadable.includes(field);
}

/** Offered and certainly not accepted, as far as the API tells: it can be read that it is confirming, and that it has no gateway. */
export function isUnacceptedOffer(vif: VirtualInterface): boolean {
  return vif.state === 'confirming' && vif.gateway === null && !isUnreadable(vif, 'gateway');
}

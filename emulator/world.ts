import type { Clock } from './clock.ts';
import type { Dialect } from './dialects.ts';
import { createIds, type Ids } from './ids.ts';

/** Where a resource lives: keys of another account or region do not see it. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** As the API writes them. */
export type Prefixes = readonly { readonly cidr: string }[];

/** What an interface can stand on. */
interface Line extends Place {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
  /** empty where there is none */
  readonly provider: string;
  readonly tags: readonly Tag[];
}

export interface Connection extends Line {
  /** the LAG it belongs to: its interfaces then stand on that LAG */
  lag: string | null;
}

/** A link aggregation group; `bandwidth` is that of each of its connections. */
export type Lag = Line;

/** One BGP session of an interface. */
export interface BgpPeer {
  readonly id: string;
  readonly asn: number;
  /** in clear, as the real APIs return it; empty where there is none */
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly addressFamily: string;
  /** a deleted one stays listed for a while */
  state: 'live' | 'deleting' | 'deleted';
  /** when it came into that state, milliseconds since the epoch */
  since: number;
}

export type InterfaceType = 'private' | 'public' | 'transit';

/** One or the other is not `null`. */
export interface AttachedGateway {
  readonly virtual: string | null;
  readonly directConnect: string | null;
  readonly asn: number;
}

export interface VirtualInterface {
  readonly id: string;
  readonly recipient: string;
  readonly type: InterfaceType;
  readonly vlan: number;
  readonly routeFilterPrefixes: Prefixes;
  readonly tags: readonly Tag[];
  /** may be another one later */
  connection: Connection | Lag;
  name: string;
  mtu: number;
  /** never empty; the first one's members also stand in the interface itself */
  peers: readonly BgpPeer[];
  /** any word, because a real API may learn new ones */
  state: string;
  /** when it came into that state, milliseconds since the epoch */
  since: number;
  /** a steered state stays, where time would change it */
  steered: boolean;
  gateway: AttachedGateway | null;
  /** what answers show in the place of the truth */
  disguise: Disguise;
}

/** How answers depart from what is so, for tests of what a client makes of it. */
export interface Disguise {
  /** listings lack it; who asks for it by its ID is shown it */
  readonly unlisted: boolean;
  /** members of an answer, by the API's names */
  readonly shows: Readonly<Record<string, unknown>>;
}

export const UNDISGUISED: Disguise = { unlisted: false, shows: {} };

export interface VirtualGateway extends Place {
  readonly id: string;
  readonly asn: number;
  readonly type: string;
  readonly tags: readonly Tag[];
  state: string;
  /** the last VPC it was attached to: a detached one stays listed */
  attachment: { readonly vpc: string; readonly state: 'attached' | 'detached' } | null;
}

/** The main one of a VPC: nobody here needs others. */
export interface RouteTable extends Place {
  readonly id: string;
  readonly vpc: string;
  /** virtual private gateways whose routes are propagated to it */
  readonly propagating: Set<string>;
  /** routes made by hand: virtual private gateways by destination */
  readonly routes: Map<string, string>;
}

/** Of a Direct Connect gateway with a virtual private gateway, which lives in this place. */
export interface GatewayAssociation extends Place {
  readonly id: string;
  readonly directConnectGateway: string;
  readonly virtualGateway: string;
  readonly allowedPrefixes: Prefixes;
}

/** Lives in every region. */
export interface DirectConnectGateway {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly asn: number;
  readonly tags: readonly Tag[];
  state: string;
}

/** A role that somebody assumed. */
export interface Session {
  readonly account: string;
  readonly role: string;
  readonly name: string;
}

export interface World {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly connections: Map<string, Connection>;
  readonly lags: Map<string, Lag>;
  readonly interfaces: Map<string, VirtualInterface>;
  readonly virtualGateways: Map<string, VirtualGateway>;
  readonly routeTables: Map<string, RouteTable>;
  readonly directConnectGateways: Map<string, DirectConnectGateway>;
  readonly gatewayAssociations: Map<string, GatewayAssociation>;
  /** by session token */
  readonly sessions: Map<string, Session>;
}

export function createWorld(dialect: Dialect, clock: Clock, seed: number): World {
  return {
    dialect,
    clock,
    ids: createIds(seed),
    connections: new Map(),
    lags: new Map(),
    interfaces: new Map(),
    virtualGateways: new Map(),
    routeTables: new Map(),
    directConnectGateways: new Map(),
    gatewayAssociations: new Map(),
    sessions: new Map(),
  };
}

export function isAt(place: Place, resource: Place): boolean {
  return resource.account === place.account && resource.region === place.region;
}

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

export interface Connection extends Place {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
  /** the LAG it belongs to */
  readonly lag: string | null;
  /** empty where there is none */
  readonly provider: string;
  readonly tags: readonly Tag[];
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
  readonly connection: Connection;
  readonly recipient: string;
  readonly type: InterfaceType;
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  readonly mtu: number;
  /** in clear, as the real APIs return it; empty where there is none */
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly addressFamily: string;
  readonly routeFilterPrefixes: Prefixes;
  readonly tags: readonly Tag[];
  readonly bgpPeerId: string;
  /** any word, because a real API may learn new ones */
  state: string;
  /** when it came into that state, milliseconds since the epoch */
  since: number;
  /** a steered state stays, where time would change it */
  steered: boolean;
  gateway: AttachedGateway | null;
}

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

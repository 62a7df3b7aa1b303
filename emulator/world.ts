import type { Clock } from './clock.ts';
import type { Dialect, Service } from './dialects.ts';
import type { Ids } from './ids.ts';

/** Returns the main route table of a VPC, and creates it at first use. */
export function mainRouteTable(world: World, { account, region }: AccountRegion, vpc: string): RouteTable {
  const known = [...world.routeTables.values()].find(
    (table) => table.vpc === vpc && table.account === account && table.region === region,
  );
  if (known !== undefined) return known;
  const id = world.ids.routeTable(world.dialect.gatewayDigits);
  const table = { id, account, region, vpc, tags: [], propagating: new Set<string>(), routes: new Map() };
  world.routeTables.set(id, table);
  return table;
}

/** Account and region of a resource: keys of another account or region do not see it. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** In the form of the API. */
export type Prefixes = readonly { readonly cidr: string }[];

/** A connection or a LAG: what carries interfaces. */
interface Line extends AccountRegion {
  readonly id: string;
  name: string;
  readonly location: string;
  readonly bandwidth: string;
  /** empty if there is none */
  readonly provider: string;
  tags: readonly Tag[];
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
  /** a forced state does not change with time */
  stateForced: boolean;
}

/** The state of a connection or LAG that existed before the emulator started. */
export const IN_SERVICE: Pick<Line, 'state' | 'since' | 'stateForced'> = {
  state: 'available',
  since: 0,
  stateForced: false,
};

export interface Connection extends Line {
  /** its account offers interfaces on it for many customers */
  readonly isCarrier: boolean;
  /** the LAG it belongs to: its interfaces are then on that LAG */
  lag: string | null;
  /** the partner's connection or LAG that it is a part of; `null`: it has a port of its own */
  hosting: Hosting | null;
}

/** What a hosted connection occupies on the connection or LAG of a partner. */
export interface Hosting {
  readonly parent: string;
  readonly partner: string;
  readonly vlan: number;
}

/** A link aggregation group; `bandwidth` is that of each of its connections. */
export interface Lag extends Line {
  minimumLinks: number;
}

/** One BGP peer of an interface. */
export interface BgpPeer {
  readonly id: string;
  readonly asn: number;
  /** in clear text, as the real APIs return it; empty if there is none */
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly addressFamily: string;
  /** `live` follows the interface; any other word is shown as it is. A deleted session stays listed for a while. */
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
}

export type InterfaceType = 'private' | 'public' | 'transit';

/** A route of an interface: received from the customer (`accepted`) or advertised to it (`advertised`). */
export interface InterfaceRoute {
  readonly cidr: string;
  readonly direction: 'accepted' | 'advertised';
  readonly asPath: readonly number[];
  readonly communities: readonly string[];
}

/** Exactly one of `virtual` and `directConnect` is not `null`. */
export interface AttachedGateway {
  readonly virtual: string | null;
  readonly directConnect: string | null;
  readonly asn: number;
}

export interface VirtualInterface {
  readonly id: string;
  readonly recipient: string;
  /** the carrier's customer that ordered it, which no API shows; `null`: the account of the connection offers for itself */
  requester: string | null;
  readonly type: InterfaceType;
  readonly vlan: number;
  readonly routeFilterPrefixes: Prefixes;
  tags: readonly Tag[];
  /** changes when the interface is moved */
  connection: Connection | Lag;
  name: string;
  mtu: number;
  /** the bandwidth that it may use; empty if it is not limited */
  rateLimit: string;
  /** prefixes that are allocated to it; `null`: answers have no count */
  prefixCounts: { readonly ipv4: number | null; readonly ipv6: number | null };
  /** never empty; the members of the first live session are also members of the interface */
  peers: readonly BgpPeer[];
  /** any word, because a real API may add states */
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
  /** a forced state does not change with time */
  stateForced: boolean;
  /** deleted while it was a request: it ends as `rejected` */
  isWithdrawn: boolean;
  gateway: AttachedGateway | null;
  /** what routers advertise over it, for answers about its routes */
  routes: readonly InterfaceRoute[];
  /** what answers show instead of the real state */
  disguise: Disguise;
}

/** How answers differ from the real state, to test how a client reacts. */
export interface Disguise {
  /** not in listings, but returned when requested by its ID */
  readonly unlisted: boolean;
  /** replaced members of an answer, by the API's names */
  readonly shows: Readonly<Record<string, unknown>>;
}

export const UNDISGUISED: Disguise = { unlisted: false, shows: {} };

/** A resource of EC2 that can have tags. */
export interface Tagged extends AccountRegion {
  readonly id: string;
  tags: readonly Tag[];
}

export interface VirtualGateway extends Tagged {
  readonly asn: number;
  readonly type: string;
  state: string;
  /** the last VPC it was attached to: a detached VPC stays listed */
  attachment: { readonly vpc: string; readonly state: 'attached' | 'detached' } | null;
}

/** The main route table of a VPC. The emulator has no others. */
export interface RouteTable extends Tagged {
  readonly vpc: string;
  /** virtual private gateways whose routes are propagated to it */
  readonly propagating: Set<string>;
  /** static routes: virtual private gateways by destination */
  readonly routes: Map<string, string>;
}

/** A gateway of VPCs that a Direct Connect gateway can be associated with. */
export type TransitGateway = Tagged;

/** A VPC. Nothing of the emulator depends on its attributes: they are only stored. */
export interface Vpc extends Tagged {
  readonly cidr: string;
  readonly tenancy: string;
  /** those that every VPC has from the start; the emulator has no others */
  readonly securityGroup: Tagged;
  readonly networkAcl: Tagged;
  attributes: Readonly<
    Record<'enableDnsSupport' | 'enableDnsHostnames' | 'enableNetworkAddressUsageMetrics', boolean>
  >;
}

/** Association of a Direct Connect gateway with a gateway of this account and region. */
export interface GatewayAssociation extends AccountRegion {
  readonly id: string;
  readonly directConnectGateway: string;
  readonly associatedGateway: string;
  readonly type: 'virtualPrivateGateway' | 'transitGateway';
  allowedPrefixes: Prefixes;
  /** any word, because a real API may add states */
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
  /** a state that a scenario gives, or that is forced, does not change with time */
  stateForced: boolean;
}

/** A proposal of this account and region to associate its gateway with a Direct Connect gateway of another account. */
export interface AssociationProposal extends AccountRegion {
  readonly id: string;
  readonly directConnectGateway: string;
  readonly associatedGateway: string;
  /** the allowed prefixes that the association will have */
  readonly requestedPrefixes: Prefixes;
  /** `requested`, `accepted` or `deleted` */
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
}

/** Exists in every region. */
export interface DirectConnectGateway {
  readonly id: string;
  readonly account: string;
  /** other accounts that can describe it */
  readonly sharedWith: readonly string[];
  name: string;
  readonly asn: number;
  tags: readonly Tag[];
  state: string;
}

/** An assumed role. */
export interface Session {
  readonly account: string;
  readonly role: string;
  readonly name: string;
}

/** A call that may have changed something, as the provider's log of calls has it. */
export interface AuditRecord {
  readonly id: string;
  /** in milliseconds since the epoch, by the emulated clock */
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly service: Service;
  readonly operation: string;
  /** without secrets */
  readonly input: unknown;
  /** the role and the name of an assumed session; `null`: the account's own keys */
  readonly session: { readonly role: string; readonly name: string } | null;
  readonly agent: string;
  readonly status: number;
  /** the error of the answer; `null`: it succeeded */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface World {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly connections: Map<string, Connection>;
  readonly lags: Map<string, Lag>;
  readonly interfaces: Map<string, VirtualInterface>;
  readonly virtualGateways: Map<string, VirtualGateway>;
  readonly transitGateways: Map<string, TransitGateway>;
  readonly vpcs: Map<string, Vpc>;
  readonly routeTables: Map<string, RouteTable>;
  readonly directConnectGateways: Map<string, DirectConnectGateway>;
  readonly gatewayAssociations: Map<string, GatewayAssociation>;
  readonly associationProposals: Map<string, AssociationProposal>;
  /** by session token */
  readonly sessions: Map<string, Session>;
  /** the provider's log of calls, the earliest first */
  readonly auditRecords: AuditRecord[];
}

export function createWorld(dialect: Dialect, clock: Clock, ids: Ids): World {
  return {
    dialect,
    clock,
    ids,
    connections: new Map(),
    lags: new Map(),
    interfaces: new Map(),
    virtualGateways: new Map(),
    transitGateways: new Map(),
    vpcs: new Map(),
    routeTables: new Map(),
    directConnectGateways: new Map(),
    gatewayAssociations: new Map(),
    associationProposals: new Map(),
    sessions: new Map(),
    auditRecords: [],
  };
}

export function isIn(place: AccountRegion, resource: AccountRegion): boolean {
  return resource.account === place.account && resource.region === place.region;
}

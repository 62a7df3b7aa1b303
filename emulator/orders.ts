import { type Allocation, findConnection, MEMBERS, placeAllocation } from './allocations.ts';
import { optional, type Reader, textMatching, writtenObject } from './decoders.ts';
import { isVlanTaken } from './operations/callerResources.ts';
import type { Connection, World } from './world.ts';

/** What a customer orders in the portal of a carrier. The carrier chooses the VLAN. */
export interface Order
  extends Pick<
    Allocation,
    | 'connection'
    | 'to'
    | 'type'
    | 'asn'
    | 'mtu'
    | 'rateLimit'
    | 'authKey'
    | 'amazonAddress'
    | 'customerAddress'
    | 'tags'
  > {
  /** the customer; no API shows it */
  readonly requester: string;
  /** `null`: the customer's own name */
  readonly name: string | null;
}

/** An order of which only these members are mandatory. */
export type OrderInput = Pick<Order, 'connection' | 'requester' | 'to'> & Partial<Order>;

/** An order as the portal shows it to its customer, who learns the interface's ID from it. */
export interface PlacedOrder {
  readonly id: string;
  readonly connection: string;
  readonly requester: string;
  readonly to: string;
  readonly name: string;
  readonly vlan: number;
}

const requester = textMatching('the name of a customer, of 1 to 100 characters', /^.{1,100}$/s);

export const readOrder: Reader<Order> = writtenObject<Order>({
  connection: MEMBERS.connection,
  requester,
  to: MEMBERS.to,
  type: MEMBERS.type,
  name: optional(MEMBERS.name, null),
  asn: optional(MEMBERS.asn, 65000),
  mtu: MEMBERS.mtu,
  rateLimit: MEMBERS.rateLimit,
  authKey: MEMBERS.authKey,
  amazonAddress: MEMBERS.amazonAddress,
  customerAddress: MEMBERS.customerAddress,
  tags: MEMBERS.tags,
});

/** Allocates what a customer ordered. Throws `AllocationRefused`. */
export function placeOrder(world: World, order: Order): PlacedOrder {
  const vif = placeAllocation(world, {
    ...order,
    name: order.name ?? order.requester,
    vlan: freeVlan(world, findConnection(world, order.connection)),
    prefixPoolAllocatedCountIpv4: null,
    prefixPoolAllocatedCountIpv6: null,
    bgpPeerState: null,
    peers: [],
    routes: [],
  });
  const { id, connection, name, vlan } = vif;
  return { id, connection: connection.id, requester: order.requester, to: order.to, name, vlan };
}

/** The interfaces of customers of carriers, also those that a scenario allocates. */
export function listOrders({ interfaces }: World): PlacedOrder[] {
  return [...interfaces.values()].flatMap(({ id, connection, requester: by, recipient: to, name, vlan }) =>
    by === null ? [] : [{ id, connection: connection.id, requester: by, to, name, vlan }],
  );
}

const FIRST_VLAN = 1001;
const LAST_VLAN = 4094;

/** The VLAN that the carrier chooses. If none is free, the platform refuses the last one. */
function freeVlan(world: World, connection: Connection): number {
  let vlan = FIRST_VLAN;
  while (vlan < LAST_VLAN && isVlanTaken(world, connection, vlan)) vlan += 1;
  return vlan;
}

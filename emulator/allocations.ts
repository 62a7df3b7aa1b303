import {
  accountId,
  integer,
  integerBetween,
  list,
  oneOf,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from './decoders.ts';
import { allocate } from './operations/allocate.ts';
import { createPeer } from './operations/bgpPeers.ts';
import { INTERFACE_ROUTES } from './operations/interfaceRoutes.ts';
import { PREFIX_COUNT } from './operations/interfaces.ts';
import { asn } from './scenarioGateways.ts';
import { ApiError } from './wire.ts';
import type { Connection, InterfaceRoute, Tag, VirtualInterface, World } from './world.ts';

/** An interface that a scenario allocates. */
export interface Allocation {
  /** ID or name of a connection, whose account is the requester */
  readonly connection: string;
  /** the customer that ordered it, on a connection of a carrier; `null`: the account of the connection */
  readonly requester: string | null;
  /** the recipient's account */
  readonly to: string;
  readonly type: 'private' | 'public' | 'transit';
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  readonly mtu: number;
  readonly rateLimit: string;
  readonly prefixPoolAllocatedCountIpv4: number | null;
  readonly prefixPoolAllocatedCountIpv6: number | null;
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  /** `null`: that of the interface */
  readonly bgpPeerState: string | null;
  /** BGP peers besides the first */
  readonly peers: readonly AllocationPeer[];
  readonly tags: readonly Tag[];
  /** what routers advertise over it */
  readonly routes: readonly InterfaceRoute[];
}

interface AllocationPeer
  extends Pick<Allocation, 'asn' | 'authKey' | 'amazonAddress' | 'customerAddress' | 'bgpPeerState'> {
  readonly addressFamily: 'ipv4' | 'ipv6';
}

const SESSION = {
  asn,
  // Empty for none, as the default is: a scenario that was read can be read again.
  authKey: optional(textMatching('a BGP key of 6 to 80 characters', /^(?:.{6,80})?$/s), ''),
  amazonAddress: optional(text, ''),
  customerAddress: optional(text, ''),
  bgpPeerState: optional(textMatching('a state such as `deleting`', /^[a-z]{1,40}$/), null),
};

/** Decoders of the members of an allocation. */
export const MEMBERS: { readonly [K in keyof Allocation]: Reader<Allocation[K]> } = {
  connection: text,
  requester: optional(textMatching('a name of 1 to 100 characters', /^.{1,100}$/s), null),
  to: accountId,
  type: optional(oneOf(['private', 'public', 'transit']), 'private'),
  name: textMatching('a name of 1 to 100 characters', /^.{1,100}$/s),
  vlan: integerBetween(1, 4094),
  mtu: optional(integer, 1500),
  rateLimit: optional(text, ''),
  prefixPoolAllocatedCountIpv4: optional(PREFIX_COUNT, null),
  prefixPoolAllocatedCountIpv6: optional(PREFIX_COUNT, null),
  ...SESSION,
  peers: optional(
    list(
      writtenObject<AllocationPeer>({ ...SESSION, addressFamily: optional(oneOf(['ipv4', 'ipv6']), 'ipv4') }),
    ),
    [],
  ),
  routes: optional(INTERFACE_ROUTES, []),
  tags: optional(list(writtenObject<Tag>({ key: text, value: text })), []),
};

export const readAllocation: Reader<Allocation> = writtenObject<Allocation>(MEMBERS);

/** A member of an allocation is valid, but does not fit the other resources. */
export class AllocationRefused extends Error {
  override readonly name = 'AllocationRefused';
  /** `null`: the platform refuses the whole, in its own words */
  readonly member: keyof Allocation | null;
  constructor(member: keyof Allocation | null, why: string) {
    super(why);
    this.member = member;
  }
}

/** The connection with this ID or name. Throws `AllocationRefused`. */
export function findConnection({ connections }: World, wanted: string): Connection {
  const found = [...connections.values()].find(({ id, name }) => id === wanted || name === wanted);
  if (found !== undefined) return found;
  const why = `no connection has the ID or name \`${wanted}\`; add it to \`connections\``;
  throw new AllocationRefused('connection', why);
}

/** Creates the interface of an allocation. Throws `AllocationRefused`. */
export function placeAllocation(world: World, allocation: Allocation): VirtualInterface {
  const { connection: wanted, requester, to, type, name, bgpPeerState, peers, routes, ...rest } = allocation;
  const { prefixPoolAllocatedCountIpv4: ipv4, prefixPoolAllocatedCountIpv6: ipv6, ...asked } = rest;
  const connection = findConnection(world, wanted);
  if (requester !== null && !connection.isCarrier) {
    const why = `\`${wanted}\` is no connection of a carrier; add \`"carrier": true\` to it in \`connections\``;
    throw new AllocationRefused('requester', why);
  }
  const { name: dialect, interfaceTypes } = world.dialect;
  if (!interfaceTypes.includes(type)) {
    const why = `dialect \`${dialect}\` has no ${type} interfaces; use ${interfaceTypes.join(', ')}`;
    throw new AllocationRefused('type', why);
  }
  try {
    const vif = allocate(world, connection, to, type, {
      ...asked,
      virtualInterfaceName: name,
      asnLong: null,
      addressFamily: 'ipv4',
      routeFilterPrefixes: [],
    });
    const more = peers.map((peer) => createPeer(world, { ...peer, asnLong: null }, vif.id));
    vif.peers = [...vif.peers, ...more];
    vif.prefixCounts = { ipv4, ipv6 };
    vif.requester = requester;
    vif.routes = routes;
    vif.peers.forEach((peer, i) => {
      peer.state = (i === 0 ? bgpPeerState : peers[i - 1]?.bgpPeerState) ?? peer.state;
    });
    return vif;
  } catch (error) {
    // The platform's own rules apply here too, with its messages.
    if (error instanceof ApiError) throw new AllocationRefused(null, error.message);
    throw error;
  }
}

import { createIds, type Ids } from '../../emulator/ids.ts';
import { type Connection, IN_SERVICE, UNDISGUISED, type World } from '../../emulator/world.ts';
import {
  type ConnectionOf,
  connectionsOf,
  gatewayIdOf,
  ownerName,
  type Population,
  RECIPIENT_ACCOUNT,
} from './population.ts';

/** Creates a population directly in the emulator's state: by its API, thousands of acceptances would take longer than the measurement. */
export function fillWorld(world: World, population: Population): void {
  // Not those of the world, which continue after a reset: every filling has the same IDs.
  const ids = createIds(1);
  population.regions.forEach((region, r) => {
    for (let g = 0; g < population.gateways; g += 1) addGateway(world, region, gatewayIdOf(population, r, g));
    const connections = connectionsOf(population, r).map((of) => ({
      of,
      connection: addConnection(world, region, of),
    }));
    const { available, confirming } = population;
    for (let i = 0; i < available + confirming; i += 1) {
      const on = connections[i % connections.length];
      if (on === undefined) throw new Error('interfaces need a connection');
      // The last interfaces of each connection are the pending ones.
      addInterface(world, ids, on.connection, on.of, i, Math.floor(i / connections.length), i < available);
    }
  });
}

function addGateway(world: World, region: string, id: string): void {
  const [account, vpc] = [RECIPIENT_ACCOUNT, id.replace('vgw', 'vpc')];
  const attachment = { vpc, state: 'attached' } as const;
  world.virtualGateways.set(id, {
    id,
    account,
    region,
    asn: 64_512,
    type: 'ipsec.1',
    tags: [],
    state: 'available',
    attachment,
  });
  const table = id.replace('vgw', 'rtb');
  world.routeTables.set(table, {
    id: table,
    account,
    region,
    vpc,
    tags: [],
    propagating: new Set([id]),
    routes: new Map(),
  });
}

function addConnection(world: World, region: string, { id, owner, account }: ConnectionOf): Connection {
  const name = `${ownerName(owner)}-line`;
  const connection = {
    id,
    isCarrier: false,
    account,
    region,
    name,
    location: 'PAR1',
    bandwidth: '10Gbps',
    lag: null,
    hosting: null,
    provider: '',
    tags: [],
    ...IN_SERVICE,
  };
  world.connections.set(id, connection);
  return connection;
}

/** @param i index in the region, which determines its /30. @param n index on the connection, which determines its VLAN */
function addInterface(
  world: World,
  ids: Ids,
  connection: Connection,
  { owner, gateway, asn }: ConnectionOf,
  i: number,
  n: number,
  isAccepted: boolean,
): void {
  const id = ids.virtualInterface();
  const since = world.clock.now().getTime();
  const address = (host: number): string => `169.254.${(i * 4) >> 8}.${((i * 4) & 255) + host}/30`;
  world.interfaces.set(id, {
    id,
    connection,
    recipient: RECIPIENT_ACCOUNT,
    type: 'private',
    name: `${ownerName(owner)}-prod-${n}`,
    vlan: 100 + n,
    mtu: 1500,
    requester: null,
    rateLimit: '',
    prefixCounts: { ipv4: null, ipv6: null },
    routeFilterPrefixes: [],
    tags: [],
    peers: [
      {
        id: ids.bgpPeer(),
        asn,
        authKey: `key-of-${ownerName(owner)}`,
        amazonAddress: address(1),
        customerAddress: address(2),
        addressFamily: 'ipv4',
        state: 'live',
        since,
      },
    ],
    state: isAccepted ? 'available' : 'confirming',
    since,
    stateForced: false,
    isWithdrawn: false,
    disguise: UNDISGUISED,
    gateway: isAccepted ? { virtual: gateway, directConnect: null, asn: 64_512 } : null,
    routes: [],
  });
}

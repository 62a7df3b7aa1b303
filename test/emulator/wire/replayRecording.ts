import {
  createInProcessEmulator,
  type DialectName,
  type InProcessEmulator,
  readScenario,
} from '../../../emulator/emulator.ts';
import { findOrCreateVpc } from '../../../emulator/vpcs.ts';
import type { World } from '../../../emulator/world.ts';
import { IDS } from './callVariant.ts';
import type { Recording } from './recordingFiles.ts';

const { account, connection, gateway, vpc, hub } = IDS;

/** Members and routes of an interface that the SDK does not know. */
const ALLOCATED = {
  rateLimit: '500Mbps',
  prefixPoolAllocatedCountIpv4: 100,
  prefixPoolAllocatedCountIpv6: 10,
  routes: [
    { cidr: '10.0.0.0/16', asPath: [65010], communities: ['7224:7100'] },
    { cidr: '10.1.0.0/16', direction: 'advertised' },
  ],
};

/** Creates an emulator with all resources that the recordings name. */
export function createRecordedWorld(dialect: DialectName): InProcessEmulator {
  const scenario = readScenario({
    region: 'eu-west-2',
    options: { dialect },
    gateways: [
      { account, id: gateway, vpc },
      { account, id: IDS.spare },
    ],
    directConnectGateways:
      dialect === 'aws'
        ? [
            { account, id: hub, name: 'hub' },
            { account, id: IDS.spareHub, name: 'spare', associated: false },
          ]
        : [],
    connections: [connection, IDS.other, IDS.member].map((id) => ({
      account,
      id,
      name: id,
      location: 'PAR1',
    })),
    allocations: [
      {
        ...{ connection, to: account, name: 'acme-prod', vlan: 3, asn: 65010, authKey: 'open-sesame' },
        ...(dialect === 'aws' ? ALLOCATED : {}),
      },
      ...(dialect === 'aws'
        ? [
            { connection, to: account, type: 'transit', name: 'acme-transit', vlan: 4, asn: 65010 },
            { connection, to: account, type: 'public', name: 'acme-public', vlan: 5, asn: 65010 },
            { connection, to: account, name: 'acme-live', vlan: 6, asn: 65010 },
          ]
        : []),
    ],
  });
  const simulation = createInProcessEmulator({}, scenario);
  const world = simulation.world();
  // A scenario cannot set these IDs.
  rename(world.interfaces, IDS.request);
  if (dialect === 'aws') rename(world.interfaces, IDS.transitRequest);
  if (dialect === 'aws') rename(world.interfaces, IDS.publicRequest);
  rename(world.routeTables, IDS.table);
  if (dialect === 'aws') rename(world.gatewayAssociations, IDS.association);
  if (dialect === 'aws') addLag(world);
  if (dialect === 'aws') addHostedConnections(world);
  if (dialect === 'aws') addLiveInterface(world);
  const empty = findOrCreateVpc(world, { account, region: 'eu-west-2' }, IDS.emptyVpc);
  empty.tags = [{ key: 'Name', value: 'empty' }];
  world.sessions.set(IDS.session, { account, role: 'acceptor', name: 'pass' });
  return simulation;
}

/** A LAG with a member, and a second session of the request. */
function addLag(world: World): void {
  const member = world.connections.get(IDS.member);
  const request = world.interfaces.get(IDS.request);
  const [first] = request?.peers ?? [];
  if (member === undefined || request === undefined || first === undefined)
    throw new Error('the scenario lacks a resource');
  world.lags.set(IDS.lag, { ...member, id: IDS.lag, name: 'acme', minimumLinks: 0 });
  member.lag = IDS.lag;
  // The recorded calls add a third session with the ASN of the scenario.
  const other = { ...first, id: IDS.peer, asn: 65020, customerAddress: '169.254.20.2/30' };
  request.peers = [{ ...first, asn: 65030 }, other];
}

/** An interface that is attached to a Direct Connect gateway, and a tag of its connection. */
function addLiveInterface(world: World): void {
  const [live] = [...world.interfaces.values()].filter(({ vlan }) => vlan === 6);
  const line = world.connections.get(connection);
  if (live === undefined || line === undefined) throw new Error('the scenario lacks a resource');
  live.state = 'available';
  live.gateway = { virtual: null, directConnect: hub, asn: 64512 };
  line.tags = [{ key: 'team', value: 'net' }];
}

/** Hosted connections, and a proposal of an association. */
function addHostedConnections(world: World): void {
  const other = world.connections.get(IDS.other);
  if (other === undefined) throw new Error('the scenario lacks a resource');
  const hosting = { parent: connection, partner: account };
  for (const [id, state, vlan] of [
    [IDS.ordered, 'ordering', 50],
    [IDS.hosted, 'available', 51],
  ] as const) {
    world.connections.set(id, { ...other, id, state, hosting: { ...hosting, vlan } });
  }
  world.associationProposals.set(IDS.proposal, {
    id: IDS.proposal,
    ...{ account, region: 'eu-west-2', directConnectGateway: hub, associatedGateway: gateway },
    requestedPrefixes: [{ cidr: '10.0.0.0/8' }],
    state: 'requested',
    since: 0,
  });
}

function rename<T extends { readonly id: string }>(map: Map<string, T>, id: string): void {
  const [[old, item] = []] = [...map];
  if (old === undefined || item === undefined) throw new Error(`no resource can get the ID ${id}`);
  map.delete(old);
  map.set(id, { ...item, id });
}

/** Replays a recording to an emulator, byte for byte. */
export function replayRecording(simulation: InProcessEmulator, { method, path, headers, body }: Recording) {
  const reply = simulation.handle({ method, target: path, headers, body: Buffer.from(body) });
  if (reply.kind !== 'response') throw new Error(`no answer: ${reply.kind}`);
  return reply;
}

import { exactObject, integer, text } from '../decoders.ts';
import { setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, operation } from '../wire.ts';
import type { Connection, Lag } from '../world.ts';
import {
  connectionNotFound,
  hostedOn,
  isHosted,
  isVlanTaken,
  ownConnectionOrLag,
  refuseEnding,
} from './callerResources.ts';
import { refuseEmpty, serializeConnection } from './connections.ts';
import { PAGING, paginate } from './listParameters.ts';
import { TAGS } from './tags.ts';

/** The bandwidths that the API model lists for a hosted connection. */
const BANDWIDTHS = [
  ...['50Mbps', '100Mbps', '200Mbps', '300Mbps', '400Mbps', '500Mbps'],
  ...['1Gbps', '2Gbps', '5Gbps', '10Gbps', '25Gbps'],
];

/** Any account may be a partner: the emulator has no interconnects, and takes a connection or LAG for one. */
const allocateHostedConnection = operation(
  exactObject({
    connectionId: text,
    ownerAccount: text,
    bandwidth: text,
    connectionName: text,
    vlan: integer,
    tags: TAGS,
  }),
  (context, { connectionId, ownerAccount: account, bandwidth, connectionName: name, vlan, tags }) => {
    const { world, account: partner } = context;
    const parent = ownConnectionOrLag(context, connectionId);
    if (isHosted(parent))
      throw clientException(`${connectionId} is a hosted connection: it cannot host another.`);
    if (!/^\d{12}$/.test(account)) throw clientException(`Account ID ${account} is invalid.`);
    if (!BANDWIDTHS.includes(bandwidth)) {
      throw clientException(`Bandwidth ${bandwidth} is not one of ${BANDWIDTHS.join(', ')}.`);
    }
    refuseEmpty({ connectionName: name });
    if (vlan < 1 || vlan > 4094) throw clientException(`VLAN ${vlan} is not between 1 and 4094.`);
    refuseTakenVlan(context, parent, vlan);
    const { region, location, provider } = parent;
    const connection: Connection = {
      ...{ account, region, name, location, bandwidth, provider, tags },
      id: world.ids.connection(),
      isCarrier: false,
      lag: null,
      hosting: { parent: parent.id, partner, vlan },
      state: 'ordering',
      since: world.clock.now().getTime(),
      stateForced: false,
    };
    world.connections.set(connection.id, connection);
    return serializeConnection(connection, world);
  },
);

const confirmConnection = operation(exactObject({ connectionId: text }), (context, { connectionId: id }) => {
  const { world, account, region } = context;
  const connection = world.connections.get(id);
  if (connection?.account !== account || connection.region !== region) throw connectionNotFound(id);
  if (connection.hosting === null) throw clientException(`${id} is not a hosted connection.`);
  if (connection.state !== 'ordering') throw clientException(`${id} is in state ${connection.state}.`);
  connection.stateForced = false;
  setState(connection, 'pending', world.clock.now().getTime());
  return { connectionState: connection.state };
});

const describeHostedConnections = operation(
  exactObject({ connectionId: text, ...PAGING }),
  (context, { connectionId, ...asked }) => {
    const { world } = context;
    const parent = ownConnectionOrLag(context, connectionId);
    const { items, next } = paginate(hostedOn(world, parent), asked, world.dialect);
    return { connections: items.map((connection) => serializeConnection(connection, world)), ...next };
  },
);

const associateHostedConnection = operation(
  exactObject({ connectionId: text, parentConnectionId: text }),
  (context, { connectionId, parentConnectionId }) => {
    const { world } = context;
    const connection = world.connections.get(connectionId);
    const hosting = connection?.hosting;
    if (
      connection === undefined ||
      hosting?.partner !== context.account ||
      connection.region !== context.region
    ) {
      throw connectionNotFound(connectionId);
    }
    refuseEnding(connection);
    const parent = ownConnectionOrLag(context, parentConnectionId);
    if (isHosted(parent)) {
      throw clientException(`${parentConnectionId} is a hosted connection: it cannot host another.`);
    }
    if (parent.id !== hosting.parent) refuseTakenVlan(context, parent, hosting.vlan);
    connection.hosting = { ...hosting, parent: parent.id };
    return serializeConnection(connection, world);
  },
);

function refuseTakenVlan({ world }: Context, parent: Connection | Lag, vlan: number): void {
  if (isVlanTaken(world, parent, vlan)) {
    throw clientException(`VLAN ${vlan} is already in use on ${parent.id}.`);
  }
}

export const HOSTED_CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  AllocateHostedConnection: allocateHostedConnection,
  AssociateHostedConnection: associateHostedConnection,
  ConfirmConnection: confirmConnection,
  DescribeHostedConnections: describeHostedConnections,
};

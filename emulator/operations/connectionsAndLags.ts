import { exactObject, integerBetween, optional, text } from '../decoders.ts';
import { pickFields } from '../dialects.ts';
import { clientException, type Operation, type Output, operation } from '../wire.ts';
import { type Connection, isIn, type Lag, type World } from '../world.ts';
import {
  connectionNotFound,
  interfacesOn,
  lagNotFound,
  moveInterfaces,
  ownConnection,
  ownLag,
} from './callerResources.ts';
import { PAGING, paginate } from './listParameters.ts';
import { serializeTags, TAGS } from './tags.ts';

const createConnection = operation(
  exactObject({
    location: text,
    bandwidth: text,
    connectionName: text,
    lagId: optional(text, null),
    providerName: optional(text, ''),
    tags: TAGS,
  }),
  (context, { lagId: lag, providerName: provider, connectionName: name, ...asked }) => {
    const { world, account, region } = context;
    if (lag !== null) ownLag(context, lag);
    const connection: Connection = {
      ...asked,
      id: world.ids.connection(),
      account,
      region,
      name,
      lag,
      provider,
    };
    world.connections.set(connection.id, connection);
    return serializeConnection(connection, world);
  },
);

const describeConnections = operation(
  exactObject({ connectionId: optional(text, null), ...PAGING }),
  (context, { connectionId, ...asked }) => {
    const { world } = context;
    const own = [...world.connections.values()].filter(
      (connection) => isIn(context, connection) && (connectionId === null || connection.id === connectionId),
    );
    // A recipient does not see the connection of a request, even by its ID.
    if (connectionId !== null && own.length === 0) throw connectionNotFound(connectionId);
    const { items, next } = paginate(own, asked, world.dialect);
    return { connections: items.map((connection) => serializeConnection(connection, world)), ...next };
  },
);

/** The limited interfaces on a connection or LAG. The emulator has no maximum for them, and shows none. */
function serializeRateLimiters(line: Connection | Lag, world: World): Output {
  const inUse = interfacesOn(world, line).filter(({ rateLimit }) => rateLimit !== '').length;
  return inUse === 0 ? {} : { rateLimiterStatus: { inUse } };
}

function serializeConnection(connection: Connection, world: World): Output {
  const { id, account, region, name, location, bandwidth, lag, provider, tags } = connection;
  const all = {
    ownerAccount: account,
    connectionId: id,
    connectionName: name,
    // A real connection first waits for its cabling, which the emulator skips.
    connectionState: 'available',
    region,
    location,
    bandwidth,
    jumboFrameCapable: true,
    hasLogicalRedundancy: 'unknown',
    ...(lag === null ? {} : { lagId: lag }),
    ...(provider === '' ? {} : { providerName: provider }),
    ...serializeRateLimiters(connection, world),
    ...serializeTags(tags),
  };
  return pickFields(all, world.dialect.connectionFields);
}

export const CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  DescribeConnections: describeConnections,
};

/** Maximum connections of a LAG, by bandwidth. */
const MAX_CONNECTIONS: Readonly<Record<string, number>> = {
  '1Gbps': 4,
  '10Gbps': 4,
  '100Gbps': 2,
  '400Gbps': 2,
};

const createLag = operation(
  exactObject({
    numberOfConnections: integerBetween(0, 100),
    location: text,
    connectionsBandwidth: text,
    lagName: text,
    connectionId: optional(text, null),
    tags: TAGS,
    childConnectionTags: TAGS,
    providerName: optional(text, ''),
  }),
  (context, { numberOfConnections: number, lagName: name, connectionsBandwidth: bandwidth, ...asked }) => {
    const { world, account, region } = context;
    const { location, tags, providerName: provider } = asked;
    const most = MAX_CONNECTIONS[bandwidth];
    if (most === undefined)
      throw clientException(`${bandwidth} is not one of ${Object.keys(MAX_CONNECTIONS).join(', ')}.`);
    if (number > most) throw clientException(`A LAG bundles at most ${most} connections of ${bandwidth}.`);
    const first = asked.connectionId === null ? null : ownConnection(context, asked.connectionId);
    const id = world.ids.lag();
    const lag: Lag = { id, account, region, name, location, bandwidth, provider, tags };
    if (first !== null) join(world, first, lag);
    world.lags.set(id, lag);
    for (let i = first === null ? 0 : 1; i < number; i += 1) {
      const child = { ...lag, id: world.ids.connection(), tags: asked.childConnectionTags, lag: id };
      world.connections.set(child.id, child);
    }
    return presentLag(lag, world);
  },
);

const describeLags = operation(
  exactObject({ lagId: optional(text, null), ...PAGING }),
  (context, { lagId, ...asked }) => {
    const { world } = context;
    const own = [...world.lags.values()].filter(
      (lag) => isIn(context, lag) && (lagId === null || lag.id === lagId),
    );
    if (lagId !== null && own.length === 0) throw lagNotFound(lagId);
    const { items, next } = paginate(own, asked, world.dialect);
    return { lags: items.map((lag) => presentLag(lag, world)), ...next };
  },
);

const associateConnectionWithLag = operation(
  exactObject({ connectionId: text, lagId: text }),
  (context, { connectionId, lagId }) => {
    const connection = ownConnection(context, connectionId);
    join(context.world, connection, ownLag(context, lagId));
    return serializeConnection(connection, context.world);
  },
);

const disassociateConnectionFromLag = operation(
  exactObject({ connectionId: text, lagId: text }),
  (context, { connectionId, lagId }) => {
    const connection = ownConnection(context, connectionId);
    const { id } = ownLag(context, lagId);
    if (connection.lag !== id) throw clientException(`${connectionId} is not a member of ${id}.`);
    // Its interfaces stay on the LAG.
    connection.lag = null;
    return serializeConnection(connection, context.world);
  },
);

/** Adds a connection to a LAG and moves its interfaces there. Interfaces that it left on another LAG stay there. */
function join(world: World, connection: Connection, lag: Lag): void {
  const { id, location, bandwidth } = connection;
  if (location !== lag.location || bandwidth !== lag.bandwidth) {
    throw clientException(`${id} does not have the location and bandwidth of ${lag.id}.`);
  }
  moveInterfaces(world, interfacesOn(world, connection), lag);
  connection.lag = lag.id;
}

function presentLag(lag: Lag, world: World): Output {
  const members = [...world.connections.values()].filter((connection) => connection.lag === lag.id);
  return {
    lagId: lag.id,
    lagName: lag.name,
    ownerAccount: lag.account,
    lagState: 'available',
    region: lag.region,
    location: lag.location,
    connectionsBandwidth: lag.bandwidth,
    numberOfConnections: members.length,
    minimumLinks: 0,
    connections: members.map((connection) => serializeConnection(connection, world)),
    allowsHostedConnections: false,
    jumboFrameCapable: true,
    hasLogicalRedundancy: 'unknown',
    ...(lag.provider === '' ? {} : { providerName: lag.provider }),
    ...serializeRateLimiters(lag, world),
    ...serializeTags(lag.tags),
  };
}

export const LAG_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateLag: createLag,
  DescribeLags: describeLags,
  AssociateConnectionWithLag: associateConnectionWithLag,
  DisassociateConnectionFromLag: disassociateConnectionFromLag,
};

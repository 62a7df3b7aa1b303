import { exactObject, flag, optional, text } from '../decoders.ts';
import { pickFields } from '../dialects.ts';
import { isLineOver, setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import { type Connection, isIn, type Lag, type World } from '../world.ts';
import { connectionNotFound, hostedOn, interfacesOn, ownConnection, ownLag } from './callerResources.ts';
import { joinLag, refuseMissed } from './lagMembers.ts';
import { PAGING, paginate } from './listParameters.ts';
import { serializeTags, TAGS } from './tags.ts';

const createConnection = operation(
  exactObject({
    location: text,
    bandwidth: text,
    connectionName: text,
    lagId: optional(text, null),
    providerName: optional(text, ''),
    requestMACSec: optional(flag, false),
    tags: TAGS,
  }),
  (context, { lagId, providerName: provider, connectionName: name, requestMACSec, ...asked }) => {
    const { world, account, region } = context;
    refuseMacSec(requestMACSec);
    refuseEmpty({ location: asked.location, connectionName: name });
    if (!/^[1-9]\d*(\.\d+)?[MGT]bps$/.test(asked.bandwidth))
      throw clientException(`The bandwidth ${asked.bandwidth} is not one such as 1Gbps.`);
    const lag = lagId === null ? null : ownLag(context, lagId);
    const connection: Connection = {
      ...asked,
      ...newLineState(world),
      id: world.ids.connection(),
      isCarrier: false,
      account,
      region,
      name,
      lag: null,
      hosting: null,
      provider,
    };
    if (lag !== null) joinLag(world, connection, lag);
    world.connections.set(connection.id, connection);
    return serializeConnection(connection, world);
  },
);

/** Throws `ApiError` for a member of an input that is empty. */
export function refuseEmpty(members: Readonly<Record<string, string>>): void {
  const [empty] = Object.entries(members).filter(([, value]) => value === '');
  if (empty !== undefined) throw clientException(`The ${empty[0]} is empty: give one.`);
}

/** The state of a connection or LAG that is being created: without a time it is available at once. */
export function newLineState({ clock, dialect }: World) {
  const state = dialect.connectionTime === 0 ? 'available' : 'requested';
  return { state, since: clock.now().getTime(), stateForced: false };
}

/** Some clients always send `false`. Throws `ApiError` for `true`, whose effects the emulator does not have. */
export function refuseMacSec(requestMACSec: boolean): void {
  if (requestMACSec)
    throw clientException('The emulator has no MACsec: requestMACSec must be false, got true.');
}

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

const deleteConnection = operation(exactObject({ connectionId: text }), (context, { connectionId: id }) => {
  const { world } = context;
  const connection = world.connections.get(id);
  if (connection === undefined || !mayDelete(context, connection)) throw connectionNotFound(id);
  if (!isLineOver(connection) && connection.state !== 'deleting') {
    refuseUsed(connection, world);
    refuseMissed(connection, world);
    // The owner of a hosted connection declines it so.
    const isDeclined = connection.state === 'ordering' && connection.account === context.account;
    connection.lag = null;
    endLine(connection, isDeclined, world);
  }
  return serializeConnection(connection, world);
});

/** Its account, and the partner of a hosted connection. */
function mayDelete({ account, region }: Context, { hosting, ...connection }: Connection): boolean {
  return connection.region === region && [connection.account, hosting?.partner].includes(account);
}

/** Throws `ApiError` for a connection or LAG that still carries something. */
export function refuseUsed(line: Connection | Lag, world: World): void {
  const [vif] = interfacesOn(world, line);
  if (vif !== undefined)
    throw clientException(`${line.id} has the virtual interface ${vif.id}: delete it first.`);
  const [hosted] = hostedOn(world, line);
  if (hosted !== undefined) {
    throw clientException(`${line.id} has the hosted connection ${hosted.id}: delete it first.`);
  }
}

export function endLine(line: Connection | Lag, isDeclined: boolean, { clock, dialect }: World): void {
  const over = isDeclined ? 'rejected' : 'deleted';
  const isAtOnce = isDeclined || dialect.connectionDeletionTime === 0;
  setState(line, isAtOnce ? over : 'deleting', clock.now().getTime());
  line.stateForced = false;
}

const updateConnection = operation(
  exactObject({
    connectionId: text,
    connectionName: optional(text, null),
    encryptionMode: optional(text, null),
  }),
  (context, { connectionId, connectionName, encryptionMode }) => {
    const connection = ownConnection(context, connectionId);
    refuseEncryption(encryptionMode, connection);
    refuseEmpty({ connectionName: connectionName ?? connection.name });
    connection.name = connectionName ?? connection.name;
    return serializeConnection(connection, context.world);
  },
);

/** Throws `ApiError`: no connection or LAG of the emulator can encrypt. */
export function refuseEncryption(mode: string | null, { id }: Connection | Lag): void {
  if (mode !== null && mode !== 'no_encrypt') {
    throw clientException(`${id} has no MACsec: encryptionMode must be no_encrypt, got ${mode}.`);
  }
}

/** The limited interfaces on a connection or LAG. The emulator has no maximum for them, and shows none. */
export function serializeRateLimiters(line: Connection | Lag, world: World): Output {
  const inUse = interfacesOn(world, line).filter(({ rateLimit }) => rateLimit !== '').length;
  return inUse === 0 ? {} : { rateLimiterStatus: { inUse } };
}

export function serializeConnection(connection: Connection, world: World): Output {
  const { id, account, region, name, location, bandwidth, lag, provider, tags, state, hosting } = connection;
  const all = {
    ownerAccount: account,
    connectionId: id,
    connectionName: name,
    connectionState: state,
    region,
    location,
    bandwidth,
    jumboFrameCapable: true,
    hasLogicalRedundancy: 'unknown',
    macSecCapable: false,
    ...(lag === null ? {} : { lagId: lag }),
    ...(hosting === null ? {} : { vlan: hosting.vlan, partnerName: hosting.partner }),
    ...(provider === '' ? {} : { providerName: provider }),
    ...serializeRateLimiters(connection, world),
    ...serializeTags(tags),
  };
  return pickFields(all, world.dialect.connectionFields);
}

export const CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  DescribeConnections: describeConnections,
  DeleteConnection: deleteConnection,
  UpdateConnection: updateConnection,
};

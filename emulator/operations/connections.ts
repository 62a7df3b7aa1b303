import { exactObject, optional, text } from '../decoders.ts';
import { pickFields } from '../dialects.ts';
import { type Connection, isIn, type World } from '../world.ts';
import { connectionNotFound, ownLag } from './callerResources.ts';
import { type Operation, type Output, operation } from './operation.ts';
import { PAGING, paginate } from './paging.ts';
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

export function serializeConnection(connection: Connection, { dialect }: World): Output {
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
    ...serializeTags(tags),
  };
  return pickFields(all, dialect.connectionFields);
}

export const CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  DescribeConnections: describeConnections,
};

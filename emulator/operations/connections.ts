import { exactly, optional, text } from '../decoders.ts';
import { pick } from '../dialects.ts';
import { type Connection, isAt, type World } from '../world.ts';
import { lagOf, noConnection } from './callerResources.ts';
import { type Operation, type Output, operation } from './operation.ts';
import { PAGING, pageOf } from './paging.ts';
import { presentTags, TAGS } from './tags.ts';

const createConnection = operation(
  exactly({
    location: text,
    bandwidth: text,
    connectionName: text,
    lagId: optional(text, null),
    providerName: optional(text, ''),
    tags: TAGS,
  }),
  (context, { lagId: lag, providerName: provider, connectionName: name, ...asked }) => {
    const { world, account, region } = context;
    if (lag !== null) lagOf(context, lag);
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
    return presentConnection(connection, world);
  },
);

const describeConnections = operation(
  exactly({ connectionId: optional(text, null), ...PAGING }),
  (context, { connectionId, ...asked }) => {
    const { world } = context;
    const own = [...world.connections.values()].filter(
      (connection) => isAt(context, connection) && (connectionId === null || connection.id === connectionId),
    );
    // A recipient does not see the connection that a request stands on, even by its ID.
    if (connectionId !== null && own.length === 0) throw noConnection(connectionId);
    const { items, next } = pageOf(own, asked, world.dialect);
    return { connections: items.map((connection) => presentConnection(connection, world)), ...next };
  },
);

export function presentConnection(connection: Connection, { dialect }: World): Output {
  const { id, account, region, name, location, bandwidth, lag, provider, tags } = connection;
  const all = {
    ownerAccount: account,
    connectionId: id,
    connectionName: name,
    // In life a connection waits for a cable first; nobody learns from waiting for that here.
    connectionState: 'available',
    region,
    location,
    bandwidth,
    jumboFrameCapable: true,
    hasLogicalRedundancy: 'unknown',
    ...(lag === null ? {} : { lagId: lag }),
    ...(provider === '' ? {} : { providerName: provider }),
    ...presentTags(tags),
  };
  return pick(all, dialect.connectionFields);
}

export const CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  DescribeConnections: describeConnections,
};

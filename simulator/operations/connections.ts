import { pick } from '../dialects.ts';
import { clientException } from '../errors.ts';
import { members, optional, text } from '../read.ts';
import { type Connection, isAt, type World } from '../world.ts';
import { type Operation, type Output, operation } from './operation.ts';
import { PAGING, pageOf } from './paging.ts';
import { presentTags, TAGS } from './tags.ts';

const createConnection = operation(
  members({ location: text, bandwidth: text, connectionName: text, tags: TAGS }),
  ({ world, account, region }, { location, bandwidth, connectionName: name, tags }) => {
    const id = world.ids.connection();
    const connection: Connection = { id, account, region, name, location, bandwidth, tags };
    world.connections.set(id, connection);
    return present(connection, world);
  },
);

const describeConnections = operation(
  members({ connectionId: optional(text, null), ...PAGING }),
  (context, { connectionId, ...asked }) => {
    const { world } = context;
    const own = [...world.connections.values()].filter(
      (connection) => isAt(context, connection) && (connectionId === null || connection.id === connectionId),
    );
    // A recipient does not see the connection that a request stands on, even by its ID.
    if (connectionId !== null && own.length === 0) throw noConnection(connectionId);
    const { items, next } = pageOf(own, asked, world.dialect);
    return { connections: items.map((connection) => present(connection, world)), ...next };
  },
);

export function noConnection(id: string) {
  return clientException(`Could not find Connection with ID ${id}`);
}

function present(connection: Connection, { dialect }: World): Output {
  const { id, account, region, name, location, bandwidth, tags } = connection;
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
    ...presentTags(tags),
  };
  return pick(all, dialect.connectionFields);
}

export const CONNECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateConnection: createConnection,
  DescribeConnections: describeConnections,
};

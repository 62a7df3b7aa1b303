import { pick } from '../dialects.ts';
import { clientException } from '../errors.ts';
import { exactly, optional, text } from '../read.ts';
import { type Connection, isAt, type World } from '../world.ts';
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
  ({ world, account, region }, { lagId: lag, providerName: provider, connectionName: name, ...asked }) => {
    if (lag !== null && !mayJoin(lag, world)) throw clientException(`Could not find LAG with ID ${lag}`);
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
    return present(connection, world);
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
    return { connections: items.map((connection) => present(connection, world)), ...next };
  },
);

/** LAGs are not emulated, so on AWS any is there. */
function mayJoin(lag: string, { dialect }: World): boolean {
  return dialect.hasLags && /^dxlag-[0-9a-z]{8}$/.test(lag);
}

export function noConnection(id: string) {
  return clientException(`Could not find Connection with ID ${id}`);
}

function present(connection: Connection, { dialect }: World): Output {
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

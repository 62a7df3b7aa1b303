import {
  ConfirmPrivateVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  DescribeVirtualInterfacesCommand,
  type DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import { gatewayKind } from '../../core/ids.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { ApiFailure } from '../../errors.ts';
import type { DirectConnect } from '../../ports.ts';
import { toApiFailure } from '../failure.ts';
import { withTimeLimit } from '../timeLimit.ts';
import { type ReadClient, read } from './calls.ts';
import type { Dialect } from './dialects.ts';
import { allPages } from './pages.ts';
import { readVirtualInterface, readVirtualInterfaces } from './wire.ts';

const LISTING = 'DescribeVirtualInterfaces';

/**
 * The Direct Connect API of either provider.
 * @param writes a client that tries once: a confirm is never repeated blindly
 */
export function createDirectConnect(
  dialect: Dialect,
  reads: ReadClient,
  writes: DirectConnectClient,
): DirectConnect {
  return {
    list: () => list(dialect, reads),
    describe: (id) => describe(reads, id),
    ownConnections: () => ownConnections(dialect, reads),
    confirm: (id, gateway) => confirm(dialect, writes, reads.requestTimeoutMs, id, gateway),
  };
}

async function list(dialect: Dialect, client: ReadClient): Promise<readonly VirtualInterface[]> {
  const raw = await allPages(LISTING, async (nextToken) => {
    const command = new DescribeVirtualInterfacesCommand(pageInput(dialect, nextToken));
    const page = await read(client, LISTING, (sdk, options) => sdk.send(command, options));
    return { items: page.virtualInterfaces, nextToken: page.nextToken };
  });
  return readVirtualInterfaces(raw);
}

async function describe(client: ReadClient, id: string): Promise<VirtualInterface | null> {
  const command = new DescribeVirtualInterfacesCommand({ virtualInterfaceId: id });
  let items: unknown;
  try {
    items = (await read(client, LISTING, (sdk, options) => sdk.send(command, options))).virtualInterfaces;
  } catch (error) {
    if (
      error instanceof ApiFailure &&
      error.kind === 'client' &&
      /does not exist|not found/i.test(error.message)
    )
      return null;
    throw error;
  }
  if (!Array.isArray(items)) throw new ApiFailure(LISTING, 'malformed', `no list in the answer for ${id}`);
  if (items.length === 0) return null;
  const vif = readVirtualInterface(items[0], 0);
  // Fail closed: an answer about something else says nothing about this one.
  if (items.length > 1 || vif.id !== id)
    throw new ApiFailure(LISTING, 'malformed', `the answer is not about ${id} alone`);
  return vif;
}

async function ownConnections(dialect: Dialect, client: ReadClient): Promise<ReadonlySet<string>> {
  const operation = 'DescribeConnections';
  const raw = await allPages(operation, async (nextToken) => {
    const command = new DescribeConnectionsCommand(pageInput(dialect, nextToken));
    const page = await read(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.connections, nextToken: page.nextToken };
  });
  return new Set(raw.flatMap(connectionIds));
}

async function confirm(
  dialect: Dialect,
  client: DirectConnectClient,
  requestTimeoutMs: number,
  id: string,
  gateway: string,
): Promise<string | null> {
  const operation = 'ConfirmPrivateVirtualInterface';
  const kind = gatewayKind(gateway);
  // Fail closed: the SDK would send a request without a gateway as it is.
  if (kind === null || !dialect.gatewayKinds.has(kind)) {
    throw new ApiFailure(operation, 'client', `\`${gateway}\` is no gateway of this provider`);
  }
  const target = kind === 'virtual' ? { virtualGatewayId: gateway } : { directConnectGatewayId: gateway };
  const command = new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId: id, ...target });
  try {
    const answer = await withTimeLimit(requestTimeoutMs, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    const state: unknown = answer.virtualInterfaceState;
    return typeof state === 'string' ? state : null;
  } catch (error) {
    throw toApiFailure(operation, error);
  }
}

function pageInput(
  { pageSize }: Dialect,
  nextToken: string | null,
): { maxResults?: number; nextToken?: string } {
  return {
    ...(pageSize === null ? {} : { maxResults: pageSize }),
    ...(nextToken === null ? {} : { nextToken }),
  };
}

/** A connection's own ID and that of the LAG it belongs to. */
function connectionIds(raw: unknown): string[] {
  const { connectionId, lagId }: { connectionId?: unknown; lagId?: unknown } =
    typeof raw === 'object' && raw !== null ? raw : {};
  return [connectionId, lagId].filter((id) => typeof id === 'string' && id !== '').map(String);
}

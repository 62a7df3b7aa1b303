import {
  ConfirmPrivateVirtualInterfaceCommand,
  ConfirmTransitVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  type DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import { type InterfaceKind, KINDS, type KindTraits } from '../../core/kinds.ts';
import type { KeyDigest, VirtualInterface } from '../../core/model.ts';
import type { ProviderTraits } from '../../core/providers.ts';
import { gatewayKind } from '../../core/resourceIds.ts';
import { ApiFailure, ListingIncomplete } from '../../run/portErrors.ts';
import type { DirectConnect } from '../../run/ports.ts';
import { FieldReader } from '../awsProtocol/fieldReader.ts';
import { keepRaw, type Page, readAllPages } from '../awsProtocol/pagesAndBatches.ts';
import { type ApiClient, callRead, callWithLimit } from '../awsProtocol/sdkClient.ts';
import { advertisedPrefixes } from './advertisedPrefixes.ts';
import { DESCRIBE_INTERFACES, describeInterfaces } from './describeInterfaces.ts';
import { mergeDuplicates, parseVirtualInterface } from './parseVirtualInterface.ts';

/**
 * Creates the port to the Direct Connect API of either provider.
 * @param writes a client without retries: a confirm is never repeated blindly
 * @param agreedKeys the keys that BGP keys are compared with: those that the policy names
 */
export function createDirectConnect(
  traits: ProviderTraits,
  reads: ApiClient,
  writes: DirectConnectClient,
  agreedKeys: ReadonlySet<KeyDigest>,
): DirectConnect {
  const parse = (raw: unknown, index: number) => parseVirtualInterface(raw, index, agreedKeys);
  return {
    list: () => list(traits, reads, parse),
    describe: (id) => describe(reads, id, parse),
    ownConnections: () => ownConnections(traits, reads),
    confirm: (kind, id, gateway) => confirm(traits, { ...reads, sdk: writes }, kind, id, gateway),
    advertisedPrefixes: (id) => advertisedPrefixes(reads, id),
    throttleCount: reads.throttles.count,
  };
}

/** Parses one item of an answer. */
type Parse = (raw: unknown, index: number) => VirtualInterface;

async function list(
  traits: ProviderTraits,
  client: ApiClient,
  parse: Parse,
): Promise<readonly VirtualInterface[]> {
  const ask = (nextToken: string | null): Promise<Page> =>
    describeInterfaces(client, pageInput(traits, nextToken));
  return mergeDuplicates(await readAllPages(ask, (why) => new ListingIncomplete(why), parse));
}

async function describe(client: ApiClient, id: string, parse: Parse): Promise<VirtualInterface | null> {
  let items: unknown;
  try {
    ({ items } = await describeInterfaces(client, { virtualInterfaceId: id }));
  } catch (error) {
    if (meansUnknown(error, id)) return null;
    throw error;
  }
  if (!Array.isArray(items))
    throw new ApiFailure(DESCRIBE_INTERFACES, 'malformed', `no list in the answer for ${id}`);
  if (items.length === 0) return null;
  const vif = parse(items[0], 0);
  // Fail closed: an answer about another interface says nothing about this one.
  if (items.length > 1 || vif.id !== id)
    throw new ApiFailure(DESCRIBE_INTERFACES, 'malformed', `the answer is not about ${id} alone`);
  return vif;
}

/**
 * Fail closed: a bare `Not Found`, such as that of a wrong endpoint, or a refusal about another interface does not mean that the
 * interface does not exist.
 */
function meansUnknown(error: unknown, id: string): boolean {
  if (!(error instanceof ApiFailure) || error.missing === null) return false;
  const { ids, isCertain } = error.missing;
  return ids.length > 0 ? ids.includes(id) : isCertain;
}

async function ownConnections(traits: ProviderTraits, client: ApiClient): Promise<ReadonlySet<string>> {
  const operation = 'DescribeConnections';
  const ask = async (nextToken: string | null): Promise<Page> => {
    const command = new DescribeConnectionsCommand(pageInput(traits, nextToken));
    const page = await callRead(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.connections, nextToken: page.nextToken };
  };
  const raw = await readAllPages(ask, (why) => new ApiFailure(operation, 'malformed', why), keepRaw);
  return new Set(raw.flatMap((item) => connectionIds(operation, item)));
}

async function confirm(
  traits: ProviderTraits,
  client: ApiClient,
  kind: InterfaceKind,
  id: string,
  gateway: string,
): Promise<string | null> {
  const { confirmOperation: operation, gatewayKinds } = KINDS[kind];
  const found = gatewayKind(gateway);
  // Fail closed: the SDK would send a confirm without a gateway.
  if (found === null || !traits.gatewayKinds.has(found) || !gatewayKinds.has(found))
    throw new ApiFailure(
      operation,
      'client',
      `\`${gateway}\` is not a gateway of this provider for ${kind} interfaces`,
    );
  const target = found === 'virtual' ? { virtualGatewayId: gateway } : { directConnectGatewayId: gateway };
  const answer = await callWithLimit(
    operation,
    client.requestTimeoutMs,
    client,
    'leftToCaller',
    (abortSignal) => SENDERS[operation](client.sdk, { virtualInterfaceId: id, ...target }, { abortSignal }),
  );
  const state: unknown = answer.virtualInterfaceState;
  return typeof state === 'string' ? state : null;
}

interface ConfirmInput {
  readonly virtualInterfaceId: string;
  readonly virtualGatewayId?: string;
  readonly directConnectGatewayId?: string;
}

type Send = (
  sdk: DirectConnectClient,
  input: ConfirmInput,
  options: { readonly abortSignal: AbortSignal },
) => Promise<{ readonly virtualInterfaceState?: unknown }>;

/** Sends each operation that confirms. */
const SENDERS: Readonly<Record<KindTraits['confirmOperation'], Send>> = {
  ConfirmPrivateVirtualInterface: (sdk, input, options) =>
    sdk.send(new ConfirmPrivateVirtualInterfaceCommand(input), options),
  ConfirmTransitVirtualInterface: (sdk, { virtualInterfaceId, directConnectGatewayId }, options) =>
    sdk.send(
      new ConfirmTransitVirtualInterfaceCommand({ virtualInterfaceId, directConnectGatewayId }),
      options,
    ),
};

function pageInput(
  { pageSize }: ProviderTraits,
  nextToken: string | null,
): { maxResults?: number; nextToken?: string } {
  return {
    ...(pageSize === null ? {} : { maxResults: pageSize }),
    ...(nextToken === null ? {} : { nextToken }),
  };
}

/** Reads the ID of a connection and that of its LAG. */
function connectionIds(operation: string, raw: unknown): string[] {
  const reader = new FieldReader(raw);
  const [connection, lag] = [reader.text('connectionId'), reader.text('lagId')];
  // Fail closed: if one of our own connections is unknown, what we offer to others could be taken for a request to us.
  if (connection === null || reader.errors.length > 0)
    throw new ApiFailure(operation, 'malformed', 'a connection in the answer has no readable ID');
  return lag === null ? [connection] : [connection, lag];
}

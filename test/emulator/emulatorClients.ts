import {
  AllocatePrivateVirtualInterfaceCommand,
  type AllocatePrivateVirtualInterfaceCommandOutput,
  ConfirmPrivateVirtualInterfaceCommand,
  CreateConnectionCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
  type NewPrivateVirtualInterfaceAllocation,
  type VirtualInterface,
} from '@aws-sdk/client-direct-connect';
import { AttachVpnGatewayCommand, CreateVpnGatewayCommand, EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator.ts';

export const RECIPIENT = '012345678901';
export const OWNER = '210987654321';
export const UNRELATED_ACCOUNT = '999999999999';
const NOW = new Date('2026-11-01T00:00:00Z');

/** Starts an emulator that is closed after the test. Its clock is at `NOW`. */
export async function startTestEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const simulator = await startEmulator({ now: NOW, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

interface Keys {
  readonly region?: string;
  readonly secret?: string;
  readonly sessionToken?: string;
  /** milliseconds until the client gives up waiting for an answer */
  readonly patience?: number;
}

function configuration({ url }: Emulator, accessKeyId: string, keys: Keys) {
  const { region = 'eu-west-2', secret = 'secret', sessionToken = '', patience = 300 } = keys;
  return {
    endpoint: url,
    region,
    maxAttempts: 1,
    credentials: {
      accessKeyId,
      secretAccessKey: secret,
      ...(sessionToken === '' ? {} : { sessionToken }),
    },
    requestHandler: { connectionTimeout: 1000, requestTimeout: patience, throwOnRequestTimeout: true },
  };
}

export function directConnect(simulator: Emulator, account: string, keys: Keys = {}): DirectConnectClient {
  const client = new DirectConnectClient(configuration(simulator, account, keys));
  onTestFinished(() => client.destroy());
  return client;
}

export function ec2(simulator: Emulator, account: string, keys: Keys = {}): EC2Client {
  const client = new EC2Client(configuration(simulator, account, keys));
  onTestFinished(() => client.destroy());
  return client;
}

export function sts(simulator: Emulator, account: string, keys: Keys = {}): STSClient {
  const client = new STSClient(configuration(simulator, account, keys));
  onTestFinished(() => client.destroy());
  return client;
}

/** Creates a connection of the account. */
export async function connect(simulator: Emulator, account: string = OWNER): Promise<string> {
  const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: `of-${account}` };
  const { connectionId } = await directConnect(simulator, account).send(new CreateConnectionCommand(asked));
  return defined(connectionId);
}

/** Allocates an interface for the recipient, as the owner. */
export function allocate(
  simulator: Emulator,
  connectionId: string,
  wanted: Partial<NewPrivateVirtualInterfaceAllocation> = {},
): Promise<AllocatePrivateVirtualInterfaceCommandOutput> {
  const allocation = { virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010, ...wanted };
  return directConnect(simulator, OWNER).send(
    new AllocatePrivateVirtualInterfaceCommand({
      connectionId,
      ownerAccount: RECIPIENT,
      newPrivateVirtualInterfaceAllocation: allocation,
    }),
  );
}

/** Creates a connection with one request. @returns the ID of the interface */
export async function offerInterface(
  simulator: Emulator,
  wanted: Partial<NewPrivateVirtualInterfaceAllocation> = {},
): Promise<string> {
  const { virtualInterfaceId } = await allocate(simulator, await connect(simulator), wanted);
  return defined(virtualInterfaceId);
}

/** Creates a virtual private gateway of the account, attached to a VPC. */
export async function gateway(
  simulator: Emulator,
  account: string = RECIPIENT,
  asn = 64600,
): Promise<string> {
  const client = ec2(simulator, account);
  const { VpnGateway } = await client.send(
    new CreateVpnGatewayCommand({ Type: 'ipsec.1', AmazonSideAsn: asn }),
  );
  const id = defined(VpnGateway?.VpnGatewayId);
  await client.send(new AttachVpnGatewayCommand({ VpnGatewayId: id, VpcId: 'vpc-1a2b3c4d' }));
  return id;
}

/** Confirms as the recipient. */
export function confirm(simulator: Emulator, virtualInterfaceId: string, virtualGatewayId: string) {
  return directConnect(simulator, RECIPIENT).send(
    new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId, virtualGatewayId }),
  );
}

/** The account's listing, in one answer. */
export async function listInterfaces(
  simulator: Emulator,
  account: string = RECIPIENT,
): Promise<VirtualInterface[]> {
  const { virtualInterfaces } = await directConnect(simulator, account).send(
    new DescribeVirtualInterfacesCommand({}),
  );
  return defined(virtualInterfaces);
}

/** The states in the account's listing. */
export async function states(
  simulator: Emulator,
  account: string = RECIPIENT,
): Promise<(string | undefined)[]> {
  return (await listInterfaces(simulator, account)).map(({ virtualInterfaceState }) => virtualInterfaceState);
}

/** A member that the answer must contain. */
export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer of the emulator lacks a member');
  return value;
}

/** Calls the admin API of the emulator. */
export async function adminRequest(simulator: Emulator, method: string, path: string, body?: unknown) {
  const response = await fetch(`${simulator.url}/_simulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

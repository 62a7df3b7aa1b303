import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { DialectName } from '../../emulator/dialects.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT, UNRELATED_ACCOUNT } from '../emulator/emulatorClients.ts';
import { type Answer, type Boto3, type Boto3Account, type Keys, startBoto3 } from './boto3.ts';
import type { Client } from './installClient.ts';

/** The model lacks the one state that OUTSCALE adds. */
const isOwnState = (difference: string): boolean =>
  /virtualInterfaceState: expected one of .*, got "expired"$/.test(difference);

type Story = Awaited<ReturnType<typeof openStory>>;

/**
 * Gives each test of a `describe` an emulator in its first state. It is one emulator for all, because boto3 takes half a second for
 * the first call to each.
 */
export function prepareStory({ folder }: Client, dialect: DialectName): () => Story {
  let boto3: Boto3 | null = null;
  let story: Story | null = null;
  beforeAll(async () => {
    if (folder === null) return;
    boto3 = startBoto3(folder, isOwnState);
    story = await openStory(boto3, dialect);
  });
  beforeEach(() => story?.emulator.reset());
  afterAll(async () => {
    await boto3?.close();
    await story?.emulator.close();
  });
  return () => {
    if (story === null) throw new Error('boto3 is not installed');
    return story;
  };
}

/** An emulator with its three parties, and what they make most often. */
async function openStory(boto3: Boto3, dialect: DialectName) {
  const emulator = await startEmulator({ dialect, now: '2026-11-01T00:00:00Z' });
  const as = (account: string, keys: Keys = {}): Boto3Account => boto3.as(emulator.url, account, keys);
  const [owner, recipient, unrelated] = [as(OWNER), as(RECIPIENT), as(UNRELATED_ACCOUNT)];
  return {
    emulator,
    as,
    owner,
    recipient,
    unrelated,
    /** a connection of the owner */
    connect: async (more: Answer = {}): Promise<string> => {
      const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'acme', ...more };
      return idOf(await owner.call('directconnect', 'CreateConnection', asked), 'connectionId');
    },
    /** a request of the owner to the recipient */
    allocate: async (connectionId: string, changed: Answer = {}): Promise<string> => {
      const answer = await owner.call(...allocation(connectionId, changed));
      return idOf(answer, 'virtualInterfaceId');
    },
    /** a virtual private gateway of the recipient */
    gateway: async (): Promise<string> => {
      const { VpnGateway } = await recipient.call('ec2', 'CreateVpnGateway', { Type: 'ipsec.1' });
      const VpnGatewayId = idOf(VpnGateway, 'VpnGatewayId');
      await recipient.call('ec2', 'AttachVpnGateway', { VpnGatewayId, VpcId: 'vpc-1a2b3c4d' });
      return VpnGatewayId;
    },
    confirm: (id: string, virtualGatewayId: string) =>
      recipient.call('directconnect', 'ConfirmPrivateVirtualInterface', {
        virtualInterfaceId: id,
        virtualGatewayId,
      }),
  };
}

export const KEY = 'open-sesame';
export const ADDRESSES = { amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30' };

export function allocation(connectionId: string, changed: Answer = {}, ownerAccount = RECIPIENT) {
  const usual = { virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010, authKey: KEY, ...ADDRESSES };
  const newPrivateVirtualInterfaceAllocation = { ...usual, ...changed };
  const parameters = { connectionId, ownerAccount, newPrivateVirtualInterfaceAllocation };
  return ['directconnect', 'AllocatePrivateVirtualInterface', parameters] as const;
}

/** A member of an answer that is text. */
export function idOf(answer: unknown, member: string): string {
  const value =
    typeof answer === 'object' && answer !== null ? new Map(Object.entries(answer)).get(member) : null;
  if (typeof value !== 'string') throw new Error(`the answer has no ${member}: ${JSON.stringify(answer)}`);
  return value;
}

export async function interfacesOf(account: Boto3Account, asked: Answer = {}): Promise<readonly unknown[]> {
  const { virtualInterfaces } = await account.call('directconnect', 'DescribeVirtualInterfaces', asked);
  return Array.isArray(virtualInterfaces) ? virtualInterfaces : [];
}

export async function statesOf(account: Boto3Account): Promise<string[]> {
  return (await interfacesOf(account)).map((vif) => idOf(vif, 'virtualInterfaceState'));
}

export const CLIENT_ERROR = { code: 'DirectConnectClientException', status: 400 };

/** An error of Direct Connect that names the value that is wrong. */
export const refusedFor = (value: string) => ({ ...CLIENT_ERROR, message: expect.stringContaining(value) });

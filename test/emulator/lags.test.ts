import {
  AssociateConnectionWithLagCommand,
  AssociateVirtualInterfaceCommand,
  CreateConnectionCommand,
  CreateLagCommand,
  DescribeConnectionsCommand,
  DescribeLagsCommand,
  type DirectConnectClient,
  DisassociateConnectionFromLagCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import {
  allocate,
  connect,
  defined,
  directConnect,
  listInterfaces,
  OWNER,
  RECIPIENT,
  STRANGER,
  startTestEmulator,
} from './emulatorClients.ts';

const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'acme', numberOfConnections: 0 };

async function createLag(client: DirectConnectClient, more: object = {}): Promise<string> {
  const { lagId } = await client.send(new CreateLagCommand({ ...bundle, ...more }));
  return defined(lagId);
}

/** Where each interface stands that the recipient sees. */
async function places(simulator: Emulator): Promise<(string | undefined)[]> {
  return (await listInterfaces(simulator)).map(({ connectionId }) => connectionId);
}

describe('a LAG', () => {
  it('carries what is offered on it, and its members carry nothing themselves', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const lagId = await createLag(owner);
    const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'member', lagId };
    const { connectionId } = await owner.send(new CreateConnectionCommand(asked));
    expect((await allocate(simulator, lagId)).connectionId).toBe(lagId);
    await expect(allocate(simulator, defined(connectionId), { vlan: 102 })).rejects.toMatchObject({
      name: 'DirectConnectClientException',
      message: expect.stringContaining(lagId),
    });
  });

  it('takes over the interfaces of a connection that joins it, and keeps them when it leaves', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const connectionId = await connect(simulator);
    await allocate(simulator, connectionId);
    const lagId = await createLag(owner);
    const joined = await owner.send(new AssociateConnectionWithLagCommand({ connectionId, lagId }));
    expect(joined.lagId).toBe(lagId);
    expect(await places(simulator)).toEqual([lagId]);
    const other = await createLag(owner);
    await owner.send(new AssociateConnectionWithLagCommand({ connectionId, lagId: other }));
    expect(await places(simulator)).toEqual([lagId]);
    const left = await owner.send(new DisassociateConnectionFromLagCommand({ connectionId, lagId: other }));
    expect(left.lagId).toBeUndefined();
    expect(await places(simulator)).toEqual([lagId]);
  });

  it('is made of a connection with all its interfaces, and of new ones', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const connectionId = await connect(simulator);
    await allocate(simulator, connectionId);
    const lagId = await createLag(owner, { numberOfConnections: 3, connectionId });
    expect(await places(simulator)).toEqual([lagId]);
    const { lags } = await owner.send(new DescribeLagsCommand({ lagId }));
    expect(lags?.[0]).toMatchObject({ lagId, numberOfConnections: 3, ownerAccount: OWNER });
    const { connections } = await owner.send(new DescribeConnectionsCommand({}));
    expect(connections?.map((one) => one.lagId)).toEqual([lagId, lagId, lagId]);
  });

  it('is seen and joined by its owner only', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const lagId = await createLag(directConnect(simulator, OWNER));
    const stranger = directConnect(simulator, STRANGER);
    const connectionId = await connect(simulator, STRANGER);
    await expect(
      stranger.send(new AssociateConnectionWithLagCommand({ connectionId, lagId })),
    ).rejects.toThrow(`Could not find LAG with ID ${lagId}`);
    expect((await stranger.send(new DescribeLagsCommand({}))).lags).toEqual([]);
  });

  it.each([
    ['more connections than its bandwidth allows', { numberOfConnections: 5 }],
    ['a bandwidth that no LAG has', { connectionsBandwidth: '2Gbps' }],
  ])('is not made of %s', async (_, more) => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await expect(createLag(directConnect(simulator, OWNER), more)).rejects.toMatchObject({
      name: 'DirectConnectClientException',
    });
  });

  it('takes no connection of another location', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const lagId = await createLag(owner, { location: 'PAR2' });
    const connectionId = await connect(simulator);
    await expect(
      owner.send(new AssociateConnectionWithLagCommand({ connectionId, lagId })),
    ).rejects.toMatchObject({ name: 'DirectConnectClientException' });
  });
});

describe('an interface that is moved', () => {
  it('stands on the other connection from then on, whoever listens', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = defined(
      (await allocate(simulator, await connect(simulator))).virtualInterfaceId,
    );
    const connectionId = await connect(simulator);
    const moved = await directConnect(simulator, OWNER).send(
      new AssociateVirtualInterfaceCommand({ virtualInterfaceId, connectionId }),
    );
    expect(moved).toMatchObject({ virtualInterfaceId, connectionId });
    expect(await places(simulator)).toEqual([connectionId]);
  });

  it('is moved by who owns the line that it stands on, or the interface, and to a line of their own', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = defined(
      (await allocate(simulator, await connect(simulator))).virtualInterfaceId,
    );
    const move = (account: string, connectionId: string) =>
      directConnect(simulator, account).send(
        new AssociateVirtualInterfaceCommand({ virtualInterfaceId, connectionId }),
      );
    const [theirs, strangers] = [await connect(simulator), await connect(simulator, STRANGER)];
    await expect(move(STRANGER, strangers)).rejects.toThrow(/does not exist/);
    await expect(move(OWNER, strangers)).rejects.toThrow(/Could not find Connection/);
    await expect(move(RECIPIENT, theirs)).rejects.toThrow(/Could not find Connection/);
    await move(RECIPIENT, await connect(simulator, RECIPIENT));
  });

  it('stays where it is when its VLAN or an address is taken there', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const [from, to] = [await connect(simulator), await connect(simulator)];
    const amazonAddress = '169.254.10.1/30';
    const ids = [
      await allocate(simulator, from),
      await allocate(simulator, from, { vlan: 102, amazonAddress }),
    ];
    await allocate(simulator, to);
    await allocate(simulator, to, { vlan: 103, amazonAddress });
    for (const { virtualInterfaceId } of ids) {
      const moved = directConnect(simulator, OWNER).send(
        new AssociateVirtualInterfaceCommand({
          virtualInterfaceId: defined(virtualInterfaceId),
          connectionId: to,
        }),
      );
      await expect(moved).rejects.toMatchObject({ message: expect.stringContaining(`in use on ${to}`) });
    }
    expect((await places(simulator)).filter((place) => place === from)).toHaveLength(2);
  });
});

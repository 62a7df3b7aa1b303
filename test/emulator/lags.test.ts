import {
  AssociateConnectionWithLagCommand,
  AssociateVirtualInterfaceCommand,
  CreateConnectionCommand,
  CreateLagCommand,
  DeleteConnectionCommand,
  DescribeConnectionsCommand,
  DescribeLagsCommand,
  type DirectConnectClient,
  DisassociateConnectionFromLagCommand,
  UpdateLagCommand,
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
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'acme', numberOfConnections: 0 };

async function createLag(client: DirectConnectClient, more: object = {}): Promise<string> {
  const { lagId } = await client.send(new CreateLagCommand({ ...bundle, ...more }));
  return defined(lagId);
}

/** The connection or LAG of each interface that the recipient sees. */
async function connectionIds(simulator: Emulator): Promise<(string | undefined)[]> {
  return (await listInterfaces(simulator)).map(({ connectionId }) => connectionId);
}

describe('a LAG', () => {
  it('carries interfaces, and its members carry none themselves', async () => {
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
    expect(await connectionIds(simulator)).toEqual([lagId]);
    const other = await createLag(owner);
    await owner.send(new AssociateConnectionWithLagCommand({ connectionId, lagId: other }));
    expect(await connectionIds(simulator)).toEqual([lagId]);
    const left = await owner.send(new DisassociateConnectionFromLagCommand({ connectionId, lagId: other }));
    expect(left.lagId).toBeUndefined();
    expect(await connectionIds(simulator)).toEqual([lagId]);
  });

  it('is created from a connection with all its interfaces, and from new connections', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const connectionId = await connect(simulator);
    await allocate(simulator, connectionId);
    const lagId = await createLag(owner, { numberOfConnections: 3, connectionId });
    expect(await connectionIds(simulator)).toEqual([lagId]);
    const { lags } = await owner.send(new DescribeLagsCommand({ lagId }));
    expect(lags?.[0]).toMatchObject({ lagId, numberOfConnections: 3, ownerAccount: OWNER });
    const { connections } = await owner.send(new DescribeConnectionsCommand({}));
    expect(connections?.map((one) => one.lagId)).toEqual([lagId, lagId, lagId]);
  });

  it('is visible to its owner only, who alone can add connections', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const lagId = await createLag(directConnect(simulator, OWNER));
    const unrelated = directConnect(simulator, UNRELATED_ACCOUNT);
    const connectionId = await connect(simulator, UNRELATED_ACCOUNT);
    await expect(
      unrelated.send(new AssociateConnectionWithLagCommand({ connectionId, lagId })),
    ).rejects.toThrow(`Could not find LAG with ID ${lagId}`);
    expect((await unrelated.send(new DescribeLagsCommand({}))).lags).toEqual([]);
  });

  it.each([
    ['more connections than its bandwidth allows', { numberOfConnections: 5 }],
    ['a bandwidth that no LAG has', { connectionsBandwidth: '2Gbps' }],
    ['a bandwidth that every object has as a property', { connectionsBandwidth: 'constructor' }],
  ])('is not created with %s', async (_, more) => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await expect(createLag(directConnect(simulator, OWNER), more)).rejects.toMatchObject({
      name: 'DirectConnectClientException',
    });
  });

  it('refuses a connection in another location', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const lagId = await createLag(owner, { location: 'PAR2' });
    const connectionId = await connect(simulator);
    await expect(
      owner.send(new AssociateConnectionWithLagCommand({ connectionId, lagId })),
    ).rejects.toMatchObject({ name: 'DirectConnectClientException' });
  });

  it.each([
    ['another location', { location: 'PAR2' }],
    ['another bandwidth', { bandwidth: '10Gbps' }],
  ])('is not given a new connection with %s', async (_, more) => {
    const owner = directConnect(await startTestEmulator({ dialect: 'aws' }), OWNER);
    const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'member' };
    const creation = new CreateConnectionCommand({ ...asked, ...more, lagId: await createLag(owner) });
    await expect(owner.send(creation)).rejects.toMatchObject({ name: 'DirectConnectClientException' });
    expect((await owner.send(new DescribeConnectionsCommand({}))).connections).toEqual([]);
  });

  it('bundles no more connections than its bandwidth allows, new or not', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const lagId = await createLag(owner, { numberOfConnections: 3 });
    const connectionId = await connect(simulator);
    const join = (id: string) =>
      owner.send(new AssociateConnectionWithLagCommand({ connectionId: id, lagId }));
    await join(connectionId);
    await join(connectionId);
    await expect(join(await connect(simulator))).rejects.toMatchObject({
      name: 'DirectConnectClientException',
    });
    const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'fifth', lagId };
    await expect(owner.send(new CreateConnectionCommand(asked))).rejects.toMatchObject({
      name: 'DirectConnectClientException',
    });
  });

  it('keeps its minimum of connections when one would be deleted or join another LAG', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const owner = directConnect(simulator, OWNER);
    const lagId = await createLag(owner, { numberOfConnections: 2 });
    await owner.send(new UpdateLagCommand({ lagId, minimumLinks: 2 }));
    const [connection] = defined((await owner.send(new DescribeConnectionsCommand({}))).connections);
    const connectionId = defined(connection?.connectionId);
    const deletion = new DeleteConnectionCommand({ connectionId });
    const refusal = { message: expect.stringContaining('minimumLinks') };
    await expect(owner.send(deletion)).rejects.toMatchObject(refusal);
    const other = new AssociateConnectionWithLagCommand({ connectionId, lagId: await createLag(owner) });
    await expect(owner.send(other)).rejects.toMatchObject(refusal);
    await owner.send(new UpdateLagCommand({ lagId, minimumLinks: 1 }));
    expect(await owner.send(deletion)).toMatchObject({ connectionState: 'deleted' });
  });
});

describe('a moved interface', () => {
  it('is on the other connection for every account that sees it', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = defined(
      (await allocate(simulator, await connect(simulator))).virtualInterfaceId,
    );
    const connectionId = await connect(simulator);
    const moved = await directConnect(simulator, OWNER).send(
      new AssociateVirtualInterfaceCommand({ virtualInterfaceId, connectionId }),
    );
    expect(moved).toMatchObject({ virtualInterfaceId, connectionId });
    expect(await connectionIds(simulator)).toEqual([connectionId]);
  });

  it('can be moved by the owner of its connection or by its recipient, and only to their own connection', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = defined(
      (await allocate(simulator, await connect(simulator))).virtualInterfaceId,
    );
    const move = (account: string, connectionId: string) =>
      directConnect(simulator, account).send(
        new AssociateVirtualInterfaceCommand({ virtualInterfaceId, connectionId }),
      );
    const [theirs, unrelatedConnection] = [
      await connect(simulator),
      await connect(simulator, UNRELATED_ACCOUNT),
    ];
    await expect(move(UNRELATED_ACCOUNT, unrelatedConnection)).rejects.toThrow(/does not exist/);
    await expect(move(OWNER, unrelatedConnection)).rejects.toThrow(/Could not find Connection/);
    await expect(move(RECIPIENT, theirs)).rejects.toThrow(/Could not find Connection/);
    await move(RECIPIENT, await connect(simulator, RECIPIENT));
  });

  it('is not moved if its VLAN or an address is in use there', async () => {
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
    expect((await connectionIds(simulator)).filter((id) => id === from)).toHaveLength(2);
  });
});

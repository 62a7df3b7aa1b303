import {
  ConfirmPrivateVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  DescribeVirtualGatewaysCommand,
  DescribeVirtualInterfacesCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  connect,
  directConnect,
  gateway,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

describe.each(['outscale', 'aws'] as const)('visibility on %s', (dialect) => {
  it('shows a request to its recipient and to its owner, with the recipient as owner account', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    for (const account of [RECIPIENT, OWNER]) {
      expect(await listInterfaces(simulator, account)).toMatchObject([
        { virtualInterfaceId, ownerAccount: RECIPIENT },
      ]);
    }
    expect(await listInterfaces(simulator, UNRELATED_ACCOUNT)).toEqual([]);
  });

  it('filters by connection and by interface, and returns nothing for unknown IDs', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    const client = directConnect(simulator, RECIPIENT);
    const [{ connectionId } = {}] = await listInterfaces(simulator);
    for (const [filter, found] of [
      [{ virtualInterfaceId }, 1],
      [{ connectionId }, 1],
      [{ virtualInterfaceId, connectionId: 'dxcon-00000000' }, 0],
      [{ virtualInterfaceId: 'dxvif-00000000' }, 0],
    ] as const) {
      const { virtualInterfaces } = await client.send(new DescribeVirtualInterfacesCommand(filter));
      expect(virtualInterfaces).toHaveLength(found);
    }
  });

  it("hides the owner's connection from the recipient, even by its ID", async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const client = directConnect(simulator, RECIPIENT);
    expect((await client.send(new DescribeConnectionsCommand({}))).connections).toEqual([]);
    await expect(client.send(new DescribeConnectionsCommand({ connectionId }))).rejects.toMatchObject({
      name: 'DirectConnectClientException',
      message: `Could not find Connection with ID ${connectionId}`,
    });
  });

  it('separates regions: no interface of another region is listed, and no gateway of another region is accepted', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [virtualInterfaceId, virtualGatewayId] = [
      await offerInterface(simulator),
      await gateway(simulator),
    ];
    const elsewhere = directConnect(simulator, RECIPIENT, { region: 'us-east-2' });
    const { virtualInterfaces } = await elsewhere.send(new DescribeVirtualInterfacesCommand({}));
    expect(virtualInterfaces).toEqual([]);
    const { virtualGateways } = await elsewhere.send(new DescribeVirtualGatewaysCommand({}));
    expect(virtualGateways).toEqual([]);
    const there = new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId, virtualGatewayId });
    await expect(elsewhere.send(there)).rejects.toThrow('does not exist');
  });

  it('gives the same IDs for the same seed, and others for another', async () => {
    const [first, same, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => offerInterface(await startTestEmulator({ dialect, seed }))),
    );
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });
});

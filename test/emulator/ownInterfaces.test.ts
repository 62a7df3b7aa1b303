import {
  AllocatePublicVirtualInterfaceCommand,
  ConfirmPublicVirtualInterfaceCommand,
  CreateDirectConnectGatewayCommand,
  CreatePrivateVirtualInterfaceCommand,
  CreatePublicVirtualInterfaceCommand,
  CreateTransitVirtualInterfaceCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import {
  connect,
  directConnect,
  gateway,
  listInterfaces,
  OWNER,
  RECIPIENT,
  startTestEmulator,
  states,
} from './emulatorClients.ts';

const wanted = { virtualInterfaceName: 'core', vlan: 7, asn: 65010 };

describe.each(DIALECT_NAMES)('an interface on its own account’s connection on %s', (dialect) => {
  it('is attached as it is created, without a confirm, and becomes available', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [connectionId, virtualGatewayId] = [await connect(simulator, RECIPIENT), await gateway(simulator)];
    const created = await directConnect(simulator, RECIPIENT).send(
      new CreatePrivateVirtualInterfaceCommand({
        connectionId,
        newPrivateVirtualInterface: { ...wanted, virtualGatewayId },
      }),
    );
    const shown = { virtualGatewayId, virtualInterfaceType: 'private', ownerAccount: RECIPIENT, vlan: 7 };
    expect(created).toMatchObject({ ...shown, virtualInterfaceState: 'pending' });
    simulator.clock.advance('PT1M');
    expect(await listInterfaces(simulator)).toMatchObject([{ ...shown, virtualInterfaceState: 'available' }]);
  });

  it('is not created for a connection of another account, or for an unknown gateway', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [connectionId, virtualGatewayId] = [await connect(simulator, OWNER), await gateway(simulator)];
    const create = (account: string, gatewayId: string) =>
      directConnect(simulator, account).send(
        new CreatePrivateVirtualInterfaceCommand({
          connectionId,
          newPrivateVirtualInterface: { ...wanted, virtualGatewayId: gatewayId },
        }),
      );
    await expect(create(RECIPIENT, virtualGatewayId)).rejects.toThrow(connectionId);
    await expect(create(OWNER, virtualGatewayId)).rejects.toThrow(virtualGatewayId);
    expect(await listInterfaces(simulator, OWNER)).toEqual([]);
  });
});

describe('a public interface', () => {
  it('is verified before it is provisioned, if its account creates it or confirms it', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const prefixes = { routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }] };
    await directConnect(simulator, RECIPIENT).send(
      new CreatePublicVirtualInterfaceCommand({
        connectionId: await connect(simulator, RECIPIENT),
        newPublicVirtualInterface: { ...wanted, ...prefixes },
      }),
    );
    const { virtualInterfaceId } = await directConnect(simulator, OWNER).send(
      new AllocatePublicVirtualInterfaceCommand({
        connectionId: await connect(simulator),
        ownerAccount: RECIPIENT,
        newPublicVirtualInterfaceAllocation: { ...wanted, ...prefixes },
      }),
    );
    const confirm = new ConfirmPublicVirtualInterfaceCommand({ virtualInterfaceId });
    await expect(directConnect(simulator, OWNER).send(confirm)).rejects.toThrow(virtualInterfaceId);
    await directConnect(simulator, RECIPIENT).send(confirm);
    for (const state of ['verifying', 'available']) {
      expect(await states(simulator)).toEqual([state, state]);
      simulator.clock.advance('PT1M');
    }
    await expect(directConnect(simulator, RECIPIENT).send(confirm)).rejects.toThrow('available');
  });
});

describe('a transit interface', () => {
  it('is created on a Direct Connect gateway of its account', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, RECIPIENT);
    const { directConnectGateway } = await client.send(
      new CreateDirectConnectGatewayCommand({ directConnectGatewayName: 'hub' }),
    );
    const directConnectGatewayId = directConnectGateway?.directConnectGatewayId;
    const { virtualInterface } = await client.send(
      new CreateTransitVirtualInterfaceCommand({
        connectionId: await connect(simulator, RECIPIENT),
        newTransitVirtualInterface: { ...wanted, mtu: 8500, directConnectGatewayId },
      }),
    );
    expect(virtualInterface).toMatchObject({
      directConnectGatewayId,
      mtu: 8500,
      virtualInterfaceState: 'pending',
      virtualInterfaceType: 'transit',
    });
  });
});

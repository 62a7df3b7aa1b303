import {
  AllocatePrivateVirtualInterfaceCommand,
  ConfirmPrivateVirtualInterfaceCommand,
  DeleteVirtualInterfaceCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  confirm,
  connect,
  directConnect,
  gateway,
  OWNER,
  offerInterface,
  RECIPIENT,
  STRANGER,
  startTestEmulator,
  states,
} from './emulatorClients.ts';

const clientError = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
  $metadata: expect.objectContaining({ httpStatusCode: 400 }),
});

describe.each(['outscale', 'aws'] as const)('what the API refuses on %s', (dialect) => {
  it.each([
    [{ vlan: 0 }, 'VLAN 0'],
    [{ vlan: 4095 }, 'VLAN 4095'],
    [{ asn: 0 }, 'ASN'],
    [{ asn: undefined }, 'ASN'],
    [{ mtu: 1501 }, 'MTU 1501'],
    [{ authKey: 'short' }, '6 to 80 characters'],
    [{ virtualInterfaceName: '' }, '1 to 100 characters'],
    [{ virtualInterfaceName: 'x'.repeat(101) }, '1 to 100 characters'],
  ])('an interface with %j', async (wanted, message) => {
    const simulator = await startTestEmulator({ dialect });
    const connection = await connect(simulator);
    await expect(allocate(simulator, connection, wanted)).rejects.toMatchObject(clientError(message));
    expect(await states(simulator)).toEqual([]);
  });

  it('a VLAN twice on one connection, though not on two', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [one, two] = [await connect(simulator), await connect(simulator)];
    await allocate(simulator, one, { vlan: 5 });
    await expect(allocate(simulator, one, { vlan: 5 })).rejects.toMatchObject(clientError('already in use'));
    await allocate(simulator, two, { vlan: 5 });
  });

  it("an interface on somebody else's connection, or for no account", async () => {
    const simulator = await startTestEmulator({ dialect });
    const foreign = await connect(simulator, STRANGER);
    const own = await connect(simulator);
    await expect(allocate(simulator, foreign)).rejects.toMatchObject(
      clientError('Could not find Connection'),
    );
    const nobody = new AllocatePrivateVirtualInterfaceCommand({
      connectionId: own,
      ownerAccount: '42',
      newPrivateVirtualInterfaceAllocation: { virtualInterfaceName: 'a', vlan: 1, asn: 1 },
    });
    await expect(directConnect(simulator, OWNER).send(nobody)).rejects.toMatchObject(
      clientError('Account ID'),
    );
  });

  it("a confirmation for somebody else's gateway, or none, and leaves the request confirming", async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    const foreign = await gateway(simulator, STRANGER);
    const message = `The VirtualGateway ${foreign} does not exist.`;
    await expect(confirm(simulator, virtualInterfaceId, foreign)).rejects.toMatchObject(clientError(message));
    const without = new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId });
    await expect(directConnect(simulator, RECIPIENT).send(without)).rejects.toMatchObject(
      clientError('Exactly one'),
    );
    expect(await states(simulator)).toEqual(['confirming']);
  });

  it('a confirmation by the owner, by a stranger, and of what is not there', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    for (const account of [OWNER, STRANGER]) {
      const virtualGatewayId = await gateway(simulator, account);
      const asked = new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId, virtualGatewayId });
      const message = `Virtual Interface ${virtualInterfaceId} does not exist.`;
      await expect(directConnect(simulator, account).send(asked)).rejects.toMatchObject(clientError(message));
    }
    const vgw = await gateway(simulator);
    await expect(confirm(simulator, 'dxvif-00000000', vgw)).rejects.toMatchObject(
      clientError('does not exist'),
    );
  });

  it('a second confirmation', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [id, vgw] = [await offerInterface(simulator), await gateway(simulator)];
    await confirm(simulator, id, vgw);
    await expect(confirm(simulator, id, vgw)).rejects.toMatchObject(clientError('is in state pending'));
  });

  it('a deletion by a stranger', async () => {
    const simulator = await startTestEmulator({ dialect });
    const deletion = new DeleteVirtualInterfaceCommand({
      virtualInterfaceId: await offerInterface(simulator),
    });
    await expect(directConnect(simulator, STRANGER).send(deletion)).rejects.toMatchObject(
      clientError('does not exist'),
    );
  });
});

describe('a confirmation on aws', () => {
  it('is refused with both gateways, and with a Direct Connect gateway that is not there', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, RECIPIENT);
    const virtualInterfaceId = await offerInterface(simulator);
    const directConnectGatewayId = '00000000-0000-4000-8000-000000000000';
    const one = { virtualInterfaceId, directConnectGatewayId };
    const both = { ...one, virtualGatewayId: await gateway(simulator) };
    await expect(client.send(new ConfirmPrivateVirtualInterfaceCommand(both))).rejects.toMatchObject(
      clientError('Exactly one'),
    );
    await expect(client.send(new ConfirmPrivateVirtualInterfaceCommand(one))).rejects.toMatchObject(
      clientError(`${directConnectGatewayId} does not exist`),
    );
  });
});

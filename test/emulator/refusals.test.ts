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
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  states,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const clientError = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
  $metadata: expect.objectContaining({ httpStatusCode: 400 }),
});

/** A family that the SDK’s types do not have. */
const unknownFamily: object = { addressFamily: 'ipx' };

describe.each(['outscale', 'aws'] as const)('the API on %s refuses', (dialect) => {
  it.each([
    [{ vlan: 0 }, 'VLAN 0'],
    [{ vlan: 4095 }, 'VLAN 4095'],
    [{ asn: 0 }, 'ASN'],
    [{ asn: undefined }, 'ASN'],
    [{ amazonAddress: 'banana' }, 'amazonAddress banana'],
    [{ customerAddress: '10.0.0.0/8' }, 'customerAddress 10.0.0.0/8'],
    [{ customerAddress: '10.0.0.1' }, 'customerAddress 10.0.0.1'],
    [{ customerAddress: '10.0.0.256/30' }, 'customerAddress 10.0.0.256/30'],
    [{ amazonAddress: 'fd00::1/125' }, 'amazonAddress fd00::1/125'],
    [{ amazonAddress: '10.0.0.1/30', customerAddress: '10.0.0.1/30' }, 'are the same'],
    [{ amazonAddress: '10.0.0.1/30', customerAddress: '10.0.0.5/30' }, 'not in one subnet'],
    [{ amazonAddress: '10.0.0.1/30', customerAddress: '10.0.0.2/29' }, 'not in one subnet'],
    [{ amazonAddress: '10.0.0.0/30', customerAddress: '10.0.0.1/30' }, 'amazonAddress 10.0.0.0/30'],
    [{ amazonAddress: '10.0.0.2/30', customerAddress: '10.0.0.3/30' }, 'customerAddress 10.0.0.3/30'],
    [unknownFamily, 'addressFamily ipx'],
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

  it("an interface on another account's connection, or for an invalid account", async () => {
    const simulator = await startTestEmulator({ dialect });
    const foreign = await connect(simulator, UNRELATED_ACCOUNT);
    const own = await connect(simulator);
    await expect(allocate(simulator, foreign)).rejects.toMatchObject(
      clientError('Could not find Connection'),
    );
    const invalidAccount = new AllocatePrivateVirtualInterfaceCommand({
      connectionId: own,
      ownerAccount: '42',
      newPrivateVirtualInterfaceAllocation: { virtualInterfaceName: 'a', vlan: 7, asn: 1 },
    });
    await expect(directConnect(simulator, OWNER).send(invalidAccount)).rejects.toMatchObject(
      clientError('Account ID'),
    );
  });

  it("a confirm for another account's gateway, or for none, and leaves the request confirming", async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    const foreign = await gateway(simulator, UNRELATED_ACCOUNT);
    const message = `The VirtualGateway ${foreign} does not exist.`;
    await expect(confirm(simulator, virtualInterfaceId, foreign)).rejects.toMatchObject(clientError(message));
    const without = new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId });
    await expect(directConnect(simulator, RECIPIENT).send(without)).rejects.toMatchObject(
      clientError('Exactly one'),
    );
    expect(await states(simulator)).toEqual(['confirming']);
  });

  it('a confirm by the owner, by an unrelated account, and of an unknown interface', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    for (const account of [OWNER, UNRELATED_ACCOUNT]) {
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

  it('a second confirm', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [id, vgw] = [await offerInterface(simulator), await gateway(simulator)];
    await confirm(simulator, id, vgw);
    await expect(confirm(simulator, id, vgw)).rejects.toMatchObject(clientError('is in state pending'));
  });

  it('a deletion by an unrelated account', async () => {
    const simulator = await startTestEmulator({ dialect });
    const deletion = new DeleteVirtualInterfaceCommand({
      virtualInterfaceId: await offerInterface(simulator),
    });
    await expect(directConnect(simulator, UNRELATED_ACCOUNT).send(deletion)).rejects.toMatchObject(
      clientError('does not exist'),
    );
  });
});

describe('an allocation', () => {
  it.each([
    ['aws', { mtu: 1501 }, 'MTU 1501'],
    ['aws', { asn: 4200000000 }, 'asnLong'],
    ['aws', { asnLong: 4200000000 }, 'Only one of asn and asnLong'],
    ['aws', { addressFamily: 'ipv6', amazonAddress: '2001:db8::1/125' }, 'assigned by the platform'],
    ['outscale', { mtu: 1500 }, 'newPrivateVirtualInterfaceAllocation.mtu'],
    ['outscale', { tags: [{ key: 'a' }] }, 'newPrivateVirtualInterfaceAllocation.tags'],
    ['outscale', { addressFamily: 'ipv6' }, 'addressFamily ipv6'],
    ['outscale', { vlan: 1 }, 'VLAN 1'],
    ['outscale', { asn: 50624 }, 'ASN 50624'],
  ] as const)('on %s is refused with %j', async (dialect, wanted, message) => {
    const simulator = await startTestEmulator({ dialect });
    const sent = allocate(simulator, await connect(simulator), wanted as object);
    await expect(sent).rejects.toMatchObject(clientError(message));
    expect(await states(simulator)).toEqual([]);
  });

  it('without addresses gets a subnet of its own on aws, and none on outscale', async () => {
    for (const [dialect, expected] of [
      [
        'aws',
        ['169.254.0.1/30 169.254.0.2/30', '169.254.0.5/30 169.254.0.6/30', '2001:db8::1/125 2001:db8::2/125'],
      ],
      ['outscale', [' ', ' ']],
    ] as const) {
      const simulator = await startTestEmulator({ dialect });
      const connection = await connect(simulator);
      await allocate(simulator, connection, { vlan: 5 });
      await allocate(simulator, connection, { vlan: 6 });
      if (dialect === 'aws') await allocate(simulator, connection, { vlan: 7, addressFamily: 'ipv6' });
      const listed = await listInterfaces(simulator);
      expect(listed.map((vif) => `${vif.amazonAddress} ${vif.customerAddress}`)).toEqual(expected);
    }
  });
});

describe('a confirm on aws', () => {
  it('is refused with both gateways, and with an unknown Direct Connect gateway', async () => {
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

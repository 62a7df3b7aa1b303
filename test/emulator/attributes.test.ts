import {
  CreateBGPPeerCommand,
  DeleteBGPPeerCommand,
  DescribeVirtualInterfacesCommand,
  UpdateVirtualInterfaceAttributesCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  adminRequest,
  directConnect,
  listInterfaces,
  OWNER,
  offerInterface,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const theirs = { amazonAddress: '169.254.20.1/30', customerAddress: '169.254.20.2/30' };

describe('an interface that its owner changes', () => {
  it('has another name and another MTU from then on', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = await offerInterface(simulator);
    const owner = directConnect(simulator, OWNER);
    const update = (changed: object) =>
      owner.send(new UpdateVirtualInterfaceAttributesCommand({ virtualInterfaceId, ...changed }));
    await update({ virtualInterfaceName: 'renamed' });
    await update({ mtu: 8500 });
    expect(await listInterfaces(simulator)).toMatchObject([{ virtualInterfaceName: 'renamed', mtu: 8500 }]);
    await expect(update({ mtu: 1400 })).rejects.toMatchObject({ name: 'DirectConnectClientException' });
    await expect(update({ virtualInterfaceName: '' })).rejects.toMatchObject({
      name: 'DirectConnectClientException',
    });
  });

  it('cannot be changed by another account', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = await offerInterface(simulator);
    await expect(
      directConnect(simulator, UNRELATED_ACCOUNT).send(
        new UpdateVirtualInterfaceAttributesCommand({ virtualInterfaceId, mtu: 8500 }),
      ),
    ).rejects.toThrow(/does not exist/);
  });

  it('gets another session, and loses one, which stays listed for a while', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = await offerInterface(simulator);
    const owner = directConnect(simulator, OWNER);
    await owner.send(
      new CreateBGPPeerCommand({ virtualInterfaceId, newBGPPeer: { asnLong: 65020, ...theirs } }),
    );
    const sessions = async () =>
      (await listInterfaces(simulator)).flatMap(({ bgpPeers = [] }) =>
        bgpPeers.map(({ asn, bgpPeerState }) => `${asn} ${bgpPeerState}`),
      );
    expect(await sessions()).toEqual(['65010 pending', '65020 pending']);
    const customerAddress = '169.254.0.2/30';
    await owner.send(new DeleteBGPPeerCommand({ virtualInterfaceId, asn: 65010, customerAddress }));
    expect(await sessions()).toEqual(['65010 deleting', '65020 pending']);
    // The interface shows the members of its first live session.
    expect(await listInterfaces(simulator)).toMatchObject([{ asn: 65020, ...theirs }]);
    simulator.clock.advance('PT1M');
    expect(await sessions()).toEqual(['65010 deleted', '65020 pending']);
    simulator.clock.advance('PT15M');
    expect(await sessions()).toEqual(['65020 pending']);
  });

  it('keeps its last session', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = await offerInterface(simulator);
    await expect(
      directConnect(simulator, OWNER).send(
        new DeleteBGPPeerCommand({
          virtualInterfaceId,
          asn: 65010,
          customerAddress: '169.254.0.2/30',
        }),
      ),
    ).rejects.toThrow(/last BGP peer/);
  });

  it('accepts no addresses for an IPv6 session', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const virtualInterfaceId = await offerInterface(simulator);
    const newBGPPeer = { asn: 65010, addressFamily: 'ipv6', ...theirs } as const;
    await expect(
      directConnect(simulator, OWNER).send(new CreateBGPPeerCommand({ virtualInterfaceId, newBGPPeer })),
    ).rejects.toMatchObject({ name: 'DirectConnectClientException' });
  });
});

describe('a disguised interface', () => {
  it('is missing in listings and returned by its ID, in an unknown state', async () => {
    const simulator = await startTestEmulator();
    const id = await offerInterface(simulator);
    await adminRequest(simulator, 'POST', `interfaces/${id}`, { state: 'withdrawn', listed: false });
    expect(await listInterfaces(simulator)).toEqual([]);

    const { virtualInterfaces } = await directConnect(simulator, OWNER).send(
      new DescribeVirtualInterfacesCommand({ virtualInterfaceId: id }),
    );
    expect(virtualInterfaces).toMatchObject([{ virtualInterfaceState: 'withdrawn' }]);
    await adminRequest(simulator, 'POST', `interfaces/${id}`, { listed: true });
    expect(await listInterfaces(simulator)).toMatchObject([{ virtualInterfaceState: 'withdrawn' }]);
  });

  it('shows an invalid value in one field, and is otherwise unchanged', async () => {
    const simulator = await startTestEmulator();
    const id = await offerInterface(simulator);
    const { status } = await adminRequest(simulator, 'POST', `interfaces/${id}`, { shows: { vlan: 0 } });
    expect(status).toBe(200);
    expect(await listInterfaces(simulator)).toMatchObject([{ vlan: 0, virtualInterfaceState: 'confirming' }]);
    simulator.disguise(id, { shows: {} });
    expect(await listInterfaces(simulator)).toMatchObject([{ vlan: 101 }]);
  });

  it('must exist, and its replaced members must be an object', async () => {
    const simulator = await startTestEmulator();
    const unknown = await adminRequest(simulator, 'POST', 'interfaces/dxvif-00000000', { listed: false });
    expect(unknown.status).toBe(404);
    const id = await offerInterface(simulator);
    const odd = await adminRequest(simulator, 'POST', `interfaces/${id}`, { shows: 'vlan' });
    expect(odd.status).toBe(400);
  });
});

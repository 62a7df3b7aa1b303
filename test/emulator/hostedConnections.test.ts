import {
  AllocateHostedConnectionCommand,
  AllocatePrivateVirtualInterfaceCommand,
  AssociateConnectionWithLagCommand,
  AssociateHostedConnectionCommand,
  AssociateVirtualInterfaceCommand,
  ConfirmConnectionCommand,
  CreateLagCommand,
  DeleteConnectionCommand,
  DescribeConnectionsCommand,
  DescribeHostedConnectionsCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../emulator/emulator.ts';
import {
  adminRequest,
  allocate,
  connect,
  defined,
  directConnect,
  OWNER,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const PARTNER = UNRELATED_ACCOUNT;
const part = { ownerAccount: OWNER, bandwidth: '500Mbps', connectionName: 'part', vlan: 50 };
const refusal = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
});

/** A partner with a connection, of which the owner ordered a part. */
async function startWithOrder(options: EmulatorOptions = {}) {
  const simulator = await startTestEmulator({ dialect: 'aws', ...options });
  const [partner, owner] = [directConnect(simulator, PARTNER), directConnect(simulator, OWNER)];
  const parent = await connect(simulator, PARTNER);
  // Its connection is available from then on.
  simulator.clock.advance('PT1H');
  const host = (more: object = {}) =>
    partner.send(new AllocateHostedConnectionCommand({ connectionId: parent, ...part, ...more }));
  const connectionId = defined((await host()).connectionId);
  return { simulator, partner, owner, parent, host, connectionId };
}

async function stateOf(simulator: Emulator, connectionId: string, account = OWNER) {
  const { connections } = await directConnect(simulator, account).send(
    new DescribeConnectionsCommand({ connectionId }),
  );
  return connections?.[0]?.connectionState;
}

describe('a hosted connection', () => {
  it('is ordered by its partner, confirmed by its owner, and then carries one interface', async () => {
    const { simulator, partner, owner, parent, connectionId } = await startWithOrder({
      connectionTime: 'PT1H',
    });
    simulator.clock.advance('PT1H');
    const { connections } = await partner.send(
      new DescribeHostedConnectionsCommand({ connectionId: parent }),
    );
    const shown = {
      connectionId,
      connectionState: 'ordering',
      vlan: 50,
      partnerName: PARTNER,
      ownerAccount: OWNER,
    };
    expect(connections).toMatchObject([shown]);
    expect((await owner.send(new DescribeConnectionsCommand({}))).connections).toMatchObject([shown]);
    await expect(allocate(simulator, connectionId)).rejects.toMatchObject(refusal('in state ordering'));
    const confirmed = await owner.send(new ConfirmConnectionCommand({ connectionId }));
    expect(confirmed.connectionState).toBe('pending');
    simulator.clock.advance('PT1H');
    expect(await stateOf(simulator, connectionId)).toBe('available');
    await allocate(simulator, connectionId);
    await expect(allocate(simulator, connectionId, { vlan: 102 })).rejects.toMatchObject(
      refusal('carries one virtual interface'),
    );
  });

  it.each([
    [{ bandwidth: '3Gbps' }, 'Bandwidth 3Gbps'],
    [{ vlan: 0 }, 'VLAN 0'],
    [{ vlan: 50 }, 'VLAN 50 is already in use'],
    [{ ownerAccount: '42' }, 'Account ID 42'],
    [{ connectionName: '' }, 'connectionName'],
    [{ connectionId: 'dxcon-00000000' }, 'Could not find Connection'],
  ])('is not allocated with %j', async (more, message) => {
    const { host } = await startWithOrder();
    await expect(host(more)).rejects.toMatchObject(refusal(message));
  });

  it('is confirmed by its owner only, once, and a connection with its own port never', async () => {
    const { owner, partner, parent, connectionId } = await startWithOrder();
    const confirm = new ConfirmConnectionCommand({ connectionId });
    await expect(partner.send(confirm)).rejects.toMatchObject(refusal('Could not find Connection'));
    await owner.send(confirm);
    await expect(owner.send(confirm)).rejects.toMatchObject(refusal('in state available'));
    const own = new ConfirmConnectionCommand({ connectionId: parent });
    await expect(partner.send(own)).rejects.toMatchObject(refusal('not a hosted connection'));
  });

  it('leaves a forced state when it is confirmed', async () => {
    const { simulator, owner, connectionId } = await startWithOrder({ connectionTime: 'PT1H' });
    await adminRequest(simulator, 'POST', `connections/${connectionId}`, { state: 'ordering' });
    await owner.send(new ConfirmConnectionCommand({ connectionId }));
    expect(await stateOf(simulator, connectionId)).toBe('pending');
    simulator.clock.advance('PT1H');
    expect(await stateOf(simulator, connectionId)).toBe('available');
  });

  it('is `rejected` when its owner declines the order, and frees its VLAN', async () => {
    const { simulator, owner, host, connectionId } = await startWithOrder();
    const declined = await owner.send(new DeleteConnectionCommand({ connectionId }));
    expect(declined.connectionState).toBe('rejected');
    await host();
    simulator.clock.advance('PT15M');
    await expect(stateOf(simulator, connectionId)).rejects.toMatchObject(refusal('Could not find'));
  });

  it('can be deleted by its partner, whose connection cannot be deleted before', async () => {
    const { simulator, partner, parent, owner, connectionId } = await startWithOrder();
    await owner.send(new ConfirmConnectionCommand({ connectionId }));
    const deletion = new DeleteConnectionCommand({ connectionId: parent });
    await expect(partner.send(deletion)).rejects.toMatchObject(refusal(connectionId));
    await partner.send(new DeleteConnectionCommand({ connectionId }));
    expect(await stateOf(simulator, connectionId)).toBe('deleted');
    await partner.send(deletion);
  });

  it('moves to another connection of its partner, and with its connection into a LAG', async () => {
    const { simulator, partner, owner, parent, connectionId } = await startWithOrder();
    const other = await connect(simulator, PARTNER);
    const move = new AssociateHostedConnectionCommand({ connectionId, parentConnectionId: other });
    await expect(owner.send(move)).rejects.toMatchObject(refusal('Could not find Connection'));
    await partner.send(move);
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 0 };
    const lagId = defined((await partner.send(new CreateLagCommand(bundle))).lagId);
    await partner.send(new AssociateConnectionWithLagCommand({ connectionId: other, lagId }));
    const partsOf = async (id: string) =>
      (await partner.send(new DescribeHostedConnectionsCommand({ connectionId: id }))).connections?.length;
    expect([await partsOf(parent), await partsOf(lagId)]).toEqual([0, 1]);
  });

  it('hosts no other, and joins no LAG', async () => {
    const { owner, connectionId } = await startWithOrder();
    await owner.send(new ConfirmConnectionCommand({ connectionId }));
    const nested = new AllocateHostedConnectionCommand({ connectionId, ...part });
    await expect(owner.send(nested)).rejects.toMatchObject(refusal('cannot host another'));
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 0 };
    const lagId = defined((await owner.send(new CreateLagCommand(bundle))).lagId);
    const joining = new AssociateConnectionWithLagCommand({ connectionId, lagId });
    await expect(owner.send(joining)).rejects.toMatchObject(refusal('cannot join a LAG'));
  });

  it('takes over one interface only, and gives it to no LAG', async () => {
    const { simulator, owner, connectionId } = await startWithOrder();
    await owner.send(new ConfirmConnectionCommand({ connectionId }));
    const own = await connect(simulator);
    const offer = async (vlan: number) =>
      defined((await allocate(simulator, own, { vlan })).virtualInterfaceId);
    const move = (virtualInterfaceId: string, to: string) =>
      owner.send(new AssociateVirtualInterfaceCommand({ virtualInterfaceId, connectionId: to }));
    const [first, second] = [await offer(101), await offer(102)];
    await move(first, connectionId);
    await expect(move(second, connectionId)).rejects.toMatchObject(refusal('carries one virtual interface'));
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 0 };
    const lagId = defined((await owner.send(new CreateLagCommand(bundle))).lagId);
    await expect(move(first, lagId)).rejects.toMatchObject(refusal('cannot be moved to a LAG'));
  });

  it('occupies a VLAN that no interface takes by moving', async () => {
    const { simulator, partner, parent } = await startWithOrder();
    const other = await connect(simulator, PARTNER);
    const { virtualInterfaceId } = await partner.send(
      new AllocatePrivateVirtualInterfaceCommand({
        connectionId: other,
        ownerAccount: OWNER,
        newPrivateVirtualInterfaceAllocation: { virtualInterfaceName: 'a', vlan: 50, asn: 65010 },
      }),
    );
    const moved = partner.send(
      new AssociateVirtualInterfaceCommand({
        virtualInterfaceId: defined(virtualInterfaceId),
        connectionId: parent,
      }),
    );
    await expect(moved).rejects.toMatchObject(refusal('VLAN 50 is already in use'));
  });

  it('is not moved once it is deleted', async () => {
    const { simulator, partner, connectionId } = await startWithOrder();
    const parentConnectionId = await connect(simulator, PARTNER);
    await partner.send(new DeleteConnectionCommand({ connectionId }));
    const move = new AssociateHostedConnectionCommand({ connectionId, parentConnectionId });
    await expect(partner.send(move)).rejects.toMatchObject(refusal('in state deleted'));
  });
});

import {
  AllocateTransitVirtualInterfaceCommand,
  ConfirmPrivateVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewaysCommand,
  DescribeVirtualInterfacesCommand,
} from '@aws-sdk/client-direct-connect';
import { DescribeVpnGatewaysCommand, DetachVpnGatewayCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  confirm,
  connect,
  directConnect,
  ec2,
  gateway,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

const dialect = 'outscale';

describe('the OUTSCALE dialect', () => {
  it('returns exactly thirteen fields of a request', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connection = await connect(simulator);
    const made = await allocate(simulator, connection, {
      authKey: 'sesame-1',
      amazonAddress: '169.254.10.1/30',
      customerAddress: '169.254.10.2/30',
    });
    expect(await listInterfaces(simulator)).toEqual([
      {
        amazonAddress: '169.254.10.1/30',
        asn: 65010,
        authKey: 'sesame-1',
        connectionId: connection,
        customerAddress: '169.254.10.2/30',
        location: 'PAR1',
        ownerAccount: RECIPIENT,
        virtualGatewayId: '',
        virtualInterfaceId: made.virtualInterfaceId,
        virtualInterfaceName: 'acme-prod',
        virtualInterfaceState: 'confirming',
        virtualInterfaceType: 'private',
        vlan: 101,
      },
    ]);
    expect(made.virtualInterfaceId).toMatch(/^dxvif-[0-9a-z]{8}$/);
  });

  it('requires an attached gateway, unless the option says otherwise', async () => {
    for (const requireAttachedGateway of [true, false]) {
      const simulator = await startTestEmulator({ dialect, requireAttachedGateway });
      const id = await offerInterface(simulator);
      const vgw = await gateway(simulator);
      const client = ec2(simulator, RECIPIENT);
      await client.send(new DetachVpnGatewayCommand({ VpnGatewayId: vgw, VpcId: 'vpc-1a2b3c4d' }));
      const confirmed = confirm(simulator, id, vgw);
      if (requireAttachedGateway) await expect(confirmed).rejects.toThrow('not attached');
      else expect((await confirmed).virtualInterfaceState).toBe('pending');
    }
  });

  it('can name the requester until the request is accepted', async () => {
    const simulator = await startTestEmulator({ dialect, ownerAccountWhileConfirming: 'requester' });
    const id = await offerInterface(simulator);
    expect((await listInterfaces(simulator))[0]?.ownerAccount).toBe(OWNER);
    await confirm(simulator, id, await gateway(simulator));
    expect((await listInterfaces(simulator))[0]?.ownerAccount).toBe(RECIPIENT);
  });

  it('has no paging, no Direct Connect gateways and no transit interfaces', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await offerInterface(simulator);
    const client = directConnect(simulator, RECIPIENT);
    const page = await client.send(new DescribeVirtualInterfacesCommand({ maxResults: 0, nextToken: 'x' }));
    expect(page.virtualInterfaces).toHaveLength(1);
    expect(page.nextToken).toBeUndefined();
    const unknown = { name: 'UnknownOperationException' };
    await expect(client.send(new DescribeDirectConnectGatewaysCommand({}))).rejects.toMatchObject(unknown);
    const transit = {
      connectionId: 'dxcon-00000000',
      ownerAccount: RECIPIENT,
      newTransitVirtualInterfaceAllocation: {},
    };
    await expect(client.send(new AllocateTransitVirtualInterfaceCommand(transit))).rejects.toMatchObject(
      unknown,
    );
    const directConnectGatewayId = '00000000-0000-4000-8000-000000000000';
    const confirmation = new ConfirmPrivateVirtualInterfaceCommand({
      virtualInterfaceId: id,
      directConnectGatewayId,
    });
    await expect(client.send(confirmation)).rejects.toMatchObject({ name: 'DirectConnectClientException' });
  });

  it('returns seven fields of a connection, and no ASN of a gateway', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const { connections } = await directConnect(simulator, OWNER).send(new DescribeConnectionsCommand({}));
    expect(connections).toEqual([
      {
        bandwidth: '1Gbps',
        connectionId,
        connectionName: `of-${OWNER}`,
        connectionState: 'available',
        location: 'PAR1',
        ownerAccount: OWNER,
        region: 'eu-west-2',
      },
    ]);
    const vgw = await gateway(simulator);
    const { VpnGateways } = await ec2(simulator, RECIPIENT).send(new DescribeVpnGatewaysCommand({}));
    expect(VpnGateways).toEqual([
      {
        VpnGatewayId: vgw,
        State: 'available',
        Type: 'ipsec.1',
        Tags: [],
        VpcAttachments: [{ VpcId: 'vpc-1a2b3c4d', State: 'attached' }],
      },
    ]);
  });
});

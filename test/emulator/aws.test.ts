import {
  ConfirmPrivateVirtualInterfaceCommand,
  CreateDirectConnectGatewayCommand,
  DescribeDirectConnectGatewaysCommand,
} from '@aws-sdk/client-direct-connect';
import { CreateVpnGatewayCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import {
  allocate,
  confirm,
  connect,
  defined,
  directConnect,
  ec2,
  listInterfaces,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

const dialect = 'aws';

async function directConnectGateway(simulator: Emulator): Promise<string> {
  const named = new CreateDirectConnectGatewayCommand({
    directConnectGatewayName: 'core',
    amazonSideAsn: 64700,
  });
  const { directConnectGateway } = await directConnect(simulator, RECIPIENT).send(named);
  return defined(directConnectGateway?.directConnectGatewayId);
}

describe('the AWS dialect', () => {
  it('returns all members of a request: its peer, its tags, empty gateways, and secrets in clear text', async () => {
    const simulator = await startTestEmulator({ dialect });
    await offerInterface(simulator, {
      mtu: 9001,
      authKey: 'sesame<1',
      amazonAddress: '169.254.10.1/30',
      customerAddress: '169.254.10.2/30',
      tags: [{ key: 'team', value: 'core' }],
    });
    const [vif] = await listInterfaces(simulator);
    expect(vif).toMatchObject({
      ownerAccount: RECIPIENT,
      asn: 65010,
      mtu: 9001,
      region: 'eu-west-2',
      authKey: 'sesame<1',
      virtualGatewayId: '',
      directConnectGatewayId: '',
      tags: [{ key: 'team', value: 'core' }],
      bgpPeers: [
        {
          asn: 65010,
          authKey: 'sesame<1',
          amazonAddress: '169.254.10.1/30',
          customerAddress: '169.254.10.2/30',
          bgpPeerState: 'pending',
          bgpStatus: 'down',
        },
      ],
    });
    expect(vif?.customerRouterConfig).toContain('<bgp_auth_key>sesame&lt;1</bgp_auth_key>');
  });

  it('generates a key for a request without one', async () => {
    const simulator = await startTestEmulator({ dialect });
    await offerInterface(simulator);
    expect((await listInterfaces(simulator))[0]?.authKey).toMatch(/.{6}/);
  });

  it.each([
    { wanted: { asn: 65010 }, shown: { asn: 65010, asnLong: 65010 } },
    { wanted: { asnLong: 65010 }, shown: { asn: 65010, asnLong: 65010 } },
    { wanted: { asnLong: 4200000000 }, shown: { asn: 0, asnLong: 4200000000 } },
  ])('shows the ASN of $wanted as $shown', async ({ wanted, shown }) => {
    const simulator = await startTestEmulator({ dialect });
    const { asn, asnLong, bgpPeers } = await allocate(simulator, await connect(simulator), {
      asn: undefined,
      ...wanted,
    });
    expect({ asn, asnLong }).toEqual(shown);
    expect({ asn: bgpPeers?.[0]?.asn, asnLong: bgpPeers?.[0]?.asnLong }).toEqual(shown);
  });

  it('accepts a request for an unattached gateway, and then shows its ASN', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await offerInterface(simulator);
    expect((await listInterfaces(simulator))[0]?.amazonSideAsn).toBe(64512);
    const created = await ec2(simulator, RECIPIENT).send(
      new CreateVpnGatewayCommand({ Type: 'ipsec.1', AmazonSideAsn: 64600 }),
    );
    const vgw = defined(created.VpnGateway?.VpnGatewayId);
    expect(vgw).toMatch(/^vgw-[0-9a-f]{17}$/);
    expect((await confirm(simulator, id, vgw)).virtualInterfaceState).toBe('pending');
    simulator.clock.advance(60_000);
    expect(await listInterfaces(simulator)).toMatchObject([
      {
        virtualInterfaceState: 'available',
        virtualGatewayId: vgw,
        directConnectGatewayId: '',
        amazonSideAsn: 64600,
        bgpPeers: [{ bgpPeerState: 'available', bgpStatus: 'up' }],
      },
    ]);
  });

  it('accepts a request for a Direct Connect gateway, which exists in every region', async () => {
    const simulator = await startTestEmulator({ dialect });
    const virtualInterfaceId = await offerInterface(simulator);
    const directConnectGatewayId = await directConnectGateway(simulator);
    const elsewhere = directConnect(simulator, RECIPIENT, { region: 'us-east-1' });
    const { directConnectGateways } = await elsewhere.send(new DescribeDirectConnectGatewaysCommand({}));
    expect(directConnectGateways).toEqual([
      {
        directConnectGatewayId,
        directConnectGatewayName: 'core',
        amazonSideAsn: 64700,
        ownerAccount: RECIPIENT,
        directConnectGatewayState: 'available',
      },
    ]);
    const confirmation = { virtualInterfaceId, directConnectGatewayId };
    await directConnect(simulator, RECIPIENT).send(new ConfirmPrivateVirtualInterfaceCommand(confirmation));
    expect(await listInterfaces(simulator)).toMatchObject([
      { virtualGatewayId: '', directConnectGatewayId, amazonSideAsn: 64700 },
    ]);
  });
});

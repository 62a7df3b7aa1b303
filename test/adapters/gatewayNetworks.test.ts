import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Received, type Reply, xml } from '../support/apiServer.ts';

const VGW = 'vgw-12345678';
const DX_GATEWAY = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';
const VPC = 'vpc-1a2b3c4d';

const GATEWAYS = xml(
  '<DescribeVpnGatewaysResponse><vpnGatewaySet>' +
    `<item><vpnGatewayId>${VGW}</vpnGatewayId><attachments><item><vpcId>${VPC}</vpcId><state>attached</state></item></attachments></item>` +
    '<item><vpnGatewayId>vgw-87654321</vpnGatewayId><attachments/></item>' +
    '</vpnGatewaySet></DescribeVpnGatewaysResponse>',
);

function vpcs(...items: string[]): Reply {
  const set = items.map((item) => `<item>${item}</item>`).join('');
  return xml(`<DescribeVpcsResponse><vpcSet>${set}</vpcSet></DescribeVpcsResponse>`);
}

function vpc(more = '', id = VPC): string {
  return `<vpcId>${id}</vpcId><cidrBlock>10.0.0.0/16</cidrBlock>${more}`;
}

const block4 = (cidr: string, state = 'associated'): string =>
  `<item><cidrBlock>${cidr}</cidrBlock><cidrBlockState><state>${state}</state></cidrBlockState></item>`;
const block6 = (cidr: string): string =>
  `<item><ipv6CidrBlock>${cidr}</ipv6CidrBlock><ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item>`;

/** The networks behind a gateway. */
async function ask(gateway: string, answer: Reply, associations: readonly object[] = []) {
  const apis = await connectTo('aws', ({ operation }: Received) => {
    if (operation === 'DescribeVpnGateways') return GATEWAYS;
    if (operation === 'DescribeVpcs') return answer;
    return json({ directConnectGatewayAssociations: associations });
  });
  const asked = (): string[] => apis.received.map(({ operation }) => operation);
  return { asked, received: apis.received, networks: () => apis.gateways.readNetworks(gateway) };
}

describe('the networks behind a virtual private gateway', () => {
  it('are all blocks of its VPCs that are associated, of both families', async () => {
    const more =
      `<cidrBlockAssociationSet>${block4('10.0.0.0/16')}${block4('10.7.0.0/16')}${block4('10.8.0.0/16', 'disassociated')}</cidrBlockAssociationSet>` +
      `<ipv6CidrBlockAssociationSet>${block6('2001:db8::/56')}</ipv6CidrBlockAssociationSet>`;
    const { received, networks } = await ask(VGW, vpcs(vpc(more), vpc('', 'vpc-other')));
    expect(await networks()).toEqual({
      networks: ['10.0.0.0/16', '10.7.0.0/16', '2001:db8::/56'].map((cidr) => ({ vpc: VPC, cidr })),
      elsewhere: [],
    });
    expect(received.at(-1)?.body).toBe(
      `Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=${VPC}`,
    );
  });

  it('are none without a VPC, which is not asked for', async () => {
    const { asked, networks } = await ask('vgw-87654321', vpcs());
    expect(await networks()).toEqual({ networks: [], elsewhere: [] });
    expect(asked()).toEqual(['DescribeVpnGateways']);
  });

  it.each<[string, Reply]>([
    ['no list', xml('<DescribeVpcsResponse/>')],
    ['a VPC without a block', vpcs(`<vpcId>${VPC}</vpcId>`)],
    ['a block that is none', vpcs(`<vpcId>${VPC}</vpcId><cidrBlock>all</cidrBlock>`)],
  ])('are not known if the answer has %s', async (_, answer) => {
    const { networks } = await ask(VGW, answer);
    expect(await rejectionOf(networks())).toMatchObject({ operation: 'DescribeVpcs', kind: 'malformed' });
  });
});

describe('the networks behind a Direct Connect gateway', () => {
  const association = (id: string, type = 'virtualPrivateGateway', associationState = 'associated') => ({
    associationState,
    associatedGateway: { id, type, region: 'eu-west-2' },
  });

  it('are those of its virtual private gateways here; other gateways are named', async () => {
    const { networks } = await ask(DX_GATEWAY, vpcs(vpc()), [
      association(VGW),
      association('vgw-99999999'),
      association('tgw-1', 'transitGateway'),
      association('vgw-88888888', 'virtualPrivateGateway', 'disassociated'),
      { associationState: 'associated', associatedCoreNetwork: { id: 'core-network-1' } },
    ]);
    expect(await networks()).toEqual({
      networks: [{ vpc: VPC, cidr: '10.0.0.0/16' }],
      elsewhere: ['vgw-99999999', 'tgw-1', 'core-network-1'],
    });
  });

  it('are none without an association', async () => {
    const { asked, networks } = await ask(DX_GATEWAY, vpcs());
    expect(await networks()).toEqual({ networks: [], elsewhere: [] });
    expect(asked()).toEqual(['DescribeDirectConnectGatewayAssociations']);
  });
});

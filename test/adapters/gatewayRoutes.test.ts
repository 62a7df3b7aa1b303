import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Received, type Reply, text, xml } from '../support/apiServer.ts';

const VGW = 'vgw-12345678';
const DX_GATEWAY = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';
const VPC = 'vpc-1a2b3c4d';

function gatewayIn(state: string): Reply {
  const attachment = `<item><vpcId>${VPC}</vpcId><state>${state}</state></item>`;
  return xml(
    '<DescribeVpnGatewaysResponse><vpnGatewaySet>' +
      `<item><vpnGatewayId>${VGW}</vpnGatewayId><attachments>${attachment}</attachments></item>` +
      '</vpnGatewaySet></DescribeVpnGatewaysResponse>',
  );
}

function answer(content: string): Reply {
  return xml(`<DescribeRouteTablesResponse>${content}</DescribeRouteTablesResponse>`);
}

function set(...tables: string[]): string {
  return `<routeTableSet>${tables.join('')}</routeTableSet>`;
}

function table(more: string, id = 'rtb-1', vpc = VPC): string {
  return `<item><routeTableId>${id}</routeTableId><vpcId>${vpc}</vpcId>${more}</item>`;
}

function route(gateway: string, state = 'active'): string {
  return `<item><destinationCidrBlock>192.0.2.0/24</destinationCidrBlock><gatewayId>${gateway}</gatewayId><state>${state}</state></item>`;
}

function propagating(...gateways: string[]): string {
  const items = gateways.map((id) => `<item><gatewayId>${id}</gatewayId></item>`);
  return `<propagatingVgwSet>${items.join('')}</propagatingVgwSet>`;
}

async function ask(...pages: Reply[]) {
  const apis = await connectTo('outscale', ({ operation }: Received, earlier) =>
    operation === 'DescribeVpnGateways' ? gatewayIn('attached') : (pages[earlier] ?? answer('')),
  );
  const asked = (): string[] =>
    apis.received.map(({ body }) => body).filter((body) => body.includes('Route'));
  return { asked, routing: () => apis.gateways.readRouting(VGW) };
}

describe('the route tables of the VPC of a virtual gateway', () => {
  it('are requested by VPC, in one call', async () => {
    const { asked, routing } = await ask(answer(set(table(propagating(VGW)))));
    expect(await routing()).toEqual({
      kind: 'virtual',
      vpcs: [VPC],
      tables: [{ id: 'rtb-1', vpc: VPC, gateways: [VGW] }],
    });
    expect(asked()).toEqual([
      `Action=DescribeRouteTables&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=${VPC}`,
    ]);
  });

  it('are read from all pages', async () => {
    const { asked, routing } = await ask(
      answer(`${set(table(''))}<nextToken>a b&amp;c</nextToken>`),
      answer(`${set(table(propagating(VGW), 'rtb-2'))}<nextToken/>`),
    );
    expect(await routing()).toMatchObject({
      tables: [
        { id: 'rtb-1', gateways: [] },
        { id: 'rtb-2', gateways: [VGW] },
      ],
    });
    expect(asked().at(-1)).toMatch(/&NextToken=a\+b%26c$/);
  });

  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['empty lists', '<propagatingVgwSet/><routeSet> </routeSet>', []],
    ['a propagating gateway', propagating(VGW), [VGW]],
    ['several', propagating('vgw-1', VGW), ['vgw-1', VGW]],
    ['a static route', `<propagatingVgwSet/><routeSet>${route(VGW)}</routeSet>`, [VGW]],
    ['routes elsewhere', `<routeSet>${route('local')}${route('igw-1')}</routeSet>`, ['local', 'igw-1']],
    ['a route that leads nowhere any more', `<routeSet>${route(VGW, 'blackhole')}</routeSet>`, []],
    ['a route of no state', `<routeSet>${route(VGW, '')}</routeSet>`, [VGW]],
    ['both', `${propagating(VGW)}<routeSet>${route(VGW)}</routeSet>`, [VGW]],
    ['a route to no gateway', '<routeSet><item><instanceId>i-1</instanceId></item></routeSet>', []],
    [
      'a garbled gateway',
      '<propagatingVgwSet><item><gatewayId><x/></gatewayId></item></propagatingVgwSet>',
      [],
    ],
  ])('with %s lead so', async (_, more, gateways) => {
    const { routing } = await ask(answer(set(table(more))));
    expect(await routing()).toMatchObject({ tables: [{ gateways }] });
  });

  it('of other VPCs do not count, if the API ignores the filter', async () => {
    const { routing } = await ask(answer(set(table(propagating(VGW), 'rtb-2', 'vpc-2'), table(''))));
    expect(await routing()).toMatchObject({ tables: [{ id: 'rtb-1', gateways: [] }] });
  });

  it.each<[string, Reply]>([
    ['no list', answer('')],
    ['text for a list', answer('<routeTableSet>none</routeTableSet>')],
    ['no table, which no VPC is without', answer('<routeTableSet/>')],
    ['tables of other VPCs only', answer(set(table(propagating(VGW), 'rtb-2', 'vpc-2')))],
    ['a table without an ID', answer(set(table(''), '<item><vpcId>vpc-1a2b3c4d</vpcId></item>'))],
    ['a table of no VPC', answer(set(table(''), '<item><routeTableId>rtb-2</routeTableId></item>'))],
    ['a table with a text for a list', answer(set(table('<propagatingVgwSet>vgw</propagatingVgwSet>')))],
    ['a repeated token', answer(`${set(table(''))}<nextToken>a</nextToken>`)],
    ['a garbled token', answer(`${set(table(''))}<nextToken><x/></nextToken>`)],
    ['another answer', xml(`<DescribeVpcsResponse>${set(table(''))}</DescribeVpcsResponse>`)],
    ['half an answer', xml('<DescribeRouteTablesResponse><routeTableSet><item>')],
    ['HTML', text('<!DOCTYPE html><html><br></html>')],
  ])('are never taken as none because of %s', async (_, reply) => {
    const { routing } = await ask(reply, reply);
    expect(await rejectionOf(routing())).toMatchObject({
      name: 'ApiFailure',
      kind: 'malformed',
      operation: 'DescribeRouteTables',
    });
  });

  it.each<[string, Reply]>([
    [
      'UnauthorizedOperation',
      xml(
        '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>',
        403,
      ),
    ],
    ['a bare 403', text('forbidden', 403)],
  ])('that may not be read are reported as such: %s', async (_, reply) => {
    const { asked, routing } = await ask(reply, reply);
    expect(await rejectionOf(routing())).toMatchObject({
      kind: 'credentials',
      operation: 'DescribeRouteTables',
    });
    expect(asked()).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['attached to none', gatewayIn('detached')],
    ['not there', xml('<DescribeVpnGatewaysResponse><vpnGatewaySet/></DescribeVpnGatewaysResponse>')],
  ])('are not requested when the gateway is %s', async (_, reply) => {
    const apis = await connectTo('outscale', () => reply);
    expect(await apis.gateways.readRouting(VGW)).toEqual({ kind: 'virtual', vpcs: [], tables: [] });
    expect(apis.received.map(({ operation }) => operation)).toEqual(['DescribeVpnGateways']);
  });
});

describe('the associations of a Direct Connect gateway', () => {
  const page = (associations: unknown, nextToken?: string): Reply =>
    json({ directConnectGatewayAssociations: associations, nextToken });

  async function askAws(...pages: Reply[]) {
    const apis = await connectTo('aws', (_, earlier) => pages[earlier] ?? json({}));
    return {
      apis,
      routing: () => apis.gateways.readRouting(DX_GATEWAY),
      kinds: () => apis.gateways.servedKinds(DX_GATEWAY),
    };
  }

  const withGateway = (type: unknown) => ({ associationState: 'associated', associatedGateway: { type } });
  const withCoreNetwork = { associationState: 'associated', associatedCoreNetwork: { id: 'core-network-1' } };

  it('are read from all pages, with state and type alone', async () => {
    const { apis, routing } = await askAws(
      page([withGateway('transitGateway'), { associationState: 7 }], 'a'),
      page([null, {}, { ...withGateway('virtualPrivateGateway'), associationState: 'disassociated' }]),
    );
    expect(await routing()).toEqual({
      kind: 'directConnect',
      associations: [
        { state: 'associated', type: 'transitGateway' },
        { state: null, type: null },
        { state: null, type: null },
        { state: null, type: null },
        { state: 'disassociated', type: 'virtualPrivateGateway' },
      ],
    });
    expect(apis.received.map(({ operation, body }) => `${operation} ${body}`)).toEqual([
      `DescribeDirectConnectGatewayAssociations {"directConnectGatewayId":"${DX_GATEWAY}"}`,
      `DescribeDirectConnectGatewayAssociations {"directConnectGatewayId":"${DX_GATEWAY}","nextToken":"a"}`,
    ]);
  });

  it('may be none', async () => {
    const { routing, kinds } = await askAws(page([]), page([]));
    expect(await routing()).toEqual({ kind: 'directConnect', associations: [] });
    expect(await kinds()).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a virtual private gateway', withGateway('virtualPrivateGateway'), 'private'],
    ['a transit gateway', withGateway('transitGateway'), 'transit'],
    ['a core network', withCoreNetwork, 'transit'],
    ['a gateway of a type of a later API', withGateway('cloudGateway'), 'unknown'],
    ['a gateway without a type', withGateway(undefined), 'unknown'],
    ['a gateway whose type is not a text', withGateway(7), 'unknown'],
    [
      'something that is not a gateway',
      { associationState: 'associated', associatedGateway: 'tgw-1' },
      'unknown',
    ],
    [
      'a gateway and a core network at once',
      { ...withGateway('transitGateway'), ...withCoreNetwork },
      'unknown',
    ],
    ['nothing that the answer has', { associationState: 'associated' }, 'unknown'],
    ['something unreadable', null, 'unknown'],
  ])('with %s show which kind the gateway serves', async (_, association, kind) => {
    const { kinds } = await askAws(page([association]));
    expect(await kinds()).toEqual([kind]);
  });

  it.each<[string, Reply[]]>([
    ['an empty answer', [json({})]],
    ['an answer of another kind', [page({})]],
    ['a page without its list', [page([], 'a'), json({})]],
    ['a repeated token', [page([], 'a'), page([], 'a')]],
  ])('are never taken as none because of %s', async (_, pages) => {
    for (const question of ['routing', 'kinds'] as const) {
      const asked = await askAws(...pages);
      expect(await rejectionOf(asked[question]())).toMatchObject({
        name: 'ApiFailure',
        kind: 'malformed',
        operation: 'DescribeDirectConnectGatewayAssociations',
      });
    }
  });

  it('that may not be read are reported as such', async () => {
    const { routing } = await askAws(json({ __type: 'AccessDeniedException', message: 'no' }, 400));
    expect(await rejectionOf(routing())).toMatchObject({ kind: 'credentials' });
  });
});

describe('the endpoint of EC2 or FCU in printed commands', () => {
  it.each([
    ['aws', null, null],
    ['aws', 'https://ec2.example', 'https://ec2.example'],
    ['outscale', null, 'https://fcu.eu-west-2.outscale.com'],
    ['outscale', 'https://fcu.example', 'https://fcu.example'],
  ] as const)('on %s, with %s given, is %s', (provider, given, expected) => {
    const keys = { accessKeyId: '012345678901', secretAccessKey: 'secret' };
    const endpoints = { directConnect: null, gateways: given, identity: null };
    const apis = connect({ provider, region: 'eu-west-2' }, keys, endpoints, 1000, new Set());
    onTestFinished(() => apis.close());
    expect(apis.gatewayEndpoint).toBe(expected);
  });
});

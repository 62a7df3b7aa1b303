import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Reply, xml } from '../support/apiServer.ts';

const ID = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';
const OTHER_ID = '5f294f92-bafb-4011-916d-000000000000';
const ITEM = {
  directConnectGatewayId: ID,
  directConnectGatewayName: 'hub',
  directConnectGatewayState: 'available',
  amazonSideAsn: 64512,
  ownerAccount: '012345678901',
};
const READ = {
  id: ID,
  kind: 'directConnect',
  state: 'available',
  attachedVpcs: [],
  asn: 64512,
  ownerAccount: '012345678901',
};

async function ask(...pages: Reply[]) {
  const apis = await connectTo('aws', (_, earlier) => pages[earlier] ?? json({}));
  return { apis, list: () => apis.gateways.list(new Set(['directConnect'] as const)) };
}

describe('Direct Connect gateways', () => {
  it('are read from all pages, without a call for virtual ones', async () => {
    const { apis, list } = await ask(
      json({ directConnectGateways: [ITEM], nextToken: 'a' }),
      json({
        directConnectGateways: [
          { ...ITEM, directConnectGatewayId: OTHER_ID, directConnectGatewayState: 'deleting' },
        ],
      }),
    );
    expect(await list()).toEqual([READ, { ...READ, id: OTHER_ID, state: 'deleting' }]);
    expect(apis.received.map(({ operation, body }) => `${operation} ${body}`)).toEqual([
      'DescribeDirectConnectGateways {}',
      'DescribeDirectConnectGateways {"nextToken":"a"}',
    ]);
  });

  it.each([
    [{ directConnectGatewayState: 5 }, { state: null }],
    [{ directConnectGatewayState: undefined }, { state: null }],
    [{ amazonSideAsn: '64512' }, { asn: null }],
    [{ amazonSideAsn: 0 }, { asn: null }],
    [{ ownerAccount: undefined }, { ownerAccount: null }],
  ])('with %j are parsed as far as possible', async (changes, expected) => {
    const { list } = await ask(json({ directConnectGateways: [null, { ...ITEM, ...changes }, {}] }));
    expect(await list()).toEqual([{ ...READ, ...expected }]);
  });

  it.each([
    ['an empty answer', [json({})]],
    ['an answer of another kind', [json({ directConnectGateways: {} })]],
    ['a page without its list', [json({ directConnectGateways: [ITEM], nextToken: 'a' }), json({})]],
    [
      'a repeated token',
      [
        json({ directConnectGateways: [ITEM], nextToken: 'a' }),
        json({ directConnectGateways: [], nextToken: 'a' }),
      ],
    ],
  ])('are unknown after %s', async (_, pages) => {
    const { list } = await ask(...pages);
    expect(await rejectionOf(list())).toMatchObject({
      name: 'ApiFailure',
      kind: 'malformed',
      operation: 'DescribeDirectConnectGateways',
    });
  });

  it('are listed together with virtual ones when both are wanted', async () => {
    const set = '<vpnGatewaySet><item><vpnGatewayId>vgw-12345678</vpnGatewayId></item></vpnGatewaySet>';
    const virtual = xml(`<DescribeVpnGatewaysResponse>${set}</DescribeVpnGatewaysResponse>`);
    const apis = await connectTo('aws', ({ operation }) =>
      operation === 'DescribeVpnGateways' ? virtual : json({ directConnectGateways: [ITEM] }),
    );
    const found = await apis.gateways.list(new Set(['virtual', 'directConnect'] as const));
    expect(found.map(({ id }) => id)).toEqual(['vgw-12345678', ID]);
  });
});

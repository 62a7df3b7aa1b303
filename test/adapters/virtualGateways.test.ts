import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { type Reply, text, xml } from '../support/apiServer.ts';

const VIRTUAL = new Set(['virtual'] as const);

function answer(set: string): Reply {
  return xml(
    `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpnGatewaysResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      `<requestId>1</requestId>${set}</DescribeVpnGatewaysResponse>`,
  );
}

function gateway(id: string, attachments = '<attachments/>', more = ''): string {
  return `<item><vpnGatewayId>${id}</vpnGatewayId><state>available</state>${attachments}${more}</item>`;
}

function attachment(vpc: string, state: string): string {
  return `<item><vpcId>${vpc}</vpcId><state>${state}</state></item>`;
}

async function ask(reply: Reply) {
  const apis = await connectTo('outscale', () => reply);
  return { apis, list: () => apis.gateways.list(VIRTUAL) };
}

async function list(set: string) {
  return (await ask(answer(set))).list();
}

const ATTACHED = `<attachments>${attachment('vpc-1', 'attached')}</attachments>`;
const NOTHING = { kind: 'virtual', state: 'available', attachedVpcs: [], asn: null, ownerAccount: null };

describe('virtual gateways', () => {
  it('are requested without IDs, because one unknown ID may fail the whole call', async () => {
    const { apis, list } = await ask(answer('<vpnGatewaySet/>'));
    await list();
    expect(apis.received[0]?.body).toBe('Action=DescribeVpnGateways&Version=2016-11-15');
    expect(apis.received[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=012345678901\/\d+\/eu-west-2\/ec2\/aws4_request, SignedHeaders=[^,]*host/,
    );
  });

  it.each([
    '<vpnGatewaySet/>',
    '<vpnGatewaySet></vpnGatewaySet>',
    '<vpnGatewaySet>\n  </vpnGatewaySet>',
    '<vpnGatewaySet> </vpnGatewaySet>',
  ])('may be none: %j', async (set) => {
    expect(await list(set)).toEqual([]);
  });

  it('with the same ID are one gateway, and if they differ nothing is known about it', async () => {
    const [one, two] = [gateway('vgw-11111111'), gateway('vgw-22222222', ATTACHED)];
    const other = gateway('vgw-22222222', '<attachments/>', '<amazonSideAsn>64512</amazonSideAsn>');
    expect(await list(`<vpnGatewaySet>${one}${two}${one}${other}${two}</vpnGatewaySet>`)).toEqual([
      { id: 'vgw-11111111', ...NOTHING },
      { id: 'vgw-22222222', ...NOTHING, state: null },
    ]);
  });

  it('may be one, or many', async () => {
    const one = gateway('vgw-11111111');
    expect(await list(`<vpnGatewaySet>${one}</vpnGatewaySet>`)).toEqual([{ id: 'vgw-11111111', ...NOTHING }]);
    const many = `${one}\n${gateway('vgw-22222222')}<!-- and -->${gateway('vgw-33333333')}`;
    expect((await list(`<vpnGatewaySet>${many}</vpnGatewaySet>`)).map(({ id }) => id)).toEqual([
      'vgw-11111111',
      'vgw-22222222',
      'vgw-33333333',
    ]);
  });

  it.each([
    ['<attachments/>', []],
    ['', []],
    [`<attachments>${attachment('vpc-1', 'attached')}</attachments>`, ['vpc-1']],
    [`<attachments>${attachment('vpc-1', 'attaching')}</attachments>`, []],
    [`<attachments>${attachment('vpc-1', 'detaching')}</attachments>`, []],
    [`<attachments>${attachment('vpc-1', 'detached')}</attachments>`, []],
    [
      `<attachments>${attachment('vpc-1', 'detached')}${attachment('vpc-2', 'attached')}</attachments>`,
      ['vpc-2'],
    ],
    [`<attachments>${attachment('', 'attached')}</attachments>`, []],
    ['<attachments><item><state>attached</state></item></attachments>', []],
    ['<attachments>attached</attachments>', []],
  ])('with %s are attached to %j', async (attachments, vpcs) => {
    const [found] = await list(`<vpnGatewaySet>${gateway('vgw-1', attachments)}</vpnGatewaySet>`);
    expect(found?.attachedVpcs).toEqual(vpcs);
  });

  it.each([
    ['<amazonSideAsn>64512</amazonSideAsn>', 64512],
    ['<amazonSideAsn>0</amazonSideAsn>', null],
    ['<amazonSideAsn>x</amazonSideAsn>', null],
    ['<amazonSideAsn/>', null],
    ['', null],
  ])('with %s have ASN %j', async (xmlAsn, asn) => {
    const [found] = await list(`<vpnGatewaySet>${gateway('vgw-1', '', xmlAsn)}</vpnGatewaySet>`);
    expect(found?.asn).toBe(asn);
  });

  it('are parsed with entities and CDATA, and a malformed one affects only itself', async () => {
    const odd = '<item/><item>x</item><item><vpnGatewayId><x/></vpnGatewayId></item>';
    const coded = gateway(
      '<![CDATA[vgw-2]]>',
      '',
      '<tagSet><item><value>&lt;&amp;&#65;</value></item></tagSet>',
    );
    const found = await list(`<vpnGatewaySet>${odd}${gateway('vgw&#45;1')}${coded}</vpnGatewaySet>`);
    expect(found.map(({ id }) => id)).toEqual(['vgw-1', 'vgw-2']);
  });

  it('without a state have none', async () => {
    const set = '<vpnGatewaySet><item><vpnGatewayId>vgw-1</vpnGatewayId></item></vpnGatewaySet>';
    expect(await list(set)).toEqual([{ id: 'vgw-1', ...NOTHING, state: null }]);
  });

  it.each([
    ['no list', answer('')],
    ['text for a list', answer('<vpnGatewaySet>none</vpnGatewaySet>')],
    ['something else for a list', answer('<vpnGatewaySet><vpnGateway/></vpnGatewaySet>')],
    ['two lists', answer('<vpnGatewaySet/><vpnGatewaySet/>')],
    ['an empty answer', xml('<DescribeVpnGatewaysResponse/>')],
    ['another answer', xml('<DescribeVpcsResponse><vpnGatewaySet/></DescribeVpcsResponse>')],
    ['half an answer', xml('<DescribeVpnGatewaysResponse><vpnGatewaySet><item><vpnGatewayId>vgw-1')],
    ['nothing', xml('')],
    ['HTML', text('<!DOCTYPE html><html><br></html>')],
    ['JSON', text('{"VirtualGateways":[]}')],
    ['too deep a nesting', xml('<a>'.repeat(100_000))],
  ])('are never taken as none because of %s', async (_, reply) => {
    const { apis, list } = await ask(reply);
    expect(await rejectionOf(list())).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
    expect(apis.received).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Reply } from '../support/apiServer.ts';
import { OUTSCALE_ITEM } from '../support/wireItems.ts';

const ID = OUTSCALE_ITEM.virtualInterfaceId;
const OTHER = { ...OUTSCALE_ITEM, virtualInterfaceId: 'dxvif-99999999' };

async function description(reply: Reply, provider: 'aws' | 'outscale' = 'aws') {
  const apis = await connectTo(provider, () => reply);
  return { apis, describe: () => apis.directConnect.describe(ID) };
}

function said(__type: string, message: string, status = 400): Reply {
  return json({ __type, message }, status);
}

describe('describing one interface', () => {
  it.each(['aws', 'outscale'] as const)(
    'asks %s for that interface alone, and parses it',
    async (provider) => {
      const { apis, describe } = await description(json({ virtualInterfaces: [OUTSCALE_ITEM] }), provider);
      expect(await describe()).toMatchObject({ id: ID, state: 'confirming', readErrors: [] });
      expect(apis.received.map(({ body }) => JSON.parse(body))).toEqual([{ virtualInterfaceId: ID }]);
    },
  );

  it.each(['aws', 'outscale'] as const)(
    'keeps the members that the SDK does not know, as the listing does, on %s',
    async (provider) => {
      const item = { ...OUTSCALE_ITEM, rateLimit: '500Mbps', prefixPoolAllocatedCountIpv4: 100 };
      const { apis, describe } = await description(json({ virtualInterfaces: [item] }), provider);
      const expected = { id: ID, rateLimit: '500Mbps', prefixCountIpv4: 100, prefixCountIpv6: null };
      expect(await describe()).toMatchObject(expected);
      expect(await apis.directConnect.list()).toMatchObject([expected]);
    },
  );

  it.each([
    ['an empty list', json({ virtualInterfaces: [] })],
    ['the words of the API', said('DirectConnectClientException', `Virtual Interface ${ID} does not exist.`)],
    ['other words of the API', said('DirectConnectClientException', 'VirtualInterface not found')],
    ['words without a kind', json({ message: `${ID} does not exist` }, 400)],
    ['words about an invalid ID', said('DirectConnectClientException', `Invalid virtual interface: ${ID}`)],
    ['a kind of error', said('InvalidVirtualInterfaceID.NotFound', 'no such')],
    [
      'the form of OUTSCALE',
      json({ Errors: [{ Code: '5000', Type: 'NotFound', Details: 'The interface does not exist' }] }, 400),
    ],
  ])('learns from %s that it does not exist', async (_, reply) => {
    const { describe } = await description(reply);
    expect(await describe()).toBeNull();
  });

  it.each([
    ['a wrong endpoint', said('Unknown', 'Not Found', 404)],
    ['a proxy', json({ message: 'not found' }, 404)],
    ['an error about something else', said('DirectConnectClientException', 'Connection is being deleted')],
    [
      'an error about an invalid ID',
      said('DirectConnectClientException', 'Invalid virtual interface: dxvif-1'),
    ],
    ['words about an ID that begins with it', json({ message: `${ID}0 does not exist` }, 400)],
    [
      'an error about another interface',
      said('DirectConnectClientException', 'dxvif-99999999 does not exist'),
    ],
    [
      'an error about its connection',
      said('DirectConnectClientException', 'Connection dxcon-1 does not exist'),
    ],
    ['an error about the account', said('DirectConnectClientException', 'Account 012345678901 not found')],
    [
      'an error of OUTSCALE about the region',
      json({ Errors: [{ Code: '5000', Type: 'NotFound', Details: 'Region not found' }] }, 400),
    ],
    ['a gateway of HTTP with a code', json({ code: 'NOT_FOUND', message: 'no route' }, 404)],
    ['an orchestrator', json({ kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' }, 404)],
    ['another service', said('NotFoundException', 'not found', 404)],
    ['another status', said('DirectConnectClientException', 'VirtualInterface not found', 407)],
    ['a later line', said('DirectConnectClientException', 'Something odd.\nnot found')],
    [
      'the end of a long text',
      said('DirectConnectClientException', `${'a'.repeat(1400)} VirtualInterface not found`),
    ],
    [
      'the request that it repeats',
      said('DirectConnectClientException', `odd. The Canonical String was ${ID} not found`),
    ],
    ['a failing server', said('DirectConnectServerException', `${ID} does not exist`)],
    ['missing rights', said('AccessDeniedException', `${ID} does not exist`)],
  ])('never concludes from %s that it does not exist', async (_, reply) => {
    const { describe } = await description(reply);
    expect(await rejectionOf(describe())).toMatchObject({ name: 'ApiFailure' });
  });

  it.each([
    ['another interface', { virtualInterfaces: [OTHER] }],
    ['it and another one', { virtualInterfaces: [OUTSCALE_ITEM, OTHER] }],
    ['it twice', { virtualInterfaces: [OUTSCALE_ITEM, OUTSCALE_ITEM] }],
    ['garbage', { virtualInterfaces: [null] }],
    ['something without an ID', { virtualInterfaces: [{ ...OUTSCALE_ITEM, virtualInterfaceId: '' }] }],
    ['nothing', {}],
    ['null', { virtualInterfaces: null }],
  ])('refuses an answer about %s', async (_, answer) => {
    const { describe } = await description(json(answer));
    expect(await rejectionOf(describe())).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
  });
});

describe('our own connections', () => {
  async function connections(...pages: Reply[]) {
    const apis = await connectTo('aws', (_, earlier) => pages[earlier] ?? json({}));
    return apis.directConnect.ownConnections();
  }

  it('are those of all pages, with the LAGs that they belong to', async () => {
    const found = await connections(
      json({ connections: [{ connectionId: 'dxcon-1', lagId: 'dxlag-1' }], nextToken: 'a' }),
      json({ connections: [{ connectionId: 'dxcon-2', lagId: '' }, { connectionId: 'dxcon-3' }] }),
    );
    expect([...found]).toEqual(['dxcon-1', 'dxlag-1', 'dxcon-2', 'dxcon-3']);
  });

  it('may be none', async () => {
    expect([...(await connections(json({ connections: [] })))]).toEqual([]);
  });

  it.each([
    null,
    'dxcon-1',
    {},
    { connectionId: '' },
    { connectionId: 5 },
    { connectionId: 'dxcon-1', lagId: 5 },
  ])('are unknown when one of them is %j', async (odd) => {
    const reply = json({ connections: [{ connectionId: 'dxcon-2' }, odd] });
    expect(await rejectionOf(connections(reply))).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
  });

  it('are unknown when a page lacks its list', async () => {
    const failure = rejectionOf(connections(json({ connections: [], nextToken: 'a' }), json({})));
    expect(await failure).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
  });
});

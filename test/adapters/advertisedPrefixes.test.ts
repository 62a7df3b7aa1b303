import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Reply, text } from '../support/apiServer.ts';

const ID = 'dxvif-1a2b3c4d';

function route(cidr: unknown, routeDirection = 'accepted'): object {
  return { cidr, routeDirection, addressFamily: 'ipv4', asPath: [{ pathType: 'seq', path: [65010] }] };
}

function page(cidrs: readonly unknown[], nextToken?: unknown): Reply {
  const routes = cidrs.map((cidr) => route(cidr));
  return json({ virtualInterfaceId: ID, routes, ...(nextToken === undefined ? {} : { nextToken }) });
}

/** The prefixes of an interface, answered page by page. */
async function ask(...pages: Reply[]) {
  const apis = await connectTo('aws', (_, earlier) => pages[earlier] ?? json({}));
  return { received: apis.received, prefixes: () => apis.directConnect.advertisedPrefixes(ID) };
}

describe('the prefixes that an owner advertises', () => {
  it('are requested by a signed call, and read from all pages, each once', async () => {
    const { received, prefixes } = await ask(
      page(['10.0.0.0/16', '10.1.0.0/16', '10.0.0.0/16'], 'a'),
      page(['2001:DB8::/32', '0.0.0.0/0']),
    );
    expect(await prefixes()).toEqual(['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/32', '0.0.0.0/0']);
    const asked = { virtualInterfaceId: ID, filters: { routeDirection: 'accepted' }, maxResults: 100 };
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([asked, { ...asked, nextToken: 'a' }]);
    expect(received.map(({ operation }) => operation)).toEqual([
      'ListVirtualInterfaceRoutes',
      'ListVirtualInterfaceRoutes',
    ]);
    for (const { headers, body } of received) {
      expect(headers.authorization).toMatch(/\/eu-west-2\/directconnect\/aws4_request, .*x-amz-target/);
      expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    }
  });

  it('are none if the owner advertises nothing', async () => {
    const { prefixes } = await ask(page([]));
    expect(await prefixes()).toEqual([]);
  });

  it('are not what is advertised to the owner, even if the API ignores the filter', async () => {
    const { prefixes } = await ask(
      json({ routes: [route('10.0.0.0/16'), route('10.9.0.0/16', 'advertised')] }),
    );
    expect(await prefixes()).toEqual(['10.0.0.0/16']);
  });

  it.each<[string, Reply]>([
    ['no list', json({ virtualInterfaceId: ID })],
    ['another list', json({ virtualInterfaces: [] })],
    ['a route without a prefix', page([undefined])],
    ['a prefix that is none', page(['10.0.0.0/33'])],
    ['a number as prefix', page([10])],
    ['no object', json([])],
    ['no JSON', text('<html>')],
    ['a repeated token', page(['10.0.0.0/16'], 'a')],
  ])('are not known if the answer has %s', async (_, answer) => {
    const { prefixes } = await ask(answer, answer, answer);
    expect(await rejectionOf(prefixes())).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
  });

  it.each<[number, string, string]>([
    [400, 'AccessDeniedException', 'credentials'],
    [400, 'UnknownOperationException', 'client'],
    [400, 'DirectConnectClientException', 'client'],
  ])('are refused with %i %s as %s', async (status, code, kind) => {
    const refusal: Reply = {
      does: 'answer',
      status,
      type: 'application/x-amz-json-1.1',
      body: JSON.stringify({ __type: code, message: 'no' }),
    };
    const { received, prefixes } = await ask(refusal);
    expect(await rejectionOf(prefixes())).toMatchObject({ operation: 'ListVirtualInterfaceRoutes', kind });
    expect(received).toHaveLength(1);
  });
});

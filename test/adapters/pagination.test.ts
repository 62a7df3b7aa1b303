import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Reply, text } from '../support/apiServer.ts';
import { OUTSCALE_ITEM } from '../support/wireItems.ts';

const INCOMPLETE = { name: 'ListingIncomplete', code: 'listing-incomplete' };

function item(id: string): object {
  return { ...OUTSCALE_ITEM, virtualInterfaceId: id };
}

function page(ids: readonly string[], nextToken?: unknown): Reply {
  return json({ virtualInterfaces: ids.map(item), ...(nextToken === undefined ? {} : { nextToken }) });
}

/** A listing that is answered page by page; after the last page, that page is repeated. */
async function listing(provider: 'aws' | 'outscale', ...pages: Reply[]) {
  const apis = await connectTo(provider, (_, earlier) => pages[earlier] ?? pages.at(-1) ?? json({}));
  return { apis, list: () => apis.directConnect.list() };
}

describe('a listing', () => {
  it('of more items than any account has is incomplete, even in one page', async () => {
    const { list } = await listing(
      'aws',
      json({ virtualInterfaces: Array.from({ length: 200_000 }, () => 0) }),
    );
    const failure = await rejectionOf(list());
    expect(failure).toMatchObject(INCOMPLETE);
    expect(String(failure)).toMatch(/it has more than 100000 items/);
  });

  it.each([undefined, null, ''])('ends where the next token is %j', async (end) => {
    const { apis, list } = await listing('aws', page(['dxvif-1', 'dxvif-2'], end));
    expect((await list()).map(({ id }) => id)).toEqual(['dxvif-1', 'dxvif-2']);
    expect(apis.received).toHaveLength(1);
  });

  it('includes every page, even after an empty one', async () => {
    const { apis, list } = await listing(
      'aws',
      page(['dxvif-1'], 'a'),
      page([], 'b'),
      page(['dxvif-2'], 'c'),
      page(['dxvif-3']),
    );
    expect((await list()).map(({ id }) => id)).toEqual(['dxvif-1', 'dxvif-2', 'dxvif-3']);
    expect(apis.received.map(({ body }) => JSON.parse(body))).toEqual([
      { maxResults: 100 },
      { maxResults: 100, nextToken: 'a' },
      { maxResults: 100, nextToken: 'b' },
      { maxResults: 100, nextToken: 'c' },
    ]);
  });

  it('asks OUTSCALE for no page size, and follows a token nevertheless', async () => {
    const { apis, list } = await listing('outscale', page(['dxvif-1'], 'a'), page(['dxvif-2']));
    expect(await list()).toHaveLength(2);
    expect(apis.received.map(({ body }) => JSON.parse(body))).toEqual([{}, { nextToken: 'a' }]);
  });

  it('without items is an empty listing', async () => {
    const { list } = await listing('aws', page([]));
    expect(await list()).toEqual([]);
  });

  it('keeps the items around a malformed one', async () => {
    const { list } = await listing(
      'aws',
      json({ virtualInterfaces: [item('dxvif-1'), null, item('dxvif-2')] }),
    );
    const listed = await list();
    expect(listed.map(({ id }) => id)).toEqual(['dxvif-1', '(item 2 of the listing)', 'dxvif-2']);
  });

  it.each([
    ['repeats its token', [page(['dxvif-1'], 'a'), page(['dxvif-2'], 'a')], 'page 2 repeats a token'],
    ['goes round', [page([], 'a'), page([], 'b'), page([], 'a')], 'page 3 repeats a token'],
    ['has a token of a wrong kind', [page(['dxvif-1'], 7)], 'page 1 has an unreadable token'],
    ['lacks its list on the second page', [page(['dxvif-1'], 'a'), json({})], 'page 2 has no list'],
  ])('that %s is incomplete', async (_, pages, why) => {
    const { list } = await listing('aws', ...pages);
    const failure = await rejectionOf(list());
    expect(failure).toMatchObject(INCOMPLETE);
    expect(String(failure)).toMatch(new RegExp(why));
  });

  it.each([
    ['no body', text('')],
    ['an empty object', json({})],
    ['null', json(null)],
    ['a list', json([])],
    ['a text', json('none')],
    ['no list', json({ virtualInterfaces: null })],
    ['an object for a list', json({ virtualInterfaces: { 0: item('dxvif-1') } })],
    ['another answer', json({ connections: [] })],
    ['another spelling', json({ VirtualInterfaces: [] })],
  ])('answered with %s and status 200 is incomplete', async (_, reply) => {
    const { list } = await listing('aws', reply);
    expect(await rejectionOf(list())).toMatchObject(INCOMPLETE);
  });

  it.each([
    ['HTML', text('<html>please log in</html>'), 'malformed', 1],
    ['half an answer', text('{"virtualInterfaces":[{"authKey":"planted-bgp-key"'), 'malformed', 1],
    ['HTML with status 502', text('<html>bad gateway</html>', 502), 'server', 3],
    ['a redirect', text('', 302), 'client', 1],
  ])('answered with %s fails', async (_, reply, kind, attempts) => {
    const { apis, list } = await listing('aws', reply);
    expect(await rejectionOf(list())).toMatchObject({ name: 'ApiFailure', kind });
    expect(apis.received).toHaveLength(attempts);
  });

  it.each([400, 403, 500, 502])('whose second page fails (HTTP %i) fails', async (status) => {
    const { list } = await listing(
      'aws',
      page(['dxvif-1'], 'a'),
      json({ __type: 'Odd', message: 'no' }, status),
    );
    expect(await rejectionOf(list())).toMatchObject({ name: 'ApiFailure' });
  });

  it('succeeds after two failures of the server', async () => {
    const { apis, list } = await listing('aws', text('', 500), { does: 'reset' }, page(['dxvif-1']));
    expect(await list()).toHaveLength(1);
    expect(apis.received).toHaveLength(3);
  });

  it.each([200, 400, 403, 500])('quotes no BGP key of a broken answer (HTTP %i)', async (status) => {
    const { list } = await listing('aws', text('{"authKey":planted-bgp-key}', status));
    const failure = await rejectionOf(list());
    expect(failure).toMatchObject({ name: 'ApiFailure' });
    expect(inspect(failure)).not.toContain('planted');
  });
});

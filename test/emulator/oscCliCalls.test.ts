import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DialectName, Emulator } from '../../emulator/emulator.ts';
import { RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

interface Sent {
  readonly service: string;
  readonly method?: string;
  readonly query?: string;
  /** the query in the signature; default: as it is sent */
  readonly signedQuery?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request that is signed as osc-cli signs: it chooses the headers, and signs the query as it sends it. */
function send({ url }: Emulator, sent: Sent): Promise<Response> {
  const { service, method = 'POST', query = '', signedQuery = query, body = '' } = sent;
  const time = '20261101T000000Z';
  const headers = Object.entries({ host: new URL(url).host, 'x-amz-date': time, ...sent.headers });
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    ...[method, '/', signedQuery],
    ...headers.map(([name, value]) => `${name}:${value}`),
    ...['', names, sha256(body)],
  ].join('\n');
  const scope = ['20261101', 'eu-west-2', service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const signature = hmac(scope.reduce<string | Buffer>(hmac, 'AWS4secret'), toSign).toString('hex');
  const credential = `Credential=${RECIPIENT}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return fetch(`${url}/${query === '' ? '' : `?${query}`}`, {
    method,
    headers: { ...sent.headers, 'x-amz-date': time, authorization },
    ...(body === '' ? {} : { body }),
  });
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const list = {
  headers: { 'content-type': JSON_TYPE, 'x-amz-target': 'OvertureService.DescribeVirtualInterfaces' },
  body: '{}',
};
const SORTED = 'Action=DescribeVpnGateways&Filter.1.Name=state&Filter.1.Value.1=a%20b%2A';
const AS_SENT = 'Filter.1.Name=state&Filter.1.Value.1=a+b%2A&Action=DescribeVpnGateways&Version=2026-11-30';

const start = (dialect: DialectName) => startTestEmulator({ dialect });

describe('the ID of a request', () => {
  it.each([
    ['outscale', 'directlink', true],
    ['aws', 'directconnect', false],
  ] as const)('is in the headers that clients of %s read', async (dialect, service, alsoUnderOscCliName) => {
    const { headers } = await send(await start(dialect), { service, ...list });
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-amz-requestid')).toBe(alsoUnderOscCliName ? headers.get('x-amzn-requestid') : null);
  });

  it('is in the headers of an error too', async () => {
    const { status, headers } = await send(await start('outscale'), { service: 's3', ...list });
    expect([status, headers.get('x-amz-requestid')]).toEqual([403, expect.any(String)]);
  });
});

describe('a call of FCU', () => {
  it.each([
    ['fcu_20261130.DescribeVpnGateways', 200],
    ['OvertureService.DescribeVpnGateways', 403],
  ])('as a form with the target %s has the status %i', async (target, status) => {
    const answer = await send(await start('outscale'), {
      service: 'fcu',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-amz-target': target },
      body: 'Action=DescribeVpnGateways&Version=2026-11-30',
    });
    expect(answer.status).toBe(status);
  });

  it('may be a GET whose query is signed sorted and encoded again, or on OUTSCALE as it is sent', async () => {
    const [outscale, aws] = [await start('outscale'), await start('aws')];
    const get = { method: 'GET', query: AS_SENT };
    const signedQuery = `${SORTED}&Version=2026-11-30`;
    const answers = [
      await send(outscale, { ...get, service: 'fcu', signedQuery }),
      await send(outscale, { ...get, service: 'fcu' }),
      await send(aws, { ...get, service: 'ec2', signedQuery }),
      await send(aws, { ...get, service: 'ec2' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403]);
    expect(outscale.calls()[0]).toMatchObject({
      operation: 'DescribeVpnGateways',
      input: { Filter: [{ Name: 'state', Value: ['a b*'] }] },
    });
  });

  it('is not valid as a GET whose query was changed after it was signed', async () => {
    const changed = { method: 'GET', query: AS_SENT.replace('state', 'type'), signedQuery: AS_SENT };
    expect((await send(await start('outscale'), { service: 'fcu', ...changed })).status).toBe(403);
  });
});

describe('a request that is no call', () => {
  it.each([
    ['a GET of Direct Connect', { method: 'GET', query: 'None', ...{ headers: list.headers } }],
    ['a form in the query of a POST', { query: AS_SENT, body: 'Action=DescribeVpnGateways' }],
    ['a GET without an action', { method: 'GET', query: 'Version=2026-11-30' }],
  ])('is %s, answered with 404', async (_, sent) => {
    expect((await send(await start('outscale'), { service: 'fcu', ...sent })).status).toBe(404);
  });

  it('is one in CBOR, which the newest model of Direct Connect has beside JSON', async () => {
    const { url } = await start('aws');
    const path = '/service/OvertureService/operation/DescribeVirtualInterfaces';
    const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: new Uint8Array([0xa0]) });
    expect(answer.status).toBe(404);
  });

  it('has the code of Direct Connect if it is JSON for a service that is not emulated', async () => {
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': 'TinaIcuService.GetAccount' };
    const answer = await send(await start('outscale'), { service: 'directlink', headers, body: '{}' });
    expect(await answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

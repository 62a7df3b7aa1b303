import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { adminRequest, startTestEmulator } from './emulatorClients.ts';

interface Sent {
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a request with headers that `fetch` would not send. */
async function send({ port, method = 'POST', path, headers }: Sent) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const options = { port, host: '127.0.0.1', method, path, headers };
  request(options, async (response) => {
    const body = (await response.setEncoding('utf8').toArray()).join('');
    resolve({ status: response.statusCode ?? 0, body });
  })
    .once('error', reject)
    .end();
  return promise;
}

/** The status of a control request with this `Host` and `Origin`; `PORT` is the port of the emulator. */
async function statusOf(listensOn: string, method: string, sent: Record<string, string>) {
  const { port } = await startTestEmulator({ host: listensOn });
  const headers = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, value.replace('PORT', `${port}`)]),
  );
  const path = method === 'GET' ? '/_simulator/calls' : '/_simulator/reset';
  return (await send({ port, method, path, headers })).status;
}

describe('a control request', () => {
  it.each([
    ['another site', 'https://evil.example'],
    ['another port of this machine', 'http://127.0.0.1:1'],
    ['another name of this machine', 'http://localhost:PORT'],
    ['another scheme', 'https://127.0.0.1:PORT'],
    ['a file or a frame without an origin', 'null'],
    ['no origin at all', 'evil'],
    ['two origins', 'http://127.0.0.1:PORT, https://evil.example'],
  ])('of a page of %s is refused', async (_, origin) => {
    for (const method of ['GET', 'POST']) {
      expect(await statusOf('127.0.0.1', method, { host: '127.0.0.1:PORT', origin })).toBe(403);
    }
  });

  it('of a page changes nothing', async () => {
    const simulator = await startTestEmulator();
    const headers = { origin: 'https://evil.example' };
    simulator.addFault({ kind: 'throttle' });
    const { port } = simulator;
    const { body } = await send({ port, method: 'DELETE', path: '/_simulator/faults', headers });
    expect(body).toContain('https://evil.example');
    expect((await adminRequest(simulator, 'GET', 'faults')).answer).toMatchObject({
      faults: [{ kind: 'throttle' }],
    });
  });

  it.each(['127.0.0.1:PORT', 'localhost:PORT', 'LOCALHOST:PORT', 'host.docker.internal:PORT', '[::1]:PORT'])(
    'of a program, and of a page of the emulator itself, is answered at %s',
    async (host) => {
      expect(await statusOf('127.0.0.1', 'POST', { host })).toBe(200);
      expect(await statusOf('127.0.0.1', 'POST', { host, origin: `http://${host}` })).toBe(200);
    },
  );

  it.each([
    'evil.example:PORT',
    '127.0.0.1.evil.example',
    'localhost.evil.example:PORT',
    'evil@127.0.0.1, x',
  ])('to the name %s, which DNS can point anywhere, is refused on loopback', async (host) => {
    for (const listensOn of ['127.0.0.1', 'localhost']) {
      expect(await statusOf(listensOn, 'GET', { host })).toBe(403);
      expect(await statusOf(listensOn, 'POST', { host, origin: `http://${host}` })).toBe(403);
    }
  });

  it('to any name is answered on another address, unless a page sends it', async () => {
    const host = 'emulator.tests.example:PORT';
    expect(await statusOf('0.0.0.0', 'GET', { host })).toBe(200);
    expect(await statusOf('0.0.0.0', 'POST', { host })).toBe(200);
    expect(await statusOf('0.0.0.0', 'POST', { host, origin: `http://${host}` })).toBe(403);
  });
});

describe('a call of an API', () => {
  it('can have any `Origin` and any `Host`, because it needs a signature', async () => {
    const { port } = await startTestEmulator();
    const headers = {
      host: 'api.example',
      origin: 'https://console.example',
      'x-amz-target': 'OvertureService.DescribeConnections',
    };
    expect((await send({ port, path: '/', headers })).body).toContain('MissingAuthenticationToken');
  });
});

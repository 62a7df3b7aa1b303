import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { rejectionOf, TIMEOUT_MS } from '../support/apiClients.ts';
import { json, startApi } from '../support/apiServer.ts';
import { selfSigned } from '../support/certificate.ts';
import { startEgressProxy } from '../support/egressProxy.ts';

const HOST = 'directlink.eu-west-2.outscale.com';
const KEYS = { accessKeyId: '012345678901', secretAccessKey: 'secret' };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** OUTSCALE's own host names, behind a proxy. */
async function behind(
  ...refusal: Parameters<typeof startEgressProxy> extends [unknown, ...infer R] ? R : never
) {
  const api = await startApi(() => json({ virtualInterfaces: [] }));
  onTestFinished(() => api.close());
  const way = await startEgressProxy({ [HOST]: api.url }, ...refusal);
  vi.stubEnv('HTTPS_PROXY', way.env.HTTPS_PROXY);
  const nowhere = { directConnect: null, gateways: null, identity: null };
  const apis = connect({ provider: 'outscale', region: 'eu-west-2' }, KEYS, nowhere, TIMEOUT_MS, new Set());
  onTestFinished(() => apis.close());
  return { api, way, apis };
}

describe('with a proxy', () => {
  it.each([
    ['takes a connection and says nothing', 'hang'],
    ['opens a tunnel that leads nowhere', 'hangAfter'],
  ] as const)('that %s, calls end in time, and no connection stays open', async (_, refusal) => {
    const { apis, way } = await behind(refusal);
    const start = performance.now();
    expect(
      await rejectionOf(apis.directConnect.confirm('private', 'dxvif-1a2b3c4d', 'vgw-12345678')),
    ).toMatchObject({
      kind: 'timeout',
    });
    expect(performance.now() - start).toBeLessThan(2 * TIMEOUT_MS);
    expect(await rejectionOf(apis.directConnect.list())).toMatchObject({ kind: 'timeout' });
    expect(way.tunnels.length).toBeGreaterThan(1);
    await expect.poll(way.open).toBe(0);
  });

  it('that refuses every tunnel, the message has its answer, and not the password', async () => {
    const { apis, way } = await behind('askForPassword');
    const failure = await rejectionOf(apis.directConnect.list());
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(String(failure)).toMatch(
      /the proxy `http:\/\/127\.0\.0\.1:\d+\/?` of HTTPS_PROXY did not open a tunnel: it answered `407 Proxy Authentication Required`/,
    );
    expect(String(failure)).not.toContain('planted');
    await expect.poll(way.open).toBe(0);
  });

  it('that does not know the host, the message says so', async () => {
    const { apis } = await behind();
    expect(String(await rejectionOf(apis.gateways.list(new Set(['virtual']))))).toContain(
      'it answered `502 Bad Gateway`',
    );
  });

  it('in front of a server with an untrusted certificate, the message has the fix', async () => {
    const { apis, api } = await behind();
    expect(String(await rejectionOf(apis.directConnect.list()))).toMatch(
      /DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate; where a proxy or a CA of your own signs, NODE_EXTRA_CA_CERTS must name/,
    );
    expect(api.received).toEqual([]);
  });

  it.each(['http://127.0.0.1', 'http://localhost'])('calls to this machine bypass it: %s', async (origin) => {
    const { api, way } = await behind();
    const at = `${origin}:${new URL(api.url).port}`;
    const endpoints = { directConnect: at, gateways: at, identity: at };
    const apis = connect(
      { provider: 'outscale', region: 'eu-west-2' },
      KEYS,
      endpoints,
      TIMEOUT_MS,
      new Set(),
    );
    onTestFinished(() => apis.close());
    expect(await apis.directConnect.list()).toEqual([]);
    expect(way.tunnels).toEqual([]);
  });

  it.each([
    ['https on this machine', 'https://127.0.0.1:1', {}],
    ['what NO_PROXY excepts', 'https://api.invalid', { NO_PROXY: '.invalid' }],
    ['what is below a domain that it excepts', 'https://api.invalid', { NO_PROXY: 'invalid' }],
    ['everything, where it excepts that', 'https://api.invalid', { no_proxy: '*' }],
  ])('%s bypasses it too', async (_, directConnect, env) => {
    const { way } = await behind();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const apis = connect(
      { provider: 'outscale', region: 'eu-west-2' },
      KEYS,
      { directConnect, gateways: null, identity: null },
      TIMEOUT_MS,
      new Set(),
    );
    onTestFinished(() => apis.close());
    await rejectionOf(apis.directConnect.list());
    expect(way.tunnels).toEqual([]);
  });

  it('a tunnel is reused, however long it is idle', async () => {
    const { apis, way } = await behind();
    trust(readFileSync(way.env.NODE_EXTRA_CA_CERTS, 'utf8'));
    for (const _ of [1, 2, 3]) {
      expect(await apis.directConnect.list()).toEqual([]);
      await pause(TIMEOUT_MS);
    }
    expect(way.tunnels).toEqual([HOST]);
  });

  it('a connection that bypasses it stays open', async () => {
    const { way } = await behind();
    const { cert, key } = selfSigned(['localhost']);
    trust(cert);
    let connections = 0;
    const server = createServer({ cert, key }, (_, response) => response.end('{"virtualInterfaces":[]}'));
    server.on('secureConnection', () => {
      connections += 1;
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const at = `https://localhost:${typeof address === 'object' ? address?.port : ''}`;
    const apis = connect(
      { provider: 'outscale', region: 'eu-west-2' },
      KEYS,
      { directConnect: at, gateways: at, identity: at },
      TIMEOUT_MS,
      new Set(),
    );
    onTestFinished(() => apis.close());
    for (const _ of [1, 2, 3]) {
      expect(await apis.directConnect.list()).toEqual([]);
      await pause(TIMEOUT_MS);
    }
    expect({ connections, tunnels: way.tunnels }).toEqual({ connections: 1, tunnels: [] });
  });
});

/** For one test, what `NODE_EXTRA_CA_CERTS` does at the start of a process. */
function trust(certificate: string): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate]);
  onTestFinished(() => setDefaultCACertificates(before));
}

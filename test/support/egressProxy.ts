import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { selfSigned } from './certificate.ts';

/** How the proxy refuses to open a tunnel. */
type Refusal = 'hang' | 'hangAfter' | 'askForPassword';

export interface EgressProxy {
  /** environment of a process that has no other outbound network access */
  readonly env: { readonly HTTPS_PROXY: string; readonly NODE_EXTRA_CA_CERTS: string };
  /** host of every requested tunnel */
  readonly tunnels: string[];
  /** number of open connections to the proxy */
  open(): number;
}

/**
 * Starts a proxy that requires a password and is the only outbound network access, and behind it HTTPS servers for these hosts with
 * an unknown certificate. They forward to plain HTTP servers on loopback. Everything is stopped after the test.
 * @param hosts host names that exist only there, each with the URL to forward to
 */
export async function startEgressProxy(
  hosts: Readonly<Record<string, string>>,
  refusal: Refusal | null = null,
): Promise<EgressProxy> {
  const { cert, key } = selfSigned(Object.keys(hosts));
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-ca-'));
  const ca = join(dir, 'ca.pem');
  writeFileSync(ca, cert);
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(
      server.on('connection', (socket: Socket) => {
        sockets.add(socket.on('close', () => sockets.delete(socket)));
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return portOf(server.address());
  };
  const doors = new Map<string, number>();
  for (const [host, url] of Object.entries(hosts)) {
    const far = createTlsServer({ cert, key }, (socket) =>
      joinBoth(socket, connect(Number(new URL(url).port))),
    );
    doors.set(`${host}:443`, await listen(far));
  }
  const tunnels: string[] = [];
  const proxy = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const head = String(data);
      const [, place = ''] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head) ?? [];
      tunnels.push(place.replace(/:443$/, ''));
      if (refusal === 'hang') return;
      const door = doors.get(place) ?? null;
      const status = refusal === 'askForPassword' ? ASK : statusOf(head, door);
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      if (door !== null && status === OPEN && refusal === null) joinBoth(socket, connect(door));
    });
  });
  const port = await listen(proxy);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    rmSync(dir, { recursive: true });
  });
  return {
    env: { HTTPS_PROXY: `http://user:planted-password@127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: ca },
    tunnels,
    open: () => sockets.size,
  };
}

const OPEN = '200 Connection established';
const ASK = '407 Proxy Authentication Required';

function statusOf(head: string, door: number | null): string {
  if (!head.includes(`\r\nproxy-authorization: Basic ${btoa('user:planted-password')}\r\n`)) return ASK;
  return door === null ? '502 Bad Gateway' : OPEN;
}

function joinBoth(near: Socket, far: Socket): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

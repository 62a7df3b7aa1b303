import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createInProcessEmulator, type InProcessEmulator, readScenario } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT } from './accounts.ts';
import { ACME_1, PROD } from './cloud.ts';

/** A call to one of the regions. */
export interface RegionCall {
  readonly region: string;
  readonly operation: string;
  answered: boolean;
}

/** Many regions behind one address, with one target in each. The signature of a call identifies its target. */
export interface RegionServer {
  readonly args: readonly string[];
  /** policy files of the regions `r0`, `r1`, …: `policy/r0.yaml` */
  readonly policies: Readonly<Record<string, string>>;
  /** in the order of arrival */
  readonly calls: readonly RegionCall[];
  /** highest number of targets in progress at once; a target is in progress from its first call to its last answer */
  most(): number;
  /** regions, sorted by the time of their last answer */
  ended(): string[];
  /** regions with an open connection */
  connected(): Set<string>;
  /** Delays the answer of a call until the promise is fulfilled. */
  hold: (call: RegionCall) => Promise<void>;
  in(region: string): InProcessEmulator;
}

/** @param allocations number of requests by ACME in each region; every policy accepts them */
export async function startRegions(count: number, allocations = 0): Promise<RegionServer> {
  const names = Array.from({ length: count }, (_, i) => `r${i}`);
  const simulations = new Map(names.map((region) => [region, regionOf(region, allocations)]));
  const calls: RegionCall[] = [];
  /** arrivals and answers, in order */
  const log: string[] = [];
  const sockets = new Map<IncomingMessage['socket'], string>();
  const inRegion = (region: string): InProcessEmulator => {
    const simulation = simulations.get(region);
    if (simulation === undefined) throw new Error(`there is no region ${region}`);
    return simulation;
  };
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    // An unsigned call is not an API call: `doctor` checks whether this is the emulator.
    if (incoming.headers.authorization === undefined) {
      outgoing.writeHead(404).end();
      return;
    }
    const region = /\/\d{8}\/([^/]+)\//.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
    const call = { region, operation: operationOf(incoming, body), answered: false };
    calls.push(call);
    log.push(region);
    sockets.set(incoming.socket, region);
    incoming.socket.once('close', () => sockets.delete(incoming.socket));
    const headers = Object.entries(incoming.headersDistinct).map(([name, values = []]) => [
      name,
      values.join(', '),
    ]);
    const { method = '', url: target = '' } = incoming;
    const reply = inRegion(region).handle({ method, target, headers: Object.fromEntries(headers), body });
    await regions.hold(call);
    log.push(region);
    call.answered = true;
    if (reply.kind === 'response')
      outgoing.writeHead(reply.status, { 'content-type': reply.contentType }).end(reply.body);
    else incoming.socket.destroy();
  });
  // A long timeout, so that the command closes connections, not the server.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const regions: RegionServer = {
    args: ['--ledger', 'ledger.json', '--endpoint', url],
    policies: Object.fromEntries(names.map((region) => [`policy/${region}.yaml`, policyFor(region)])),
    calls,
    most: () =>
      Math.max(
        ...log.map(
          (_, now) =>
            names.filter(
              (name) => log.indexOf(name) <= now && log.lastIndexOf(name) >= now && log.includes(name),
            ).length,
        ),
      ),
    ended: () => names.toSorted((a, b) => log.lastIndexOf(a) - log.lastIndexOf(b)),
    connected: () => new Set(sockets.values()),
    hold: () => Promise.resolve(),
    in: inRegion,
  };
  return regions;
}

function regionOf(region: string, allocations: number): InProcessEmulator {
  const scenario = readScenario({
    region,
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1', asn: 64512 }],
    connections: [{ account: ACME, id: ACME_1, name: 'acme', location: 'PAR1' }],
    allocations: Array.from({ length: allocations }, (_, i) => ({
      connection: ACME_1,
      to: RECIPIENT_ACCOUNT,
      name: `acme-${i}`,
      vlan: 101 + i,
      asn: 65010,
      amazonAddress: `169.254.${i}.1/30`,
      customerAddress: `169.254.${i}.2/30`,
    })),
  });
  return createInProcessEmulator({}, scenario);
}

function policyFor(region: string): string {
  return `version: 1
recipient: { provider: outscale, region: ${region}, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
}

function operationOf({ headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string'
    ? (target.split('.').at(-1) ?? '')
    : (new URLSearchParams(body.toString()).get('Action') ?? '');
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

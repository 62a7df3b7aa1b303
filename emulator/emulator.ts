import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN_PREFIX } from './adminApi.ts';
import type { Call } from './callLog.ts';
import { InvalidInput } from './decoders.ts';
import type { DialectName } from './dialects.ts';
import { type FaultInput, readFault } from './faults.ts';
import { createInProcessEmulator } from './inProcessEmulator.ts';
import { isoDuration, latencyMs, type Options } from './options.ts';
import { type OrderInput, type PlacedOrder, readOrder } from './orders.ts';
import type { ScenarioInput } from './scenario.ts';
import { refuseWebPage } from './webPages.ts';
import { jsonResponse, type Reply, type Request } from './wire.ts';
import type { Disguise, World } from './world.ts';

export { AllocationRefused } from './allocations.ts';
export type { Call } from './callLog.ts';
export { InvalidInput } from './decoders.ts';
export type { DialectName } from './dialects.ts';
export type { FaultInput, FaultKind } from './faults.ts';
export { createInProcessEmulator, type InProcessEmulator } from './inProcessEmulator.ts';
export { ResourceNotFound } from './lifecycle.ts';
export { MAX_LATENCY_MS, type Options } from './options.ts';
export type { OrderInput, PlacedOrder } from './orders.ts';
export { readScenario, type Scenario, type ScenarioInput } from './scenario.ts';
export { ScenarioRefused } from './scenarioRefused.ts';
export type { Reply, Request } from './wire.ts';
export type { Disguise } from './world.ts';

export interface EmulatorOptions extends Options {
  /** default: any free port */
  readonly port?: number;
  /** address to listen on; default: 127.0.0.1 */
  readonly host?: string;
  /** parsed JSON, or what `readScenario` made of it */
  readonly scenario?: ScenarioInput;
}

/** A running emulator, with one endpoint for Direct Connect (DirectLink), EC2 (FCU), STS and the log of calls. */
export interface Emulator {
  /** endpoint of all services */
  readonly url: string;
  readonly port: number;
  /** address that it listens on */
  readonly host: string;
  readonly dialect: DialectName;
  readonly clock: {
    now(): Date;
    /** by an ISO 8601 duration, or by milliseconds; throws `InvalidInput` */
    advance(by: string | number): void;
  };
  /** throws `InvalidInput` */
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  calls(): readonly Call[];
  clearCalls(): void;
  /** Puts an interface or a gateway into a state, in which it stays; throws `ResourceNotFound`. */
  forceState(id: string, state: string): void;
  /** Makes answers about an interface differ from its real state; throws `ResourceNotFound`. */
  disguise(id: string, changed: Partial<Disguise>): void;
  /** Orders an interface as a customer of a carrier; throws `InvalidInput` or `AllocationRefused`. */
  order(order: OrderInput): PlacedOrder;
  /** Sets the delay of every API answer, in milliseconds of real time; throws `InvalidInput`. */
  setLatency(milliseconds: number): void;
  /** Resets everything to the start: scenario, clock, latency, no faults, no calls. */
  reset(): void;
  /**
   * the current state; a reset replaces it
   * @internal
   */
  readonly world: World;
  /** Closes every connection, also those that hang or wait. */
  close(): Promise<void>;
}

/** Starts an emulator, on loopback unless `host` says otherwise. Rejects with `InvalidInput`, `ScenarioRefused` or the error of the address. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1', scenario = null, ...rest } = options;
  // An empty host would mean every address.
  if (host === '') throw new InvalidInput('host', 'an address such as `127.0.0.1`', host);
  const simulation = createInProcessEmulator(rest, scenario);
  const isControl = ({ target }: Request) => target.startsWith(ADMIN_PREFIX);
  const server = await startHttpServer(
    (request) => (isControl(request) ? refuseWebPage(request, host) : null) ?? simulation.handle(request),
    (request) => (isControl(request) ? 0 : simulation.latency()),
    port,
    host,
  );
  return {
    url: urlOf(host, server.port),
    port: server.port,
    host,
    dialect: simulation.dialect(),
    clock: {
      now: simulation.now,
      advance: (by) => simulation.advance(typeof by === 'number' ? by : isoDuration(by, 'advance')),
    },
    addFault: (fault) => simulation.addFault(readFault(fault, '')),
    clearFaults: simulation.clearFaults,
    calls: simulation.calls,
    clearCalls: simulation.clearCalls,
    forceState: simulation.forceState,
    disguise: simulation.disguise,
    order: (order) => simulation.order(readOrder(order, '')),
    setLatency: (ms) => simulation.setLatency(latencyMs(ms, 'latency')),
    reset: simulation.reset,
    get world() {
      return simulation.world();
    },
    close: server.close,
  };
}

/** The URL by which this machine reaches the emulator. */
function urlOf(host: string, port: number): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`;
}

/** Maximum bytes of a body. */
const MAX_BODY = 1_000_000;

interface HttpServer {
  readonly port: number;
  /** Closes every connection, also those that wait for an answer. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server. Port 0 means any free port; rejects if the port is in use.
 * @param delay of the answer to a request, in milliseconds
 */
async function startHttpServer(
  handle: (request: Request) => Reply,
  delay: (request: Request) => number,
  port: number,
  host: string,
): Promise<HttpServer> {
  const closing = new AbortController();
  const answer = async (request: Request): Promise<Reply> => {
    // Before the delay: as with the real APIs, a call takes effect before its answer arrives.
    const reply = handle(request);
    const wait = delay(request);
    if (wait > 0) await pause(wait, undefined, { signal: closing.signal }).catch(() => undefined);
    return reply;
  };
  const server = createServer((incoming, outgoing) => {
    readRequest(incoming)
      .then(async (request) => send(request === null ? TOO_LARGE : await answer(request), outgoing))
      // A bug of the emulator must be visible; a client that has disconnected does not receive the answer.
      .catch((error: unknown) =>
        send(jsonResponse(500, { message: `the emulator failed: ${error}` }), outgoing),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        closing.abort();
      }),
  };
}

const TOO_LARGE = jsonResponse(413, { message: `the body is larger than ${MAX_BODY} bytes` });

/** `null` if the body is too large. */
async function readRequest(incoming: IncomingMessage): Promise<Request | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    // Reads to the end anyway: a client that is still writing would not receive the answer.
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) return null;
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]): [string, string] => [
    name,
    (values ?? []).join(', '),
  ]);
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

function send(reply: Reply, outgoing: ServerResponse): void {
  switch (reply.kind) {
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'response':
      outgoing.writeHead(reply.status, {
        'content-type': reply.contentType,
        'content-length': Buffer.byteLength(reply.body),
        ...reply.headers,
      });
      outgoing.end(reply.body);
      return;
    default:
      reply satisfies never;
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received HTTP request. */
export interface Received {
  /** operation name such as `DescribeVirtualInterfaces`, for both protocols */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How the server handles a request. */
export type Reply =
  | { readonly does: 'answer'; readonly status: number; readonly type: string; readonly body: string }
  /** replies after this many milliseconds */
  | { readonly does: 'later'; readonly ms: number; readonly reply: Reply }
  /** reads the request and never answers */
  | { readonly does: 'hang' }
  /** starts an answer and never finishes it */
  | { readonly does: 'hangInBody'; readonly body: string }
  /** sends one character every few milliseconds, without end */
  | { readonly does: 'drip' }
  /** sends data as fast as possible, without end */
  | { readonly does: 'pour'; readonly status: number }
  /** declares a longer body than it sends, then closes the connection */
  | { readonly does: 'cut'; readonly body: string }
  | { readonly does: 'reset' }
  /** answers with these bytes, whether they are HTTP or not, then closes the connection */
  | { readonly does: 'raw'; readonly bytes: string };

export interface ApiServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** number of open connections */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on loopback with scripted answers, including malformed and incomplete ones.
 * @param reply chooses the answer by the request and the number of earlier requests for the same operation
 */
export async function startApi(reply: (request: Received, earlier: number) => Reply): Promise<ApiServer> {
  const received: Received[] = [];
  const drips = new Set<NodeJS.Timeout>();
  const server = createServer(async (request, response) => {
    const asked = await receive(request);
    const earlier = received.filter(({ operation }) => operation === asked.operation).length;
    received.push(asked);
    act(reply(asked, earlier), response, drips);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: () => {
      for (const drip of drips) clearInterval(drip);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function json(body: unknown, status = 200): Reply {
  return { does: 'answer', status, type: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
}

export function xml(body: string, status = 200): Reply {
  return { does: 'answer', status, type: 'text/xml', body };
}

export function text(body: string, status = 200): Reply {
  return { does: 'answer', status, type: 'text/html', body };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString('utf8');
  const target = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const operation = target || (new URLSearchParams(body).get('Action') ?? '');
  const { method = '', url: path = '', headers } = request;
  return { operation, method, path, headers, body };
}

function act(reply: Reply, response: ServerResponse, drips: Set<NodeJS.Timeout>): void {
  switch (reply.does) {
    case 'answer':
      response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
      return;
    case 'later':
      setTimeout(() => act(reply.reply, response, drips), reply.ms);
      return;
    case 'hang':
      return;
    case 'hangInBody':
      response.writeHead(200).write(reply.body);
      return;
    case 'drip':
      response.writeHead(200);
      drips.add(setInterval(() => response.write(' '), 20));
      return;
    case 'pour':
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' });
      pour(response);
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': reply.body.length + 100 });
      response.write(reply.body, () => response.destroy());
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'raw':
      response.socket?.end(reply.bytes);
      return;
    default:
      reply satisfies never;
  }
}

function pour(response: ServerResponse): void {
  const piece = '{"virtualInterfaces":['.repeat(50_000);
  const on = (): void => {
    while (!response.destroyed) if (!response.write(piece)) break;
  };
  response.on('drain', on);
  on();
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on no port');
  return address.port;
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { jsonResponse, type Reply, type Request } from './wire.ts';

/** Maximum bytes of a body. */
const MAX_BODY = 1_000_000;

export interface HttpServer {
  readonly port: number;
  /** Closes every connection, also those that wait for an answer. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server, on loopback only. Port 0 means any free port; rejects if the port is in use.
 * @param delay of the answer to a request, in milliseconds
 */
export async function startHttpServer(
  handle: (request: Request) => Reply,
  delay: (request: Request) => number,
  port: number,
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
    server.listen(port, '127.0.0.1', resolve);
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
        'x-amzn-requestid': randomUUID(),
      });
      outgoing.end(reply.body);
      return;
    default:
      reply satisfies never;
  }
}

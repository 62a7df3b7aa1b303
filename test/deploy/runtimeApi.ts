import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What became of a call of the function. */
export type Invocation =
  | { readonly returned: unknown; readonly failed: null }
  | {
      readonly returned: null;
      readonly failed: { readonly errorType: string; readonly errorMessage: string };
    };

export interface Call {
  /** as it arrives */
  readonly event: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** Lambda's side of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export interface RuntimeApi {
  /** `host:port` */
  readonly address: string;
  /** One at a time, as Lambda does. */
  invoke(call: Call): Promise<Invocation>;
  close(): Promise<void>;
}

const ROOT = '/2018-06-01/runtime';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  /** the client, when it has asked and there was nothing to do yet */
  let waiting: ServerResponse | null = null;
  let pending: (Call & { readonly id: string; end(invocation: Invocation): void }) | null = null;

  const handOver = (): void => {
    if (waiting === null || pending === null) return;
    const { id, event, functionArn, timeoutMs } = pending;
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
    });
    waiting.end(event);
    waiting = null;
  };

  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').slice(ROOT.length);
    if (path === '/invocation/next') {
      waiting = response;
      handOver();
      return;
    }
    const body: unknown = JSON.parse((await textOf(request)) || 'null');
    response.writeHead(202).end();
    const ended = pending;
    pending = null;
    if (path === `/invocation/${ended?.id}/response`) ended?.end({ returned: body, failed: null });
    // Of the invocation, or of the code that could not be loaded for it.
    else ended?.end({ returned: null, failed: readError(body) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    invoke: (call) =>
      new Promise((end) => {
        pending = { ...call, id: randomUUID(), end };
        handOver();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function readError(body: unknown): { errorType: string; errorMessage: string } {
  const { errorType, errorMessage }: { errorType?: unknown; errorMessage?: unknown } =
    typeof body === 'object' && body !== null ? body : {};
  return { errorType: String(errorType), errorMessage: String(errorMessage) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

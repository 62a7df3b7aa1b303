import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** The result of an invocation of the function. */
export type InvocationResult =
  | { readonly returned: unknown; readonly failed: null }
  | {
      readonly returned: null;
      readonly failed: { readonly errorType: string; readonly errorMessage: string };
    };

export interface Invocation {
  /** JSON text */
  readonly event: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** The Runtime API of one execution environment of Lambda: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export interface RuntimeApi {
  /** `host:port` */
  readonly address: string;
  /** Invokes the function. As in Lambda, only one invocation can run at a time. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  close(): Promise<void>;
}

const ROOT = '/2018-06-01/runtime';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  /** request of the client for the next invocation, while there is none */
  let waiting: ServerResponse | null = null;
  let pending: (Invocation & { readonly id: string; end(result: InvocationResult): void }) | null = null;

  const sendInvocation = (): void => {
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
      sendInvocation();
      return;
    }
    const body: unknown = JSON.parse((await readBody(request)) || 'null');
    response.writeHead(202).end();
    const finished = pending;
    pending = null;
    if (path === `/invocation/${finished?.id}/response`) finished?.end({ returned: body, failed: null });
    // The error of the invocation, or of loading the code.
    else finished?.end({ returned: null, failed: readError(body) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    invoke: (invocation) =>
      new Promise((end) => {
        pending = { ...invocation, id: randomUUID(), end };
        sendInvocation();
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

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does with a call. */
export type Mishap =
  /** rejected as throttled, before it reaches the table */
  | 'throttle'
  | 'serverError'
  | 'accessDenied'
  /** rejected because of a concurrent call */
  | 'conflict'
  /** rejected because the same transaction is still in progress */
  | 'inProgress'
  /** executed, but the answer is lost */
  | 'lostAnswer'
  | 'reset'
  /** only the first item of a batch is processed */
  | 'unprocessed'
  /** answered by a server that is not DynamoDB */
  | 'emptyAnswer';

/** A proxy to a DynamoDB that records calls and can make them fail. */
export interface DynamoProxy {
  readonly url: string;
  /** operations in the order of their arrival */
  readonly calls: string[];
  /** bodies of the calls, in the order in which they were read */
  readonly inputs: Readonly<Record<string, unknown>>[];
  /** Chooses what happens to a call, by its operation and the number of earlier calls of it. */
  mishap: (operation: string, earlier: number) => Mishap | null;
  close(): Promise<void>;
}

export async function startDynamoProxy(upstream: string): Promise<DynamoProxy> {
  const calls: string[] = [];
  const inputs: Readonly<Record<string, unknown>>[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const earlier = calls.filter((call) => call === operation).length;
    calls.push(operation);
    const body = await bodyOf(request);
    inputs.push(JSON.parse(body));
    await answer(upstream, request, body, response, proxy.mishap(operation, earlier));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: DynamoProxy = {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    calls,
    inputs,
    mishap: () => null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

async function answer(
  upstream: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  mishap: Mishap | null,
): Promise<void> {
  switch (mishap) {
    case 'throttle':
      return refuse(response, 400, 'ProvisionedThroughputExceededException');
    case 'serverError':
      return refuse(response, 500, 'InternalServerError');
    case 'accessDenied':
      return refuse(response, 400, 'AccessDeniedException');
    case 'conflict': {
      const isTransaction = String(request.headers['x-amz-target']).endsWith('.TransactWriteItems');
      if (!isTransaction) return refuse(response, 400, 'TransactionConflictException');
      return refuse(response, 400, 'TransactionCanceledException', {
        CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
      });
    }
    case 'inProgress':
      return refuse(response, 400, 'TransactionInProgressException');
    case 'emptyAnswer':
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'lostAnswer':
      await forward(upstream, request, body);
      response.socket?.resetAndDestroy();
      return;
    case 'unprocessed': {
      const { RequestItems } = JSON.parse(body);
      if (String(request.headers['x-amz-target']).endsWith('.BatchGetItem'))
        return answerPartOfRead(upstream, request, RequestItems, response);
      const [[table, [first, ...rest]]] = Object.entries<unknown[]>(RequestItems) as [[string, unknown[]]];
      await forward(upstream, request, JSON.stringify({ RequestItems: { [table]: [first] } }));
      response.writeHead(200).end(JSON.stringify({ UnprocessedItems: rest.length ? { [table]: rest } : {} }));
      return;
    }
    case null: {
      const real = await forward(upstream, request, body);
      response.writeHead(real.status, { 'content-type': 'application/x-amz-json-1.0' }).end(real.text);
      return;
    }
    default:
      mishap satisfies never;
  }
}

/** Only the first key of a read is processed. */
async function answerPartOfRead(
  upstream: string,
  request: IncomingMessage,
  items: Readonly<Record<string, { readonly Keys: readonly unknown[] }>>,
  response: ServerResponse,
): Promise<void> {
  const [[table, read] = ['', { Keys: [] }]] = Object.entries(items);
  const [first, ...rest] = read.Keys;
  const part = JSON.stringify({ RequestItems: { [table]: { ...read, Keys: [first] } } });
  const { text } = await forward(upstream, request, part);
  const UnprocessedKeys = rest.length === 0 ? {} : { [table]: { ...read, Keys: rest } };
  response.writeHead(200).end(JSON.stringify({ ...JSON.parse(text), UnprocessedKeys }));
}

function refuse(response: ServerResponse, status: number, type: string, more: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', ...more }),
  );
}

async function forward(upstream: string, { headers }: IncomingMessage, body: string) {
  const sent = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': String(headers['x-amz-target']),
    authorization: String(headers.authorization),
    'x-amz-date': String(headers['x-amz-date']),
  };
  const real = await fetch(upstream, { method: 'POST', headers: sent, body });
  return { status: real.status, text: await real.text() };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

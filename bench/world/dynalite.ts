import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import dynalite from 'dynalite';

type Input = Readonly<Record<string, unknown>>;

/** A transaction of the ledger: a condition, then puts and deletes. */
interface Transaction {
  readonly TransactItems: readonly Action[];
}

interface Action {
  readonly ConditionCheck?: Input;
  readonly Put?: { readonly TableName: string; readonly Item: unknown };
  readonly Delete?: { readonly TableName: string; readonly Key: unknown };
}

/** Required by dynalite, which does not verify signatures. */
const AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=inner, SignedHeaders=host, Signature=inner';
const BATCH = 25;

/** DynamoDB in process. dynalite has no transactions, so they are emulated with its other calls, during which no other call is processed. */
export async function startTransactingDynalite(): Promise<{ readonly server: Server; readonly url: string }> {
  const inner = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
  await once(inner, 'listening');
  const call = async (operation: string, input: unknown) => {
    const answer = await fetch(urlOf(inner), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20261101T000000Z',
        authorization: AUTHORIZATION,
      },
      body: JSON.stringify(input),
    });
    return { status: answer.status, text: await answer.text() };
  };
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    // Read immediately: other listeners may read the same request.
    const body = buffer(request);
    body.catch(() => undefined);
    const carryOut = async (): Promise<void> => {
      if (response.destroyed) return;
      const isTransaction = String(request.headers['x-amz-target']).endsWith('.TransactWriteItems');
      if (isTransaction) await transact(call, JSON.parse(String(await body)), response);
      else await passOn(inner, request, await body, response);
    };
    last = last.then(carryOut).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('close', () => {
    inner.closeAllConnections();
    inner.close();
  });
  return { server, url: urlOf(server) };
}

async function passOn(
  inner: Server,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const closed = once(response, 'close');
  inner.emit('request', Object.assign(Readable.from([body]), { method, url, headers }), response);
  await closed;
}

async function transact(
  call: (operation: string, input: unknown) => Promise<{ status: number; text: string }>,
  { TransactItems }: Transaction,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  };
  for (const { ConditionCheck } of TransactItems) {
    if (ConditionCheck === undefined) continue;
    // An update without changes evaluates the condition.
    const { status, text } = await call('UpdateItem', ConditionCheck);
    if (status === 200) continue;
    if (!text.includes('ConditionalCheckFailedException')) return answer(status, text);
    const CancellationReasons = TransactItems.map((item) => ({
      Code: item.ConditionCheck === undefined ? 'None' : 'ConditionalCheckFailed',
    }));
    const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
    return answer(
      400,
      JSON.stringify({ __type: type, message: 'Transaction cancelled', CancellationReasons }),
    );
  }
  const writes = TransactItems.flatMap(writeOf);
  for (let i = 0; i < writes.length; i += BATCH) {
    const part = Map.groupBy(writes.slice(i, i + BATCH), ({ table }) => table);
    const entries = [...part].map(([table, all]) => [table, all.map(({ write }) => write)]);
    const { status, text } = await call('BatchWriteItem', { RequestItems: Object.fromEntries(entries) });
    if (status !== 200) return answer(status, text);
  }
  answer(200, '{}');
}

function writeOf({ Put, Delete }: Action): { readonly table: string; readonly write: unknown }[] {
  if (Put !== undefined) return [{ table: Put.TableName, write: { PutRequest: { Item: Put.Item } } }];
  if (Delete !== undefined)
    return [{ table: Delete.TableName, write: { DeleteRequest: { Key: Delete.Key } } }];
  return [];
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

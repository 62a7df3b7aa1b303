import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import dynalite from 'dynalite';

type Input = Readonly<Record<string, unknown>>;

/** What the ledger asks of a transaction: a condition, then puts and deletes. */
interface Transaction {
  readonly TransactItems: readonly Action[];
}

interface Action {
  readonly ConditionCheck?: Input;
  readonly Put?: { readonly TableName: string; readonly Item: unknown };
  readonly Delete?: { readonly TableName: string; readonly Key: unknown };
}

/** What dynalite wants to see; it checks no signature. */
const AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=inner, SignedHeaders=host, Signature=inner';
const BATCH = 25;

/** DynamoDB in process, by dynalite, which has no transactions: they are made of its other calls, between which it is asked nothing else. */
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
    last = last.then(async () => {
      if (String(request.headers['x-amz-target']).endsWith('.TransactWriteItems'))
        await transact(call, request, response);
      else await passOn(inner, request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('close', () => {
    inner.closeAllConnections();
    inner.close();
  });
  return { server, url: urlOf(server) };
}

async function passOn(inner: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const closed = once(response, 'close');
  inner.emit('request', request, response);
  await closed;
}

async function transact(
  call: (operation: string, input: unknown) => Promise<{ status: number; text: string }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { TransactItems }: Transaction = JSON.parse(Buffer.concat(chunks).toString());
  const answer = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  };
  for (const { ConditionCheck } of TransactItems) {
    if (ConditionCheck === undefined) continue;
    // An update that changes nothing.
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

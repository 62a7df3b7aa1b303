import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type ConditionCheck,
  DynamoDBClient,
  type DynamoDBClientConfig,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { readBoundedBody, requestHandlerOptions } from '../../aws/clientHttp.ts';
import { toApiFailure } from '../../aws/toApiFailure.ts';
import { withTimeout } from '../../promises.ts';

/** Partitions of the table, by recipient key or digest; the function's rights name them. */

export function livePartition(key: string): string {
  return `live#${key}`;
}

/** What is decided: receipts, and what ended. */
export function historyPartition(key: string): string {
  return `over#${key}`;
}

export const POLICY_PARTITION_PREFIX = 'policy#';

export function policyPartition(digest: string): string {
  return `${POLICY_PARTITION_PREFIX}${digest}`;
}

/** The table's keys, and the attribute by which items go: what the stack creates it with. */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk', expiry: 'expires' } as const;

export type TableItem = Readonly<Record<string, AttributeValue>>;

/** A table with the few calls that the ledger needs of it; each bounded in time. @throws LedgerFailure */
export interface Table {
  readonly name: string;
  /** Makes one call. @returns what `call` does, or `null` when its condition was not met */
  callIfConditionHolds<T>(
    operation: string,
    call: (client: DynamoDBClient, name: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T | null>;
  /** Everything of a partition whose sort keys begin so, or lie from there on; consistent, all pages. */
  query(
    partition: string,
    sort: { readonly begins: string } | { readonly from: string },
  ): Promise<TableItem[]>;
  /** Puts and deletes, in no particular order: two groups that depend on each other take two calls. */
  writeAll(requests: readonly WriteRequest[]): Promise<void>;
  /**
   * Puts and deletes in their order, in parts. Each part is written as a whole, and only while the condition is met.
   * @returns `false` when it was not met: the part is not written, nor any after it
   */
  writeIfConditionHolds(condition: Condition, requests: readonly WriteRequest[]): Promise<boolean>;
}

/** A condition on one item of the table. */
export type Condition = Omit<ConditionCheck, 'TableName'>;

/** What a call may take with all attempts, in milliseconds. */
const LIMIT_MS = 8000;
const ATTEMPTS = 3;
/** What one batch may hold. */
const BATCH = 25;
/** How often a batch is sent that the table takes only parts of. */
const ROUNDS = 6;
/** What one transaction may hold beside its condition. */
const TRANSACTION = 99;
/**
 * And in bytes of JSON, which is more than what DynamoDB counts. It takes 4 MB, but all live items are in one partition, which gives
 * 1,000 write units a second, and a transaction takes two for each begun KB of an item: a larger one could be refused for ever.
 */
const TRANSACTION_BYTES = 400_000;
/** Pages of 1 MB, more than any partition has: an endless answer ends. */
const MOST_PAGES = 1000;

/**
 * @param config the client's own: region, credentials and endpoint are the platform's unless given
 * @throws ProxyRefused
 */
export function openTable(name: string, config: DynamoDBClientConfig = {}): Table {
  const client = new DynamoDBClient({
    maxAttempts: ATTEMPTS,
    requestHandler: requestHandlerOptions({ connectMs: 1000, requestMs: 2000 }),
    streamCollector: readBoundedBody,
    ...config,
  });

  const callIfConditionHolds: Table['callIfConditionHolds'] = async (operation, call) => {
    for (let round = 1; ; round += 1)
      try {
        return await withTimeout(LIMIT_MS, (abortSignal) => call(client, name, { abortSignal }));
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === 'condition') return null;
        if (refusal === 'other' || round === ROUNDS)
          throw new LedgerFailure(`ledger table \`${name}\`: ${toApiFailure(operation, error).message}`);
        await pause(50 * 2 ** round);
      }
  };
  const surely = async <T>(...call: Parameters<typeof callIfConditionHolds<T>>): Promise<T> => {
    const answer = await callIfConditionHolds(...call);
    if (answer === null) throw new LedgerFailure(`ledger table \`${name}\`: ${call[0]} was refused`);
    return answer;
  };

  async function writeBatch(requests: readonly WriteRequest[]): Promise<void> {
    let left = [...requests];
    for (let round = 0; left.length > 0; round += 1) {
      if (round === ROUNDS)
        throw new LedgerFailure(
          `ledger table \`${name}\`: ${left.length} items could not be written (throttled); the next pass tries again`,
        );
      if (round > 0) await pause(50 * 2 ** round);
      const command = new BatchWriteItemCommand({ RequestItems: { [name]: left } });
      const answer = await surely('BatchWriteItem', (dynamo, _, options) => dynamo.send(command, options));
      left = answer.UnprocessedItems?.[name] ?? [];
    }
  }

  const odd = (what: string) =>
    new LedgerFailure(`ledger table \`${name}\`: Query answered ${what}; check the endpoint`);

  const checked = (items: readonly TableItem[] | undefined): readonly TableItem[] => {
    // Fail closed: an answer without a list is no empty ledger, and of an item without a key nobody knows what it is of.
    if (!Array.isArray(items)) throw odd('without items');
    if (items.some((item) => textAttribute(item, TABLE_KEYS.sort) === null))
      throw odd('with an item that has no sort key');
    return items;
  };

  const query: Table['query'] = async (partition, sort) => {
    const items: TableItem[] = [];
    const [condition, bound] =
      'begins' in sort ? ['begins_with(#sk, :bound)', sort.begins] : ['#sk >= :bound', sort.from];
    let start: TableItem | undefined;
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const command = new QueryCommand({
        TableName: name,
        ConsistentRead: true,
        KeyConditionExpression: `#pk = :pk AND ${condition}`,
        ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
        ExpressionAttributeValues: { ':pk': { S: partition }, ':bound': { S: bound } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const answer = await surely('Query', (dynamo, _, options) => dynamo.send(command, options));
      for (const item of checked(answer.Items)) items.push(item);
      start = answer.LastEvaluatedKey;
      if (start === undefined) return items;
    }
    throw odd(`more than ${MOST_PAGES} pages`);
  };

  return {
    name,
    callIfConditionHolds,
    query,
    writeAll: async (requests) => {
      for (let i = 0; i < requests.length; i += BATCH) await writeBatch(requests.slice(i, i + BATCH));
    },
    writeIfConditionHolds: async (condition, requests) => {
      for (const part of partsOf(requests)) {
        const command = new TransactWriteItemsCommand({
          // A try whose answer was lost, and that arrives after its repetition, changes nothing.
          ClientRequestToken: randomUUID(),
          TransactItems: [
            { ConditionCheck: { TableName: name, ...condition } },
            ...part.map((request) => actionOf(name, request)),
          ],
        });
        const answer = await callIfConditionHolds('TransactWriteItems', (dynamo, _, options) =>
          dynamo.send(command, options),
        );
        if (answer === null) return false;
      }
      return true;
    },
  };
}

/** Codes of what another call at the same moment, or too many of them, cause: the same call may be taken right after. */
const CONTENTION: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Why a call was refused. The condition of a transaction comes first in it. */
function refusalOf(error: unknown): 'condition' | 'contention' | 'other' {
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'ConditionalCheckFailedException') return 'condition';
  // By an update of an item that is part of a transaction at that moment, and by a transaction whose first try has not ended yet.
  if (error.name === 'TransactionConflictException' || error.name === 'TransactionInProgressException')
    return 'contention';
  if (!(error instanceof TransactionCanceledException)) return 'other';
  const codes = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code);
  if (codes[0] === 'ConditionalCheckFailed') return 'condition';
  const causes = codes.filter((code) => code !== 'None');
  return causes.length > 0 && causes.every((code) => CONTENTION.has(code)) ? 'contention' : 'other';
}

/** Requests as one transaction each takes them. */
function partsOf(requests: readonly WriteRequest[]): WriteRequest[][] {
  const parts: WriteRequest[][] = [];
  let bytes = 0;
  for (const request of requests) {
    const size = Buffer.byteLength(JSON.stringify(request));
    const last = parts.at(-1);
    if (last === undefined || last.length === TRANSACTION || bytes + size > TRANSACTION_BYTES) {
      parts.push([request]);
      bytes = size;
    } else {
      last.push(request);
      bytes += size;
    }
  }
  return parts;
}

function actionOf(table: string, { PutRequest, DeleteRequest }: WriteRequest): TransactWriteItem {
  return PutRequest === undefined
    ? { Delete: { TableName: table, Key: DeleteRequest?.Key } }
    : { Put: { TableName: table, Item: PutRequest.Item } };
}

export function itemKey(partition: string, sort: string): Record<string, AttributeValue> {
  return { [TABLE_KEYS.partition]: { S: partition }, [TABLE_KEYS.sort]: { S: sort } };
}

export function putRequest(item: TableItem): WriteRequest {
  return { PutRequest: { Item: { ...item } } };
}

export function deleteRequest(partition: string, sort: string): WriteRequest {
  return { DeleteRequest: { Key: itemKey(partition, sort) } };
}

/** A text attribute; `null` when there is none, or of another kind. */
export function textAttribute(item: TableItem | undefined, attribute: string): string | null {
  const text: unknown = item?.[attribute]?.S;
  return typeof text === 'string' ? text : null;
}

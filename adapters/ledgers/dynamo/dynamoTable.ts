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
import { readBoundedBody, requestHandlerOptions } from '../../awsProtocol/clientHttp.ts';
import { type CallLimit, splitIntoBatches } from '../../awsProtocol/pagesAndBatches.ts';
import { toApiFailure } from '../../awsProtocol/toApiFailure.ts';
import { withTimeout } from '../../promises.ts';

/** The partition of the state of a recipient. The function's IAM policy names the partitions. */
export function livePartition(key: string): string {
  return `live#${key}`;
}

/** The partition of the history of a recipient: receipts and ended requests. */
export function historyPartition(key: string): string {
  return `over#${key}`;
}

export const POLICY_PARTITION_PREFIX = 'policy#';

export function policyPartition(digest: string): string {
  return `${POLICY_PARTITION_PREFIX}${digest}`;
}

/** The table's keys and its TTL attribute. The CDK stack creates the table with these. */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk', expiry: 'expires' } as const;

export type TableItem = Readonly<Record<string, AttributeValue>>;

/** The calls to a DynamoDB table that the ledger needs. Each has a time limit. @throws LedgerFailure */
export interface Table {
  readonly name: string;
  /** Makes one call. @returns the result of `call`, or `null` when its condition was not met */
  callIfConditionHolds<T>(
    operation: string,
    call: (client: DynamoDBClient, name: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T | null>;
  /** All items of a partition with this prefix of the sort key, or from this sort key on. Strongly consistent. */
  query(
    partition: string,
    sort: { readonly begins: string } | { readonly from: string },
  ): Promise<TableItem[]>;
  /** Puts and deletes in no particular order. Requests that depend on each other need two calls. */
  writeAll(requests: readonly WriteRequest[]): Promise<void>;
  /**
   * Puts and deletes in order, in one or more transactions. Each transaction is applied only if the condition is met. The requests of
   * one group are in the same transaction.
   * @returns `false` when it was not met: that transaction and all later ones are not applied
   */
  writeIfConditionHolds(condition: Condition, groups: readonly WriteGroup[]): Promise<boolean>;
}

/** Requests that are applied together or not at all. They must fit one transaction. */
export type WriteGroup = readonly WriteRequest[];

/** A condition on one item of the table. */
export type Condition = Omit<ConditionCheck, 'TableName'>;

/** Time limit of a call including retries, in milliseconds. */
const CALL_LIMIT_MS = 8000;
const SDK_ATTEMPTS = 3;
/** Maximum number of requests in a batch. */
const MAX_BATCH = 25;
/** How often a call is sent when the table processes only a part of it, or rejects it because of contention. */
const MAX_ROUNDS = 6;
/**
 * Limits of a transaction: writes beside its condition, and bytes of JSON, which are more than DynamoDB counts. DynamoDB accepts 4 MB, but all state items are in
 * one partition with 1,000 write units per second, and a transaction uses two units per KB. A larger one could be rejected for ever.
 */
const TRANSACTION_LIMIT: CallLimit = { items: 99, bytes: 400_000 };
/** Maximum number of pages (1 MB each) of a query, so that endless pagination stops. No partition has more. */
const MAX_PAGES = 1000;

/**
 * @param config client configuration; region, credentials and endpoint are those of the environment by default
 * @throws ProxyRefused
 */
export function openTable(name: string, config: DynamoDBClientConfig = {}): Table {
  const client = new DynamoDBClient({
    maxAttempts: SDK_ATTEMPTS,
    requestHandler: requestHandlerOptions({ connectMs: 1000, requestMs: 2000 }),
    streamCollector: readBoundedBody,
    ...config,
  });

  const callIfConditionHolds: Table['callIfConditionHolds'] = async (operation, call) => {
    for (let round = 1; ; round += 1)
      try {
        return await withTimeout(CALL_LIMIT_MS, (abortSignal) => call(client, name, { abortSignal }));
      } catch (error) {
        const rejection = classifyRejection(error);
        if (rejection === 'condition') return null;
        if (rejection === 'other' || round === MAX_ROUNDS)
          throw new LedgerFailure(`ledger table \`${name}\`: ${toApiFailure(operation, error).message}`);
        await pause(50 * 2 ** round);
      }
  };
  const callOrFail = async <T>(...call: Parameters<typeof callIfConditionHolds<T>>): Promise<T> => {
    const answer = await callIfConditionHolds(...call);
    if (answer === null) throw new LedgerFailure(`ledger table \`${name}\`: ${call[0]} was rejected`);
    return answer;
  };

  async function writeBatch(requests: readonly WriteRequest[]): Promise<void> {
    let left = [...requests];
    for (let round = 0; left.length > 0; round += 1) {
      if (round === MAX_ROUNDS)
        throw new LedgerFailure(
          `ledger table \`${name}\`: ${left.length} items could not be written (throttled); the next run tries again`,
        );
      if (round > 0) await pause(50 * 2 ** round);
      const command = new BatchWriteItemCommand({ RequestItems: { [name]: left } });
      const answer = await callOrFail('BatchWriteItem', (dynamo, _, options) =>
        dynamo.send(command, options),
      );
      left = answer.UnprocessedItems?.[name] ?? [];
    }
  }

  const unexpectedAnswer = (what: string) =>
    new LedgerFailure(`ledger table \`${name}\`: Query returned ${what}; check the endpoint`);

  const checkItems = (items: readonly TableItem[] | undefined): readonly TableItem[] => {
    // Fail closed: an answer without a list is not an empty ledger, and an item without a sort key cannot be assigned.
    if (!Array.isArray(items)) throw unexpectedAnswer('no list of items');
    if (items.some((item) => textAttribute(item, TABLE_KEYS.sort) === null))
      throw unexpectedAnswer('an item without a sort key');
    return items;
  };

  const query: Table['query'] = async (partition, sort) => {
    const items: TableItem[] = [];
    const [condition, bound] =
      'begins' in sort ? ['begins_with(#sk, :bound)', sort.begins] : ['#sk >= :bound', sort.from];
    let start: TableItem | undefined;
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const command = new QueryCommand({
        TableName: name,
        ConsistentRead: true,
        KeyConditionExpression: `#pk = :pk AND ${condition}`,
        ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
        ExpressionAttributeValues: { ':pk': { S: partition }, ':bound': { S: bound } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const answer = await callOrFail('Query', (dynamo, _, options) => dynamo.send(command, options));
      for (const item of checkItems(answer.Items)) items.push(item);
      start = answer.LastEvaluatedKey;
      if (start === undefined) return items;
    }
    throw unexpectedAnswer(`more than ${MAX_PAGES} pages`);
  };

  return {
    name,
    callIfConditionHolds,
    query,
    writeAll: async (requests) => {
      for (let i = 0; i < requests.length; i += MAX_BATCH) await writeBatch(requests.slice(i, i + MAX_BATCH));
    },
    writeIfConditionHolds: async (condition, groups) => {
      for (const part of splitIntoBatches(
        groups,
        TRANSACTION_LIMIT,
        JSON.stringify,
        ({ length }) => length,
      )) {
        const command = new TransactWriteItemsCommand({
          // Makes retries idempotent, even if the first attempt arrives after its retry.
          ClientRequestToken: randomUUID(),
          TransactItems: [
            { ConditionCheck: { TableName: name, ...condition } },
            ...part.flat().map((request) => toTransactItem(name, request)),
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

/** Error codes of conflicts and throttling: the same call may succeed when it is sent again. */
const CONTENTION: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Why a call was rejected. The condition is the first item of a transaction. */
function classifyRejection(error: unknown): 'condition' | 'contention' | 'other' {
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'ConditionalCheckFailedException') return 'condition';
  // The item is part of another transaction, or the first attempt of this transaction is still in progress.
  if (error.name === 'TransactionConflictException' || error.name === 'TransactionInProgressException')
    return 'contention';
  if (!(error instanceof TransactionCanceledException)) return 'other';
  const codes = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code);
  if (codes[0] === 'ConditionalCheckFailed') return 'condition';
  const causes = codes.filter((code) => code !== 'None');
  return causes.length > 0 && causes.every((code) => CONTENTION.has(code)) ? 'contention' : 'other';
}

function toTransactItem(table: string, { PutRequest, DeleteRequest }: WriteRequest): TransactWriteItem {
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

/** The value of a string attribute; `null` when it is missing or of another type. */
export function textAttribute(item: TableItem | undefined, attribute: string): string | null {
  const text: unknown = item?.[attribute]?.S;
  return typeof text === 'string' ? text : null;
}

import { randomUUID } from 'node:crypto';
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { type Lease, MAX_LEASE_MS } from '../lease.ts';
import { type Condition, itemKey, type Table, type TableItem, textAttribute } from './dynamoTable.ts';
import {
  attributeNames,
  decodeEpoch,
  decodeHead,
  HEAD_ATTRIBUTES,
  HEAD_SORT_KEY,
  type Head,
  headValues,
} from './headItem.ts';

/** What was found when the lease was taken. */
export interface TakenLease extends Head {
  /** a run of release 0.1.0 did not give the lease back with everything written, and may still write: its items must be copied */
  readonly isAbandoned: boolean;
  /** an epoch that nobody wrote in */
  readonly unusedEpoch: number;
}

/** What tokens begin with whose holders write live items only while the token is in the head. Those of release 0.1.0 do not. */
const FENCED = 'fenced/';

export function createFencedToken(): string {
  return `${FENCED}${randomUUID()}`;
}

/** The condition that the lease of this token was neither given back nor taken by another. */
export function leaseCondition(partition: string, token: string): Condition {
  return {
    Key: itemKey(partition, HEAD_SORT_KEY),
    ConditionExpression: '#token = :token',
    ExpressionAttributeNames: attributeNames('#token'),
    ExpressionAttributeValues: { ':token': { S: token } },
  };
}

// A call that is tried again finds the token of its first try.
const OURS_OR_NONE = 'attribute_not_exists(#token) OR #token = :token';
/** As `isFree`. */
const OVER = ['NOT attribute_type(#until, :text)', '#until <= :now', '#until > :longest'];

/**
 * Takes the lease. That the run before was cut short by release 0.1.0 is marked with the same call: a run that is killed right
 * after it, or while it copies, leaves the mark to the next.
 * @returns `null` when somebody else holds the lease
 * @throws LedgerFailure
 */
export async function takeLease(
  table: Table,
  partition: string,
  { token, until }: Lease,
  at: Date,
): Promise<TakenLease | null> {
  const take = (over: readonly string[], mark: string, more: TableItem, ...aliases: string[]) =>
    table.callIfConditionHolds('UpdateItem', (client, name, options) => {
      const command = new UpdateItemCommand({
        TableName: name,
        Key: itemKey(partition, HEAD_SORT_KEY),
        ConditionExpression: [OURS_OR_NONE, ...over].join(' OR '),
        UpdateExpression: `SET #token = :token, #until = :until${mark} REMOVE #released ADD #last :one`,
        ExpressionAttributeNames: attributeNames('#token', '#until', '#released', '#last', ...aliases),
        ExpressionAttributeValues: {
          ':token': { S: token },
          ':until': { S: until },
          ':now': { S: at.toISOString() },
          ':longest': { S: new Date(at.getTime() + MAX_LEASE_MS).toISOString() },
          ':text': { S: 'S' },
          ':one': { N: '1' },
          ...more,
        },
        ReturnValues: 'ALL_NEW',
      });
      return client.send(command, options);
    });
  const ofFenced = OVER.map((condition) => `begins_with(#token, :fenced) AND ${condition}`);
  const answer =
    (await take(ofFenced, '', { ':fenced': { S: FENCED } })) ??
    (await take(OVER, ', #dirty = :true', { ':true': { BOOL: true } }, '#dirty'));
  if (answer === null) return null;
  const item = answer.Attributes;
  // Fail closed: an answer that does not show our token is none of a table's, and no empty ledger.
  if (textAttribute(item, HEAD_ATTRIBUTES['#token']) !== token)
    throw new LedgerFailure(
      `ledger table \`${table.name}\`: UpdateItem answered without the head; check the endpoint`,
    );
  const isAbandoned = item?.[HEAD_ATTRIBUTES['#dirty']] !== undefined;
  try {
    return {
      ...decodeHead(item, partition, table.name),
      isAbandoned,
      unusedEpoch: decodeEpoch(item?.[HEAD_ATTRIBUTES['#last']]),
    };
  } catch (error) {
    // Given back, so that the first pass after it was mended is not refused; if that fails too, it ends by itself.
    await updateHead(table, partition, token, { release: true }).catch(() => false);
    throw error;
  }
}

/** @throws LedgerFailure */
export async function fetchHead(table: Table, partition: string): Promise<Head> {
  const answer = await table.callIfConditionHolds('GetItem', (client, name, options) =>
    client.send(
      new GetItemCommand({ TableName: name, Key: itemKey(partition, HEAD_SORT_KEY), ConsistentRead: true }),
      options,
    ),
  );
  return decodeHead(answer?.Item, partition, table.name);
}

/** What an update of the head does beside proving that the lease is ours. */
export interface HeadUpdate {
  readonly head?: Head;
  /** gives the lease back */
  readonly release?: boolean;
}

/** @returns whether the lease was ours. @throws LedgerFailure */
export async function updateHead(
  table: Table,
  partition: string,
  token: string,
  { head, release = false }: HeadUpdate,
): Promise<boolean> {
  const sets = [
    ...(head === undefined
      ? []
      : [
          '#epoch = :epoch',
          '#listing = :listing',
          '#failing = :failing',
          '#turns = :turns',
          '#format = :format',
        ]),
    ...(release ? ['#released = :token'] : ['#token = :token']),
  ];
  const removes = [
    ...(release ? ['#token', '#until'] : []),
    // A head that is written names the epoch that is in use: what another may still write of an earlier one concerns nobody.
    ...(head === undefined ? [] : ['#dirty']),
  ];
  const update = `SET ${sets.join(', ')}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`;
  // Giving back is tried again after a lost answer: then it is ours no more, by our own doing.
  const condition = release ? '#token = :token OR #released = :token' : '#token = :token';
  const used = Object.keys(HEAD_ATTRIBUTES).filter((alias) =>
    `${update} ${condition}`.split(/[ ,]+/).includes(alias),
  );
  const answer = await table.callIfConditionHolds('UpdateItem', (client, name, options) => {
    const command = new UpdateItemCommand({
      TableName: name,
      Key: itemKey(partition, HEAD_SORT_KEY),
      ConditionExpression: condition,
      UpdateExpression: update,
      ExpressionAttributeNames: attributeNames(...used),
      ExpressionAttributeValues: {
        ':token': { S: token },
        ...(head === undefined ? {} : headValues(head)),
      },
    });
    return client.send(command, options);
  });
  return answer !== null;
}

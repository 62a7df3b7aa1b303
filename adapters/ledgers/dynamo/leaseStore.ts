import { randomUUID } from 'node:crypto';
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { TargetHealth } from '../../../core/health.ts';
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
  healthValues,
  type WrittenHead,
} from './headItem.ts';

/** The head when the lease was taken. */
export interface TakenLease extends Head {
  /** a run of release 0.1.0 did not release the lease cleanly and may still write, so its items must be copied to another epoch */
  readonly isAbandoned: boolean;
  /** an epoch in which no run has written */
  readonly unusedEpoch: number;
}

/** Prefix of the tokens of runs that write state items only while their token is in the head. Tokens of release 0.1.0 lack it. */
const FENCED = 'fenced/';

export function createFencedToken(): string {
  return `${FENCED}${randomUUID()}`;
}

/** The condition that the lease with this token was neither released nor taken by another run. */
export function leaseCondition(partition: string, token: string): Condition {
  return {
    Key: itemKey(partition, HEAD_SORT_KEY),
    ConditionExpression: '#token = :token',
    ExpressionAttributeNames: attributeNames('#token'),
    ExpressionAttributeValues: { ':token': { S: token } },
  };
}

// A retried call finds the token that its first attempt wrote.
const OURS_OR_NONE = 'attribute_not_exists(#token) OR #token = :token';
/** The rule of `isLeaseFree`, as alternatives of a condition. */
const EXPIRED = ['NOT attribute_type(#until, :text)', '#until <= :now', '#until > :longest'];

/**
 * Takes the lease. If the previous holder was a run of release 0.1.0 that did not release it, the same call sets `dirty`. The mark
 * stays until the items are copied, even if this run is killed before that.
 * @returns `null` when another run holds the lease
 * @throws LedgerFailure
 */
export async function takeLease(
  table: Table,
  partition: string,
  { token, until }: Lease,
  at: Date,
): Promise<TakenLease | null> {
  const tryTake = (expired: readonly string[], mark: string, more: TableItem, ...aliases: string[]) =>
    table.callIfConditionHolds('UpdateItem', (client, name, options) => {
      const command = new UpdateItemCommand({
        TableName: name,
        Key: itemKey(partition, HEAD_SORT_KEY),
        ConditionExpression: [OURS_OR_NONE, ...expired].join(' OR '),
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
  const fencedExpired = EXPIRED.map((condition) => `begins_with(#token, :fenced) AND ${condition}`);
  const answer =
    (await tryTake(fencedExpired, '', { ':fenced': { S: FENCED } })) ??
    (await tryTake(EXPIRED, ', #dirty = :true', { ':true': { BOOL: true } }, '#dirty'));
  if (answer === null) return null;
  const item = answer.Attributes;
  // Fail closed: an answer without our token does not come from DynamoDB, and must not be read as an empty ledger.
  if (textAttribute(item, HEAD_ATTRIBUTES['#token']) !== token)
    throw new LedgerFailure(
      `ledger table \`${table.name}\`: UpdateItem returned no head item; check the endpoint`,
    );
  const isAbandoned = item?.[HEAD_ATTRIBUTES['#dirty']] !== undefined;
  try {
    return {
      ...decodeHead(item, partition, table.name),
      isAbandoned,
      unusedEpoch: decodeEpoch(item?.[HEAD_ATTRIBUTES['#last']]),
    };
  } catch (error) {
    // Release the lease, so that the first run after the repair can take it. If this fails too, the lease expires.
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

/** What an update of the head changes. Every update also proves that this run still holds the lease. */
export interface HeadUpdate {
  readonly head?: WrittenHead;
  /** releases the lease */
  readonly release?: boolean;
  readonly health?: TargetHealth | undefined;
}

/** @returns whether this run still held the lease. @throws LedgerFailure */
export async function updateHead(
  table: Table,
  partition: string,
  token: string,
  { head, release = false, health }: HeadUpdate,
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
    ...(health === undefined ? [] : ['#health = :health']),
    ...(release ? ['#released = :token'] : ['#token = :token']),
  ];
  const removes = [
    ...(release ? ['#token', '#until'] : []),
    // The head that is written names the current epoch. A late write into an earlier epoch has no effect.
    ...(head === undefined ? [] : ['#dirty']),
  ];
  const update = `SET ${sets.join(', ')}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`;
  // A release is retried when its answer is lost. The first attempt may already have removed our token.
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
        ...(health === undefined ? {} : healthValues(health)),
      },
    });
    return client.send(command, options);
  });
  return answer !== null;
}

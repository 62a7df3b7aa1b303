import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { LedgerFailure } from '../../../errors.ts';
import { type Lease, LONGEST_LEASE_MS } from '../lease.ts';
import { HEAD, type Head, NAMES, names, number, readHead, valuesOf } from './headItem.ts';
import { keyOf, type Table, textOf } from './table.ts';

/** What was found when the lease was taken. */
export interface Taken extends Head {
  /** whoever had the lease before did not give it back with everything written, and may yet write */
  readonly isAbandoned: boolean;
  /** an epoch that nobody wrote in */
  readonly fresh: number;
}

/** In the place of a token, when the lease was free. */
const NOBODY = 'nobody';

/** @returns `null` when somebody else holds the lease. @throws LedgerFailure */
export async function takeLease(
  table: Table,
  partition: string,
  { token, until }: Lease,
  at: Date,
): Promise<Taken | null> {
  // As `isFree`. A call that is tried again finds the token of its first try.
  const free =
    'attribute_not_exists(#token) OR #token = :token OR NOT attribute_type(#until, :text) OR #until <= :now OR #until > :longest';
  const answer = await table.conditionally('UpdateItem', (client, name, options) => {
    const command = new UpdateItemCommand({
      TableName: name,
      Key: keyOf(partition, HEAD),
      ConditionExpression: free,
      UpdateExpression:
        'SET #before = if_not_exists(#token, :nobody), #token = :token, #until = :until REMOVE #released ADD #last :one',
      ExpressionAttributeNames: names('#before', '#token', '#until', '#released', '#last'),
      ExpressionAttributeValues: {
        ':token': { S: token },
        ':until': { S: until },
        ':now': { S: at.toISOString() },
        ':longest': { S: new Date(at.getTime() + LONGEST_LEASE_MS).toISOString() },
        ':text': { S: 'S' },
        ':nobody': { S: NOBODY },
        ':one': { N: '1' },
      },
      ReturnValues: 'ALL_NEW',
    });
    return client.send(command, options);
  });
  if (answer === null) return null;
  const item = answer.Attributes;
  // Fail closed: an answer that does not show our token is none of a table's, and no empty ledger.
  if (textOf(item, NAMES['#token']) !== token)
    throw new LedgerFailure(
      `ledger table \`${table.name}\`: UpdateItem answered without the head; check the endpoint`,
    );
  const isAbandoned = textOf(item, NAMES['#before']) !== NOBODY || item?.[NAMES['#dirty']] !== undefined;
  try {
    return { ...readHead(item, partition, table.name), isAbandoned, fresh: number(item?.[NAMES['#last']]) };
  } catch (error) {
    // Given back, so that the first pass after it was mended is not refused; if that fails too, it ends by itself. In doubt, since
    // whoever had it before may yet write.
    await updateHead(table, partition, token, { release: true, dirty: true }).catch(() => false);
    throw error;
  }
}

/** @throws LedgerFailure */
export async function peekHead(table: Table, partition: string): Promise<Head> {
  const answer = await table.conditionally('GetItem', (client, name, options) =>
    client.send(
      new GetItemCommand({ TableName: name, Key: keyOf(partition, HEAD), ConsistentRead: true }),
      options,
    ),
  );
  return readHead(answer?.Item, partition, table.name);
}

/** What an update of the head does beside proving that the lease is ours. */
export interface HeadUpdate {
  readonly head?: Head;
  /** gives the lease back */
  readonly release?: boolean;
  /** gives it back in doubt about what was written: whoever is next begins a new epoch */
  readonly dirty?: boolean;
}

/** @returns whether the lease was ours. @throws LedgerFailure */
export async function updateHead(
  table: Table,
  partition: string,
  token: string,
  { head, release = false, dirty = false }: HeadUpdate,
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
    ...(dirty ? ['#dirty = :true'] : []),
  ];
  const removes = [
    ...(release ? ['#token', '#until'] : []),
    ...(dirty || head === undefined ? [] : ['#dirty']),
  ];
  const update = `SET ${sets.join(', ')}${removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`}`;
  // Giving back is tried again after a lost answer: then it is ours no more, by our own doing.
  const condition = release ? '#token = :token OR #released = :token' : '#token = :token';
  const used = Object.keys(NAMES).filter((alias) => `${update} ${condition}`.split(/[ ,]+/).includes(alias));
  const answer = await table.conditionally('UpdateItem', (client, name, options) => {
    const command = new UpdateItemCommand({
      TableName: name,
      Key: keyOf(partition, HEAD),
      ConditionExpression: condition,
      UpdateExpression: update,
      ExpressionAttributeNames: names(...used),
      ExpressionAttributeValues: {
        ':token': { S: token },
        ...(dirty ? { ':true': { BOOL: true } } : {}),
        ...(head === undefined ? {} : valuesOf(head)),
      },
    });
    return client.send(command, options);
  });
  return answer !== null;
}

import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { itemKey, livePartition, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';

/** How a run of release 0.1.0 leaves the head: its tokens have no prefix, and it marks an uncertain state as dirty. */
const UPDATES = {
  killed: 'SET #token = :token',
  inDoubt: 'SET #dirty = :true, #released = :token REMOVE #token, #until',
};

/** Changes the current lease to one of a run of release 0.1.0 that was killed or failed with an unknown result. That release writes items without a condition. */
export async function markLeaseAsEarlierRelease(
  table: Table,
  key: string,
  how: keyof typeof UPDATES = 'killed',
): Promise<void> {
  const isKilled = how === 'killed';
  await table.callIfConditionHolds('UpdateItem', (client, TableName) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: itemKey(livePartition(key), 'head'),
        UpdateExpression: UPDATES[how],
        ExpressionAttributeNames: {
          '#token': 'token',
          ...(isKilled ? {} : { '#dirty': 'dirty', '#released': 'releasedBy', '#until': 'until' }),
        },
        ExpressionAttributeValues: {
          ':token': { S: 'f6dbbf0a-3d5e-4c0e-9a53-6f1f0f0f7a01' },
          ...(isKilled ? {} : { ':true': { BOOL: true } }),
        },
      }),
    ),
  );
}

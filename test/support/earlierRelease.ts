import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { itemKey, livePartition, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';

/** How a run of release 0.1.0 leaves the head: its tokens are bare, and what it is in doubt about is marked as dirty. */
const UPDATES = {
  killed: 'SET #token = :token',
  inDoubt: 'SET #dirty = :true, #released = :token REMOVE #token, #until',
};

/** Makes the lease that is held one of release 0.1.0, which writes items without a condition, and was killed or failed in doubt. */
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

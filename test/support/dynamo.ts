import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLE_KEYS } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { startTransactingDynalite } from '../../bench/world/dynalite.ts';
import { freePort } from './freePort.ts';
import { startMinistack } from './ministack.ts';

/** A DynamoDB on loopback, with its real protocol. */
export interface Dynamo {
  readonly url: string;
  /** client configuration */
  readonly config: DynamoDBClientConfig;
  /** Creates a table like the CDK stack. @returns its name */
  createTable(): Promise<string>;
  close(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export async function startDynalite(): Promise<Dynamo> {
  const { server, url } = await startTransactingDynalite();
  return dynamoAt(url, async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
}

/** Starts `moto_server`, which must be installed. It also supports time to live. */
export async function startMoto(): Promise<Dynamo> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  await untilUp(`${url}/moto-api/`);
  const dynamo = withTimeToLive(
    dynamoAt(url, async () => {
      child.kill();
      await ended;
    }),
  );
  // moto checks a condition and writes in two steps, in threads, so calls are sent one at a time.
  return {
    ...dynamo,
    config: { ...dynamo.config, requestHandler: { httpAgent: new Agent({ maxSockets: 1 }) } },
  };
}

/** Starts ministack. @param folder of its installation */
export async function startMinistackDynamo(folder: string): Promise<Dynamo> {
  const { port, stop } = await startMinistack(folder, {});
  return withTimeToLive(dynamoAt(`http://127.0.0.1:${port}`, stop));
}

/** Sets the time to live of every table, as the stack does. (dynalite knows none.) */
function withTimeToLive(dynamo: Dynamo): Dynamo {
  return {
    ...dynamo,
    createTable: async () => {
      const name = await dynamo.createTable();
      const client = new DynamoDBClient(dynamo.config);
      const TimeToLiveSpecification = { AttributeName: TABLE_KEYS.expiry, Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
      client.destroy();
      return name;
    },
  };
}

function dynamoAt(url: string, close: () => Promise<void>): Dynamo {
  const config = { endpoint: url, region: 'eu-west-3', credentials: CREDENTIALS };
  return {
    url,
    config,
    close,
    createTable: async () => {
      const client = new DynamoDBClient(config);
      const name = `ledger-${randomUUID()}`;
      const { partition, sort } = TABLE_KEYS;
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: partition, AttributeType: 'S' },
            { AttributeName: sort, AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: partition, KeyType: 'HASH' },
            { AttributeName: sort, KeyType: 'RANGE' },
          ],
        }),
      );
      client.destroy();
      return name;
    },
  };
}

async function untilUp(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch {
      // Not listening yet.
      await pause(100);
    }
  }
  throw new Error(`nothing came up at ${url}`);
}

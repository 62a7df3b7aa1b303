import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Dynamo, startDynalite } from './dynamo.ts';
import { type DynamoProxy, startDynamoProxy } from './dynamoProxy.ts';

/** One DynamoDB for the tests of a file, and a proxy for each test on which calls can fail. */
export interface ProxiedDynamo {
  readonly dynamo: Dynamo;
  readonly proxy: DynamoProxy;
}

/** @returns an object that is filled before the first test */
export function proxiedDynamo(): ProxiedDynamo {
  let dynamo: Dynamo | undefined;
  let proxy: DynamoProxy | undefined;
  beforeAll(async () => {
    dynamo = await startDynalite();
  });
  afterAll(() => dynamo?.close());
  beforeEach(async () => {
    proxy = await startDynamoProxy(started(dynamo).url);
  });
  afterEach(() => proxy?.close());
  return {
    get dynamo() {
      return started(dynamo);
    },
    get proxy() {
      return started(proxy);
    },
  };
}

function started<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('DynamoDB is only available within a test');
  return what;
}

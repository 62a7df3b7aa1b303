import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Dynamo, startDynalite } from './dynamo.ts';
import { type DynamoProxy, startDynamoProxy } from './dynamoProxy.ts';

/** DynamoDB for the tests of a file, and for each of them a way to it on which calls can go wrong. */
export interface ProxiedDynamo {
  readonly dynamo: Dynamo;
  readonly proxy: DynamoProxy;
}

/** @returns filled once the tests run */
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
  if (what === undefined) throw new Error('it starts with the tests: use it within one');
  return what;
}

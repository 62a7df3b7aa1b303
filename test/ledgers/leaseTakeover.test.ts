import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import {
  deleteRequest,
  itemKey,
  openTable,
  putRequest,
  type Table,
} from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { markLeaseAsEarlierRelease } from '../support/earlierRelease.ts';
import { anObservation } from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const LEASE_MS = 60_000;

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.close());

function observed(id: string): LedgerChange {
  return { kind: 'observed', id, observation: anObservation() };
}

async function take(ledger: Ledger): Promise<LedgerSession> {
  const session = await ledger.open(KEY, LEASE_MS);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

/** A table that pauses before the call with this number. */
function suspendedBefore(call: number, table: Table) {
  const [reached, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const gate = async (): Promise<void> => {
    calls += 1;
    if (calls !== call) return;
    reached.resolve();
    await resumed.promise;
  };
  const suspended: Table = {
    name: table.name,
    callIfConditionHolds: async (...call) => {
      await gate();
      return table.callIfConditionHolds(...call);
    },
    query: async (...call) => {
      await gate();
      return table.query(...call);
    },
    writeAll: async (...call) => {
      await gate();
      return table.writeAll(...call);
    },
    writeIfConditionHolds: async (...call) => {
      await gate();
      return table.writeIfConditionHolds(...call);
    },
  };
  return { suspended, reached: reached.promise, resume: resumed.resolve };
}

// The calls: take the lease (two), read the items, copy them, write the head, read old items, delete them, read the state.
it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a run that takes over from release 0.1.0, is suspended before its call %i and loses the lease, removes nothing of the new holder',
  async (call) => {
    const clock = testClock();
    const table = openTable(await dynamo.createTable(), dynamo.config);
    const ledger = createDynamoLedger(table, clock);
    // Killed, so it does not release the lease.
    await (await take(ledger)).write([observed('dxvif-1'), observed('dxvif-2')]);
    await markLeaseAsEarlierRelease(table, KEY);
    clock.advance(LEASE_MS);
    const { suspended, reached, resume } = suspendedBefore(call, table);
    const late = createDynamoLedger(suspended, clock).open(KEY, LEASE_MS);
    await reached;
    clock.advance(LEASE_MS);
    const holder = await take(ledger);
    await holder.write([observed('dxvif-3')]);
    resume();
    await late.catch(() => undefined);
    await holder.close([observed('dxvif-4')]);
    const { observations } = await ledger.readState(KEY);
    expect(Object.keys(observations)).toEqual(['dxvif-1', 'dxvif-2', 'dxvif-3', 'dxvif-4']);
  },
);

it('a run that loses the lease before it reads does not mistake copied items for an empty ledger', async () => {
  const clock = testClock();
  const table = openTable(await dynamo.createTable(), dynamo.config);
  const ledger = createDynamoLedger(table, clock);
  await (await take(ledger)).close([observed('dxvif-1')]);
  const { suspended, reached, resume } = suspendedBefore(2, table);
  const late = rejectionOf(createDynamoLedger(suspended, clock).open(KEY, LEASE_MS));
  await reached;
  await markLeaseAsEarlierRelease(table, KEY);
  clock.advance(LEASE_MS);
  await take(ledger);
  resume();
  expect(String(await late)).toContain('was lost to another run');
});

it('a reader sees everything while a run takes over', async () => {
  const clock = testClock();
  const table = openTable(await dynamo.createTable(), dynamo.config);
  const ledger = createDynamoLedger(table, clock);
  await (await take(ledger)).write([observed('dxvif-1')]);
  await markLeaseAsEarlierRelease(table, KEY);
  clock.advance(LEASE_MS);
  // Between the read of the head and the read of the items.
  const { suspended, reached, resume } = suspendedBefore(2, table);
  const peeked = createDynamoLedger(suspended, clock).readState(KEY);
  await reached;
  await take(ledger);
  resume();
  expect(Object.keys((await peeked).observations)).toEqual(['dxvif-1']);
});

it.each(['killed while it copies', 'killed right after it took the lease'])(
  'a run that takes over from one of release 0.1.0, and is %s, leaves the taking over to the next',
  async (when) => {
    const clock = testClock();
    const table = openTable(await dynamo.createTable(), dynamo.config);
    const ledger = createDynamoLedger(table, clock);
    await (await take(ledger)).write([observed('dxvif-1'), observed('dxvif-2')]);
    await markLeaseAsEarlierRelease(table, KEY);
    clock.advance(LEASE_MS);
    const { suspended, reached } = suspendedBefore(when.endsWith('copies') ? 4 : 3, table);
    void createDynamoLedger(suspended, clock).open(KEY, LEASE_MS);
    await reached;
    clock.advance(LEASE_MS);
    const session = await take(ledger);
    // Late writes of the run of release 0.1.0 go to an epoch that is no longer read.
    await table.writeAll([
      putRequest({ ...itemKey(`live#${KEY}`, '0000000000/sighting/dxvif-1'), data: { S: 'late' } }),
      deleteRequest(`live#${KEY}`, '0000000000/sighting/dxvif-2'),
    ]);
    await session.close([]);
    expect((await ledger.readState(KEY)).observations).toEqual({
      'dxvif-1': anObservation(),
      'dxvif-2': anObservation(),
    });
  },
);

it.each(['killed', 'inDoubt'] as const)(
  'what a run of release 0.1.0 leaves (%s) is copied, and only once',
  async (how) => {
    const clock = testClock();
    const table = openTable(await dynamo.createTable(), dynamo.config);
    const ledger = createDynamoLedger(table, clock);
    await (await take(ledger)).write([observed('dxvif-1')]);
    await markLeaseAsEarlierRelease(table, KEY, how);
    clock.advance(LEASE_MS);
    await (await take(ledger)).close([observed('dxvif-2')]);
    const sorts = async () => (await table.query(`live#${KEY}`, { from: '0' })).map(({ sk }) => sk?.S);
    const copied = ['0000000002/sighting/dxvif-1', '0000000002/sighting/dxvif-2', 'head'];
    expect(await sorts()).toEqual(copied);
    await (await take(ledger)).close([]);
    expect(await sorts()).toEqual(copied);
  },
);

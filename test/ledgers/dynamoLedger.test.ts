import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { itemKey, openTable, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { EMPTY_LEDGER, type LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import type { Mishap } from '../support/dynamoProxy.ts';
import { markLeaseAsEarlierRelease } from '../support/earlierRelease.ts';
import { anAcceptance, anEndedRequest, anObservation, aReceipt } from '../support/ledgerBuilders.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const LIVE = `live#${KEY}`;
const LEASE_MS = 60_000;
const LISTED: LedgerChange = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' };

function observed(id: string): LedgerChange {
  return { kind: 'observed', id, observation: anObservation() };
}

const at = proxiedDynamo();

async function begin() {
  const name = await at.dynamo.createTable();
  const clock = testClock();
  const table = openTable(name, { ...at.dynamo.config, endpoint: at.proxy.url });
  return {
    clock,
    table,
    ledger: createDynamoLedger(table, clock),
    direct: openTable(name, at.dynamo.config),
  };
}

async function take(ledger: Ledger): Promise<LedgerSession> {
  const session = await ledger.open(KEY, LEASE_MS);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

/** Sort keys of the target's state items, without the head. */
async function live(table: Table): Promise<string[]> {
  const items = await table.query(LIVE, { from: '0' });
  return items.map(({ sk }) => sk?.S ?? '').filter((sort) => sort !== 'head');
}

/** Write units of a transaction: two for each KB of each item, and two for an item without content. */
function unitsOf({ TransactItems = [] }: { readonly TransactItems?: unknown }): number {
  return (TransactItems as readonly { readonly Put?: { readonly Item: object } }[]).reduce(
    (sum, { Put }) => sum + 2 * Math.max(1, Math.ceil(JSON.stringify(Put?.Item ?? {}).length / 1024)),
    0,
  );
}

describe('a run that lost its lease', () => {
  /** A table whose writes of items wait until the test releases them. */
  function suspended(table: Table): { table: Table; resume: () => void } {
    let resume = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const writeIfConditionHolds: Table['writeIfConditionHolds'] = async (...asked) => {
      await gate;
      return table.writeIfConditionHolds(...asked);
    };
    return { table: { ...table, writeIfConditionHolds }, resume: () => resume() };
  }

  it('cannot change anything, even when it was suspended during a write', async () => {
    const { clock, table, ledger } = await begin();
    await (await take(ledger)).close([observed('dxvif-1')]);
    const paused = suspended(table);
    const lost = await take(createDynamoLedger(paused.table, clock));
    const late = lost.write([observed('dxvif-2'), { kind: 'ended', id: 'dxvif-1', ended: null }]);
    late.catch(() => undefined);
    clock.advance(LEASE_MS);
    const holder = await take(ledger);
    paused.resume();

    expect(String(await rejectionOf(late))).toContain('was lost to another run');
    expect((await ledger.readState(KEY)).observations).toEqual({ 'dxvif-1': anObservation() });
    await holder.close([observed('dxvif-3')]);
    const { observations } = (await take(ledger)).state;
    expect(Object.keys(observations)).toEqual(['dxvif-1', 'dxvif-3']);
  });

  it('leaves no items', async () => {
    const { clock, table, ledger } = await begin();
    const paused = suspended(table);
    const lost = await take(createDynamoLedger(paused.table, clock));
    const late = rejectionOf(lost.write([observed('dxvif-2')]));
    clock.advance(LEASE_MS);
    await take(ledger);
    paused.resume();
    await late;
    expect(await live(table)).toEqual([]);
  });
});

describe('a killed run', () => {
  it('keeps what it had written, and its items are not copied', async () => {
    const { clock, table, ledger } = await begin();
    await (await take(ledger)).write([observed('dxvif-1'), LISTED]);
    clock.advance(LEASE_MS);
    const { state } = await take(ledger);
    expect(state).toEqual({
      ...EMPTY_LEDGER,
      lastListing: LISTED.at,
      observations: { 'dxvif-1': anObservation() },
    });
    expect(await live(table)).toEqual(['0000000000/sighting/dxvif-1']);
  });

  it('that was copying items of release 0.1.0 is followed by a run that completes the copy, and nothing is lost', async () => {
    const { clock, ledger, direct } = await begin();
    await (await take(ledger)).write([observed('dxvif-1'), observed('dxvif-2'), LISTED]);
    await markLeaseAsEarlierRelease(direct, KEY);
    clock.advance(LEASE_MS);
    // Every call fails from the copy on.
    at.proxy.mishap = (operation) => (operation === 'BatchWriteItem' ? 'reset' : null);
    expect(await rejectionOf(ledger.open(KEY, LEASE_MS))).toBeInstanceOf(LedgerFailure);
    at.proxy.mishap = () => null;
    expect(Object.keys((await take(ledger)).state.observations)).toEqual(['dxvif-1', 'dxvif-2']);
  });
});

describe('a write with an unknown result', () => {
  it('releases the lease, and the next run continues with the stored state', async () => {
    const { ledger } = await begin();
    const session = await take(ledger);
    await session.write([observed('dxvif-1')]);
    at.proxy.mishap = (operation) => (operation === 'TransactWriteItems' ? 'serverError' : null);
    expect(await rejectionOf(session.write([observed('dxvif-2')]))).toBeInstanceOf(LedgerFailure);
    expect(await rejectionOf(session.write([observed('dxvif-3')]))).toBeInstanceOf(LedgerFailure);
    at.proxy.mishap = () => null;
    await session.close([]);
    expect(Object.keys((await take(ledger)).state.observations)).toEqual(['dxvif-1']);
  });

  it.each(['UpdateItem', 'BatchWriteItem', 'TransactWriteItems', 'Query', 'GetItem'])(
    'is only done once when the answer to its first %s is lost, and the lease is kept and released',
    async (lossy) => {
      const { ledger } = await begin();
      const onceEach = (): void => {
        const lost = new Set<string>();
        at.proxy.mishap = (operation, earlier) => {
          const id = `${operation} ${earlier}`;
          if (operation !== lossy || earlier % 2 === 1 || lost.has(id)) return null;
          lost.add(id);
          return 'lostAnswer';
        };
      };
      onceEach();
      const session = await take(ledger);
      await session.write([
        observed('dxvif-1'),
        { kind: 'accepted', id: 'dxvif-2', acceptance: anAcceptance(), receipt: aReceipt({ id: 'dxvif-2' }) },
      ]);
      await session.close([LISTED]);
      expect(await ledger.readState(KEY)).toMatchObject({
        lastListing: LISTED.at,
        observations: { 'dxvif-1': anObservation() },
        acceptances: { 'dxvif-2': anAcceptance() },
      });
      expect((await ledger.readRecords(KEY, new Date(0))).receipts).toHaveLength(1);
      at.proxy.mishap = () => null;
      expect(await ledger.open(KEY, LEASE_MS)).not.toBeNull();
    },
  );

  it('is completed when the table processes only a part at a time', async () => {
    const { ledger } = await begin();
    at.proxy.mishap = (operation, earlier) =>
      operation === 'BatchWriteItem' && earlier < 2 ? 'unprocessed' : null;
    const ids = ['dxvif-1', 'dxvif-2', 'dxvif-3'];
    await (await take(ledger)).close(ids.map((id) => ({ kind: 'ended', id, ended: anEndedRequest({ id }) })));
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toHaveLength(3);
  });

  it.each(['UpdateItem', 'TransactWriteItems'])(
    'is tried again when its %s meets another call at the same moment',
    async (contended) => {
      const { ledger } = await begin();
      at.proxy.mishap = (operation, earlier) => (operation === contended && earlier < 2 ? 'conflict' : null);
      await (await take(ledger)).close([observed('dxvif-1')]);
      expect(Object.keys((await ledger.readState(KEY)).observations)).toEqual(['dxvif-1']);
    },
  );

  it('is retried with the same token while the table still processes it', async () => {
    const { ledger } = await begin();
    const session = await take(ledger);
    // More often than the SDK retries.
    at.proxy.mishap = (operation, earlier) =>
      operation === 'TransactWriteItems' && earlier < 4 ? 'inProgress' : null;
    at.proxy.inputs.length = 0;
    await session.close([observed('dxvif-1')]);
    const tokens = at.proxy.inputs.flatMap(({ ClientRequestToken }) => ClientRequestToken ?? []);
    expect([tokens.length, new Set(tokens).size]).toEqual([5, 1]);
    expect(Object.keys((await ledger.readState(KEY)).observations)).toEqual(['dxvif-1']);
  });

  it('uses at most the write units of a partition per second in one transaction', async () => {
    const { ledger } = await begin();
    const session = await take(ledger);
    at.proxy.inputs.length = 0;
    const held = [{ code: 'no-grant', message: 'x'.repeat(10_000) }];
    await session.write(
      Array.from({ length: 200 }, (_, i) => ({
        kind: 'observed',
        id: `dxvif-${i}`,
        observation: anObservation({ held }),
      })),
    );
    expect(at.proxy.inputs.map(unitsOf).filter((units) => units > 1000)).toEqual([]);
  });

  it('is split when it exceeds the number or size of a transaction', async () => {
    const { ledger } = await begin();
    const ids = Array.from({ length: 250 }, (_, i) => `dxvif-${i}`);
    const session = await take(ledger);
    at.proxy.calls.length = 0;
    await session.write(ids.map(observed));
    expect(at.proxy.calls).toEqual(['TransactWriteItems', 'TransactWriteItems', 'TransactWriteItems']);
    const held = [{ code: 'no-grant', message: 'x'.repeat(100_000) }];
    at.proxy.calls.length = 0;
    await session.write(
      ids.slice(0, 50).map((id) => ({ kind: 'observed', id, observation: anObservation({ held }) })),
    );
    expect(at.proxy.calls.length).toBeGreaterThan(2);
    expect(Object.keys((await ledger.readState(KEY)).observations)).toHaveLength(ids.length);
  });
});

describe('an unusable table', () => {
  it.each<[Mishap, string]>([
    ['throttle', 'UpdateItem failed (throttled)'],
    ['serverError', 'UpdateItem failed (server)'],
    ['accessDenied', 'UpdateItem failed (credentials)'],
    ['reset', 'UpdateItem failed (unreachable)'],
  ])('(%s) is reported with its name and the cause', async (mishap, what) => {
    const { ledger, table } = await begin();
    at.proxy.mishap = () => mishap;
    const failure = await rejectionOf(ledger.open(KEY, LEASE_MS));
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(String(failure)).toContain(`ledger table \`${table.name}\`: ${what}`);
  });

  it('that does not exist is reported', async () => {
    const ledger = createDynamoLedger(openTable('nowhere', at.dynamo.config), testClock());
    expect(String(await rejectionOf(ledger.readState(KEY)))).toMatch(
      /ledger table `nowhere`: GetItem failed .*ResourceNotFoundException/,
    );
  });

  it.each([
    ['UpdateItem', 'UpdateItem returned no head item'],
    ['Query', 'Query returned no list of items'],
  ])('with an empty answer to %s is not read as an empty ledger', async (operation, what) => {
    const { ledger } = await begin();
    at.proxy.mishap = (asked) => (asked === operation ? 'emptyAnswer' : null);
    expect(String(await rejectionOf(ledger.open(KEY, LEASE_MS)))).toContain(what);
  });

  it.each([
    ['lastListing', { S: 'yesterday' }, '`lastListing` must be an instant'],
    ['lastListing', { N: '1' }, '`lastListing` must be an instant'],
    ['failing', { S: '{' }, '`failing` must be JSON'],
    ['failing', { S: '{}' }, '`failing.since` must be present'],
    ['epoch', { S: 'x' }, '`epoch` must be a whole number'],
  ])(
    'with an invalid %s in its head (%j) makes every run fail, and is kept unchanged',
    async (name, value, what) => {
      const { ledger, direct } = await begin();
      await (await take(ledger)).close([LISTED]);
      const garbage = { ...itemKey(LIVE, 'head'), [name]: value };
      await direct.callIfConditionHolds('PutItem', (client, TableName) =>
        client.send(new PutItemCommand({ TableName, Item: garbage })),
      );
      for (const use of [() => ledger.open(KEY, LEASE_MS), () => ledger.readState(KEY)]) {
        const failure = await rejectionOf(use());
        expect(failure).toBeInstanceOf(LedgerFailure);
        expect(String(failure)).toContain(`item \`head\` of \`${LIVE}\` is damaged: ${what}`);
      }
      const head = await direct.callIfConditionHolds('GetItem', (client, TableName) =>
        client.send(new GetItemCommand({ TableName, Key: itemKey(LIVE, 'head') })),
      );
      expect(head?.Item?.[name]).toEqual(value);
      // The lease does not block the next run after the repair.
      const { [name]: _, ...repaired } = head?.Item ?? {};
      await direct.callIfConditionHolds('PutItem', (client, TableName) =>
        client.send(new PutItemCommand({ TableName, Item: repaired })),
      );
      expect(await ledger.open(KEY, LEASE_MS)).not.toBeNull();
    },
  );
});

describe('the item of an ended request', () => {
  it('has the time at which DynamoDB deletes it; a receipt has none', async () => {
    const { ledger, direct } = await begin();
    const at = '2026-11-10T11:00:00.000Z';
    await (await take(ledger)).close([
      { kind: 'ended', id: 'dxvif-1', ended: anEndedRequest({ id: 'dxvif-1', endedAt: at }) },
      { kind: 'accepted', id: 'dxvif-2', acceptance: anAcceptance(), receipt: aReceipt({ id: 'dxvif-2' }) },
    ]);
    const kept = await direct.callIfConditionHolds('Query', (client, TableName) =>
      client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: `over#${KEY}` } },
        }),
      ),
    );
    const expires = Object.fromEntries((kept?.Items ?? []).map(({ sk, expires }) => [sk?.S, expires?.N]));
    expect(expires).toEqual({
      [`${at}/ended/dxvif-1`]: String(Date.parse(at) / 1000 + 90 * 86_400),
      [`${at}/receipt/dxvif-2`]: undefined,
    });
  });
});

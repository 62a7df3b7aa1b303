import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createEvent } from '../../core/events/event.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { ORIGIN, PUBLISHED_AT } from '../support/eventFixtures.ts';
import { anAcceptance, anIntent, anObservation, aReceipt } from '../support/ledgerBuilders.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { type TestClock, testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const LISTED: LedgerChange = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' };

const at = proxiedDynamo();

async function begin(): Promise<Ledger> {
  return (await beginOn(testClock())).ledger;
}

async function beginOn(clock: TestClock) {
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  return { clock, ledger: createDynamoLedger(table, clock) };
}

async function take(ledger: Ledger): Promise<LedgerSession> {
  const session = await ledger.open(KEY, 60_000);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

it('all reads are strongly consistent', async () => {
  const ledger = await begin();
  await (await take(ledger)).close([LISTED]);
  at.proxy.inputs.length = 0;
  await ledger.readState(KEY);
  await ledger.readRecords(KEY, new Date(0));
  await ledger.readPolicy('sha256:0');
  expect(at.proxy.inputs.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true, true, true, true]);
});

describe('the number of calls', () => {
  it('of an idle run is one query and two writes', async () => {
    const ledger = await begin();
    await (await take(ledger)).close([LISTED]);
    at.proxy.calls.length = 0;
    await (await take(ledger)).close([LISTED]);
    expect(at.proxy.calls).toEqual(['UpdateItem', 'Query', 'UpdateItem']);
  });

  it('of an intent and of an acceptance with its receipt and event is one write each', async () => {
    const session = await take(await begin());
    const notification = { who: '-', why: '-', byWhen: '-', toDo: '-' };
    const event = createEvent('Request Accepted', ORIGIN, PUBLISHED_AT, ['dxvif-1'], {
      message: 'accepted',
      notification,
    });
    at.proxy.calls.length = 0;
    await session.write([{ kind: 'intended', id: 'dxvif-1', intent: anIntent() }]);
    await session.write([
      { kind: 'queued', event, mark: null },
      { kind: 'accepted', id: 'dxvif-1', acceptance: anAcceptance(), receipt: aReceipt({ id: 'dxvif-1' }) },
    ]);
    expect(at.proxy.calls).toEqual(['TransactWriteItems', 'TransactWriteItems']);
  });

  it('has one more query for each megabyte', async () => {
    const ledger = await begin();
    const held = [{ code: 'no-grant', message: 'x'.repeat(20_000) }];
    const many = Array.from({ length: 120 }, (_, i) => `dxvif-${i}`);
    await (await take(ledger)).close(
      many.map((id) => ({ kind: 'observed', id, observation: anObservation({ held }) })),
    );
    at.proxy.calls.length = 0;
    expect(Object.keys((await take(ledger)).state.observations)).toHaveLength(many.length);
    expect(at.proxy.calls.filter((call) => call === 'Query')).toHaveLength(3);
  });
});

it('a run after one with an unknown result makes the usual number of calls', async () => {
  const ledger = await begin();
  const session = await take(ledger);
  at.proxy.mishap = (operation) => (operation === 'TransactWriteItems' ? 'accessDenied' : null);
  const write = session.write([{ kind: 'observed', id: 'dxvif-1', observation: anObservation() }]);
  expect(await rejectionOf(write)).toBeInstanceOf(LedgerFailure);
  at.proxy.mishap = () => null;
  await session.close([]);
  at.proxy.calls.length = 0;
  await (await take(ledger)).close([LISTED]);
  expect(at.proxy.calls).toEqual(['UpdateItem', 'Query', 'UpdateItem']);
});

it('a run after a killed one only writes the lease before it can accept, independent of the size of the ledger', async () => {
  const { clock, ledger } = await beginOn(testClock());
  const many = Array.from({ length: 10_000 }, (_, i) => `dxvif-${i}`);
  const killed = await take(ledger);
  for (let i = 0; i < many.length; i += 1000)
    await killed.write(
      many.slice(i, i + 1000).map((id) => ({ kind: 'observed', id, observation: anObservation() })),
    );
  clock.advance(60_000);
  at.proxy.calls.length = 0;
  const { state, write } = await take(ledger);
  expect(Object.keys(state.observations)).toHaveLength(many.length);
  expect(at.proxy.calls.filter((call) => call !== 'Query')).toEqual(['UpdateItem']);
  at.proxy.calls.length = 0;
  await write([{ kind: 'intended', id: 'dxvif-1', intent: anIntent() }]);
  expect(at.proxy.calls).toEqual(['TransactWriteItems']);
  // Late writes of the killed run change nothing.
  expect(
    await rejectionOf(killed.write([LISTED, { kind: 'ended', id: 'dxvif-1', ended: null }])),
  ).toBeInstanceOf(LedgerFailure);
  expect((await ledger.readState(KEY)).observations['dxvif-1']).toEqual(anObservation());
});

it('a write that fails after its first transaction has no event of a request without the observation of the request', async () => {
  const ledger = await begin();
  const session = await take(ledger);
  const notification = { who: '-', why: '-', byWhen: '-', toDo: '-' };
  const many = Array.from({ length: 80 }, (_, i) => `dxvif-${i}`);
  const changes = many.flatMap((id): LedgerChange[] => [
    { kind: 'observed', id, observation: anObservation() },
    {
      kind: 'queued',
      event: createEvent('Deadline Near', ORIGIN, PUBLISHED_AT, [id], { message: id, notification }),
      mark: { of: 'deadline', id, threshold: 'unknown' },
    },
  ]);
  let transactions = 0;
  at.proxy.mishap = (operation) => {
    if (operation === 'TransactWriteItems') transactions += 1;
    return operation === 'TransactWriteItems' && transactions > 1 ? 'accessDenied' : null;
  };
  expect(await rejectionOf(session.write(changes))).toBeInstanceOf(LedgerFailure);
  at.proxy.mishap = () => null;
  const { observations, outbox } = await ledger.readState(KEY);
  const published = Object.values(observations).filter((one) => one.published.thresholds.includes('unknown'));
  expect(published.length).toBeGreaterThan(0);
  expect(Object.values(outbox).map(({ detail }) => detail.message)).toEqual(
    expect.arrayContaining(Object.keys(observations)),
  );
  expect(Object.keys(outbox)).toHaveLength(published.length);
});

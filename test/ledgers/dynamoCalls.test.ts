import { expect, it } from 'vitest';
import { createDynamoLedger } from '../../lambda/adapters/ledgers/dynamo/index.ts';
import { openTable } from '../../lambda/adapters/ledgers/dynamo/table.ts';
import type { LedgerChange } from '../../lambda/core/ledger.ts';
import { LedgerFailure } from '../../lambda/errors.ts';
import type { Ledger, LedgerSession } from '../../lambda/ports.ts';
import { failureOf } from '../support/apis.ts';
import { aSighting } from '../support/ledgerBuilders.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const LISTED: LedgerChange = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' };

const at = proxiedDynamo();

async function begin(): Promise<Ledger> {
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  return createDynamoLedger(table, testClock());
}

async function take(ledger: Ledger): Promise<LedgerSession> {
  const session = await ledger.open(KEY, 60_000);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

it('no read is one that may lag behind what was written', async () => {
  const ledger = await begin();
  await (await take(ledger)).close([LISTED]);
  at.proxy.inputs.length = 0;
  await ledger.peek(KEY);
  await ledger.records(KEY, new Date(0));
  await ledger.policy('sha256:0');
  expect(at.proxy.inputs.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true, true, true, true]);
});

it('after a pass in doubt, the next one begins a new epoch, and those after it cost what they always did', async () => {
  const ledger = await begin();
  const session = await take(ledger);
  at.proxy.mishap = (operation) => (operation === 'BatchWriteItem' ? 'accessDenied' : null);
  const write = session.write([{ kind: 'sighted', id: 'dxvif-1', sighting: aSighting() }]);
  expect(await failureOf(write)).toBeInstanceOf(LedgerFailure);
  at.proxy.mishap = () => null;
  await session.close([]);
  await (await take(ledger)).close([LISTED]);
  at.proxy.calls.length = 0;
  await (await take(ledger)).close([LISTED]);
  expect(at.proxy.calls).toEqual(['UpdateItem', 'Query', 'UpdateItem']);
});

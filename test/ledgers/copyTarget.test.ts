import { beforeEach, describe, expect, it } from 'vitest';
import { copyTarget } from '../../adapters/ledgers/dynamo/copyTarget.ts';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { digestOf } from '../../core/json.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { markLeaseAsEarlierRelease } from '../support/earlierRelease.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
} from '../support/ledgerBuilders.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const OTHER_KEY = 'outscale/eu-west-2/210987654321';
const LEASE_MS = 60_000;
const POLICY = '{"text":"of a policy"}';
const DIGEST = digestOf(POLICY);
const listedAt = (at: string): LedgerChange => ({ kind: 'listed', at });
const observed = (id: string): LedgerChange => ({ kind: 'observed', id, observation: anObservation() });

/** What runs of the first deployment have written: an acceptance, a pending request and an ended one. */
const WRITTEN: readonly LedgerChange[] = [
  observed('dxvif-pending1'),
  observed('dxvif-aaaaaaaa'),
  { kind: 'policyUsed', digest: DIGEST, text: POLICY },
  { kind: 'intended', id: 'dxvif-aaaaaaaa', intent: anIntent() },
  {
    kind: 'accepted',
    id: 'dxvif-aaaaaaaa',
    receipt: aReceipt({ policy: { digest: DIGEST, revision: 'v1' } }),
    acceptance: anAcceptance(),
  },
  { kind: 'ended', id: 'dxvif-eeeeeeee', ended: anEndedRequest() },
  listedAt('2026-11-10T12:00:00.000Z'),
];

const at = proxiedDynamo();
let clock = testClock();
let from: Table;
let to: Table;

beforeEach(async () => {
  clock = testClock();
  [from, to] = [await newTable(), await newTable()];
});

const newTable = async (): Promise<Table> => openTable(await at.dynamo.createTable(), at.dynamo.config);

async function write(table: Table, changes: readonly LedgerChange[], key = KEY): Promise<void> {
  const session = await createDynamoLedger(table, clock).open(key, LEASE_MS);
  if (session === null) throw new Error('the lease was not free');
  await session.close(changes);
}

/** Everything that a ledger returns for the target. */
async function contents(table: Table, key = KEY) {
  const ledger = createDynamoLedger(table, clock);
  const [state, records, policy] = await Promise.all([
    ledger.readState(key),
    ledger.readRecords(key, new Date(0)),
    ledger.readPolicy(DIGEST),
  ]);
  return { state, records, policy };
}

const copy = () => copyTarget(from, to, KEY, clock);

async function refusal(): Promise<string> {
  const error = await rejectionOf(copy());
  expect(error).toBeInstanceOf(LedgerFailure);
  return error instanceof Error ? error.message : '';
}

describe('a copy of the ledger of a target', () => {
  it('has its state, receipts, ended requests and archived policies, and the original stays', async () => {
    await write(from, WRITTEN);
    const original = await contents(from);
    expect(original.policy).toBe(POLICY);
    expect(original.state.damaged).toEqual({});
    expect(await copy()).toEqual({
      items: 2,
      records: 2,
      receipts: 1,
      listedAt: '2026-11-10T12:00:00.000Z',
    });
    expect(await contents(to)).toEqual(original);
    expect(await contents(from)).toEqual(original);
  });

  it('leaves both leases free, and the next run continues from it', async () => {
    await write(from, WRITTEN);
    await copy();
    await write(to, [observed('dxvif-later001')]);
    await write(from, []);
    expect(Object.keys((await contents(to)).state.observations).sort()).toEqual([
      'dxvif-later001',
      'dxvif-pending1',
    ]);
  });

  it('replaces what frozen runs observed in the new table, and leaves other targets there alone', async () => {
    await write(from, WRITTEN);
    await write(to, [
      observed('dxvif-pending1'),
      observed('dxvif-new00001'),
      listedAt('2026-11-10T13:00:00.000Z'),
    ]);
    await write(to, [observed('dxvif-other001')], OTHER_KEY);
    await copy();
    expect(await contents(to)).toEqual(await contents(from));
    expect(Object.keys((await contents(to, OTHER_KEY)).state.observations)).toEqual(['dxvif-other001']);
    const left = await to.query(`live#${KEY}`, { from: '0' });
    expect(new Set(left.map(({ sk }) => sk?.S?.split('/')[0])).size).toBe(2);
  });

  it('replaces an older copy, so that a target can move back', async () => {
    await write(from, WRITTEN);
    await copy();
    await write(to, [
      { kind: 'ended', id: 'dxvif-pending1', ended: null },
      listedAt('2026-11-10T14:00:00.000Z'),
    ]);
    const moved = await contents(to);
    await copyTarget(to, from, KEY, clock);
    expect(await contents(from)).toEqual(moved);
  });

  it('that is interrupted changes nothing, and can be made again', async () => {
    await write(from, WRITTEN);
    await write(to, [observed('dxvif-new00001'), listedAt('2026-11-10T13:00:00.000Z')]);
    const before = (await contents(to)).state;
    const failing: Table = {
      ...to,
      writeAll: async (requests) => {
        await to.writeAll(requests.slice(0, -1));
        throw new LedgerFailure('interrupted');
      },
    };
    expect(String(await rejectionOf(copyTarget(from, failing, KEY, clock)))).toContain('interrupted');
    expect((await contents(to)).state).toEqual(before);
    await copy();
    expect(await contents(to)).toEqual(await contents(from));
  });
});

describe('a copy is refused, and changes nothing,', () => {
  it.each([
    [
      'a receipt',
      {
        kind: 'accepted',
        id: 'dxvif-only-new',
        receipt: aReceipt({ id: 'dxvif-only-new' }),
        acceptance: anAcceptance(),
      },
    ],
    ['an intent', { kind: 'intended', id: 'dxvif-only-new', intent: anIntent() }],
  ] satisfies [string, LedgerChange][])(
    'if the new table has %s that the old one lacks',
    async (_, change) => {
      await write(from, WRITTEN);
      await write(to, [observed('dxvif-only-new'), change]);
      const before = await contents(to);
      expect(await refusal()).toContain('dxvif-only-new');
      expect(await contents(to)).toEqual(before);
    },
  );

  it.each(['old', 'new'])('while a run works on the target with the %s table', async (which) => {
    await write(from, WRITTEN);
    const table = which === 'old' ? from : to;
    const session = await createDynamoLedger(table, clock).open(KEY, LEASE_MS);
    expect(await refusal()).toContain(table.name);
    await session?.close([]);
    await copy();
    expect(await contents(to)).toEqual(await contents(from));
  });

  it('if the old table has no listing of the target, and then it writes nothing there', async () => {
    await write(to, WRITTEN);
    expect(await refusal()).toContain(from.name);
    expect(await from.query(`live#${KEY}`, { from: '0' })).toEqual([]);
  });

  it('if a run of release 0.1.0 may still write to the old table', async () => {
    await write(from, WRITTEN);
    await markLeaseAsEarlierRelease(from, KEY, 'inDoubt');
    expect(await refusal()).toContain('0.1.0');
  });

  it('if the lease of the old table was lost during the copy', async () => {
    await write(from, WRITTEN);
    const slow: Table = {
      ...to,
      writeAll: async (requests) => {
        await to.writeAll(requests);
        clock.advance(30 * 60_000);
        await write(from, [observed('dxvif-later001')]);
      },
    };
    expect(String(await rejectionOf(copyTarget(from, slow, KEY, clock)))).toContain('lost to another run');
    expect((await contents(to)).state.observations).toEqual({});
  });
});

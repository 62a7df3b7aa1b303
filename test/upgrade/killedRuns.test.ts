import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as today from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import * as todaysTable from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { toStored } from '../../adapters/ledgers/storedForm.ts';
import type { Observation } from '../../core/ledgerEntries.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Clock, Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { anObservation } from '../support/ledgerBuilders.ts';
import { type TestClock, testClock } from '../support/testClock.ts';
import { hasHistory, OLD_REVISION, old } from './releases.ts';

/** Runs of release 0.1.0 and of today's over one table, each of which is killed: the ledgers of both, in one process. */

const KEY = 'outscale/eu-west-2/012345678901';
const LEASE_MS = 60_000;

type Reach = (table: string, clock: Clock) => Ledger;
type RunOf = 'before' | 'after';

let scratch: string;
let dynamo: Dynamo;
let reach: Readonly<Record<RunOf, Reach>>;

const isHere = hasHistory();

beforeAll(async () => {
  if (!isHere) return;
  scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-killed-'));
  dynamo = await startDynalite();
  const { root } = old(scratch);
  const moduleOf = (name: string) =>
    import(pathToFileURL(join(root, 'lambda/adapters/ledgers/dynamo', name)).href);
  const [before, table] = [await moduleOf('index.ts'), await moduleOf('table.ts')];
  reach = {
    before: (name, clock) => before.createDynamoLedger(table.openTable(name, dynamo.config), clock),
    after: (name, clock) => today.createDynamoLedger(todaysTable.openTable(name, dynamo.config), clock),
  };
});
afterAll(async () => {
  if (!isHere) return;
  await dynamo.close();
  rmSync(scratch, { recursive: true });
});

/** Release 0.1.0 knows the keys of format 1 alone. */
function sighted(release: RunOf, id: string): LedgerChange {
  const { data } = toStored('sighting', anObservation());
  return { kind: 'sighted', id, observation: release === 'after' ? anObservation() : (data as Observation) };
}

const ENDED: LedgerChange = { kind: 'ended', id: 'dxvif-1', ended: null };

async function take(release: RunOf, table: string, clock: TestClock): Promise<LedgerSession> {
  const session = await reach[release](table, clock).open(KEY, LEASE_MS);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

describe.skipIf(!isHere)(`a killed run of one release, 0.1.0 (${OLD_REVISION}) or today's`, () => {
  it.each<readonly [RunOf, RunOf, RunOf]>([
    ['before', 'after', 'before'],
    ['before', 'after', 'after'],
    ['after', 'before', 'after'],
    ['after', 'before', 'before'],
    ['after', 'after', 'before'],
    ['before', 'before', 'after'],
  ])('loses nothing to the next two, and changes nothing late: %s, %s, %s', async (...releases) => {
    const clock = testClock();
    const table = await dynamo.createTable();
    const killed: { readonly session: LedgerSession; readonly release: RunOf }[] = [];
    const expected = ['dxvif-1'];
    for (const [place, release] of releases.entries()) {
      const session = await take(release, table, clock);
      expect(Object.keys(session.state.observations)).toEqual(place === 0 ? [] : expected);
      // What every earlier run still sends comes after this one has read.
      for (const late of killed)
        await rejectionOf(late.session.write([ENDED, sighted(late.release, 'dxvif-9')]));
      if (place > 0) expected.push(`dxvif-${place + 1}`);
      await session.write([sighted(release, `dxvif-${place + 1}`)]);
      killed.push({ session, release });
      clock.advance(LEASE_MS);
    }
    for (const release of ['before', 'after'] as const) {
      const { observations, damaged } = await reach[release](table, clock).readState(KEY);
      expect([Object.keys(observations), damaged]).toEqual([expected, {}]);
    }
  });
});

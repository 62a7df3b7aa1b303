import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { toStored } from '../../adapters/ledgers/storedForm.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { anObservation } from '../support/ledgerBuilders.ts';
import { type TestClock, testClock } from '../support/testClock.ts';
import { hasHistory, OLD_REVISION, old } from './releases.ts';

/** Killed runs of release 0.1.0 and of this release on one table. The ledgers of both releases are in one process. */

const KEY = 'outscale/eu-west-2/012345678901';
const LEASE_MS = 60_000;

type RunOf = 'before' | 'after';

/** The parts of a ledger that these tests use, which both releases can have. */
interface TestedLedger {
  /** `null` when another run has the lease */
  open(): Promise<TestedSession | null>;
  read(): Promise<{ readonly ids: string[]; readonly damaged: object }>;
}

interface TestedSession {
  /** IDs of the observed requests when the session was opened */
  readonly ids: string[];
  /** Records an observation of this request. */
  observe(id: string): Promise<void>;
  /** Ends the request of this ID and observes another one. */
  writeLate(ended: string, observed: string): Promise<void>;
}

/** The ledger of release 0.1.0, as far as it is called here. */
interface OldLedger {
  open(key: string, leaseMs: number): Promise<OldSession | null>;
  peek(key: string): Promise<{ readonly sightings: object; readonly damaged: object }>;
}

interface OldSession {
  readonly state: { readonly sightings: object };
  write(changes: readonly object[]): Promise<void>;
}

let scratch: string;
let dynamo: Dynamo;
let reach: Readonly<Record<RunOf, (table: string, clock: Clock) => TestedLedger>>;

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
    before: (name, clock) =>
      testOldLedger(before.createDynamoLedger(table.openTable(name, dynamo.config), clock)),
    after: (name, clock) => testLedger(createDynamoLedger(openTable(name, dynamo.config), clock)),
  };
});
afterAll(async () => {
  if (!isHere) return;
  await dynamo.close();
  rmSync(scratch, { recursive: true });
});

function testLedger(ledger: Ledger): TestedLedger {
  const observe = (id: string): LedgerChange => ({
    kind: 'observed',
    id,
    observation: anObservation(),
  });
  return {
    open: async () => {
      const session = await ledger.open(KEY, LEASE_MS);
      if (session === null) return null;
      return {
        ids: Object.keys(session.state.observations),
        observe: (id) => session.write([observe(id)]),
        writeLate: (ended, observed) =>
          session.write([{ kind: 'ended', id: ended, ended: null }, observe(observed)]),
      };
    },
    read: async () => {
      const { observations, damaged } = await ledger.readState(KEY);
      return { ids: Object.keys(observations), damaged };
    },
  };
}

/** Release 0.1.0 has other names, and knows only the keys of format 1. */
function testOldLedger(ledger: OldLedger): TestedLedger {
  const { data: sighting } = toStored('sighting', anObservation());
  const observe = (id: string): object => ({ kind: 'sighted', id, sighting });
  return {
    open: async () => {
      const session = await ledger.open(KEY, LEASE_MS);
      if (session === null) return null;
      return {
        ids: Object.keys(session.state.sightings),
        observe: (id) => session.write([observe(id)]),
        writeLate: (ended, observed) =>
          session.write([{ kind: 'ended', id: ended, ended: null }, observe(observed)]),
      };
    },
    read: async () => {
      const { sightings, damaged } = await ledger.peek(KEY);
      return { ids: Object.keys(sightings), damaged };
    },
  };
}

async function take(release: RunOf, table: string, clock: TestClock): Promise<TestedSession> {
  const session = await reach[release](table, clock).open();
  if (session === null) throw new Error('the lease was not free');
  return session;
}

describe.skipIf(!isHere)(`a killed run of release 0.1.0 (${OLD_REVISION}) or of this release`, () => {
  it.each<readonly [RunOf, RunOf, RunOf]>([
    ['before', 'after', 'before'],
    ['before', 'after', 'after'],
    ['after', 'before', 'after'],
    ['after', 'before', 'before'],
    ['after', 'after', 'before'],
    ['before', 'before', 'after'],
  ])(
    'keeps its items for the next two runs, and its late writes change nothing: %s, %s, %s',
    async (...releases) => {
      const clock = testClock();
      const table = await dynamo.createTable();
      const killed: TestedSession[] = [];
      const expected = ['dxvif-1'];
      for (const [place, release] of releases.entries()) {
        const session = await take(release, table, clock);
        expect(session.ids).toEqual(place === 0 ? [] : expected);
        // Late writes of all earlier runs arrive after this one has read.
        for (const late of killed) await rejectionOf(late.writeLate('dxvif-1', 'dxvif-9'));
        if (place > 0) expected.push(`dxvif-${place + 1}`);
        await session.observe(`dxvif-${place + 1}`);
        killed.push(session);
        clock.advance(LEASE_MS);
      }
      for (const release of ['before', 'after'] as const)
        expect(await reach[release](table, clock).read()).toEqual({ ids: expected, damaged: {} });
    },
  );
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { Ledger } from '../../run/ports.ts';
import { json } from '../support/apiServer.ts';
import { startEventBus } from '../support/eventBus.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { expectOnlyAllowed } from './allowedConfirms.ts';
import { corruptValue, KEY, PIECES } from './corruptValues.ts';
import { answerQuestions, interfaceIdIn, POLICY } from './fakeProvider.ts';
import { LIVE, livePage, startTable } from './fakeTable.ts';
import { expectReported, startRuns } from './fuzzRuns.ts';
import { expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, mutateText, replaceValues, TOKENS } from './mutations.ts';

const ledgerItems = fuzzTarget('what the ledger holds');
const VALID_ITEMS = Object.fromEntries(
  Object.entries(LIVE).map(([name, value]) => [name, JSON.stringify(value)]),
);

const oneSpoilt = fc
  .constantFrom(...Object.entries(LIVE))
  .chain(([name, value]) =>
    fc
      .oneof(
        { weight: 3, arbitrary: corruptValue(value) },
        { weight: 1, arbitrary: fc.constant(VALID_ITEMS[name] ?? '') },
      )
      .map((text) => ({ name, items: { ...VALID_ITEMS, [name]: text } })),
  );

async function startWorld() {
  const bus = await startEventBus();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const publisher = createEventBridgePublisher({ endpoint: bus.url, region: 'eu-west-3', credentials });
  return startRuns(POLICY, publisher);
}

/** Executes a run with this ledger. Damaged items must be reported and held, and the others processed. */
async function runWith(ledger: Ledger, world: Awaited<ReturnType<typeof startWorld>>): Promise<string> {
  const states: LedgerState[] = [];
  const open: Ledger['open'] = async (...given) => {
    const session = await ledger.open(...given);
    if (session !== null) states.push(session.state);
    return session;
  };
  const { report, exchanges } = await world.run(answerQuestions({}), { ...ledger, open });
  expectReported(report);
  expectOnlyAllowed(exchanges);
  const confirmed = exchanges
    .filter(({ request }) => request.operation.startsWith('Confirm'))
    .map(({ request }) => interfaceIdIn(request));
  const damaged = states[0]?.damaged;
  if (damaged === undefined) {
    expect(exchanges).toEqual([]);
    expect(report.status).toBe('failed');
    return 'unreadable as a whole';
  }
  if (report.counts === null) throw new Error(JSON.stringify(report.failures));
  for (const [id, message] of Object.entries(damaged)) {
    expect(confirmed).not.toContain(id);
    expect(report.failures).toContainEqual({ code: 'ledger', message });
  }
  const others = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'].filter((id) => damaged[id] === undefined);
  // Without damage or a record of an acceptance, the request is accepted.
  for (const id of others)
    expect(confirmed.includes(id) || report.status === 'failed' || report.ignored.length > 1).toBe(true);
  return Object.keys(damaged).length > 0 ? 'damaged and reported' : 'read';
}

describe('with any content of the ledger, unreadable items are held and reported, and do not affect others,', () => {
  it('in an item of a table', LONG, async () => {
    const world = await startWorld();
    const table = await startTable(world.clock);
    const seen = await ledgerItems.fuzz(40, oneSpoilt, ({ items }) =>
      runWith(
        table.ledger((_, token) => json(livePage(items, token))),
        world,
      ),
    );
    expectSome(seen, 'damaged and reported', 'read');
  });

  it('in the answer of a table', LONG, async () => {
    const world = await startWorld();
    const table = await startTable(world.clock);
    const page = livePage(VALID_ITEMS, 'TOKEN');
    const texts = fc.oneof(
      replaceValues(page),
      mutateText(JSON.stringify(page), TOKENS.json, PIECES),
      maliciousJson,
    );
    const seen = await ledgerItems.fuzz(150, texts, (text) => {
      const type = 'application/x-amz-json-1.0';
      return runWith(
        table.ledger((_, token) => ({
          does: 'answer',
          status: 200,
          type,
          body: text.replaceAll('TOKEN', token),
        })),
        world,
      );
    });
    expectSome(seen, 'unreadable as a whole', 'read');
  });

  it('in the answer to a write', LONG, async () => {
    const world = await startWorld();
    const table = await startTable(world.clock);
    const valid = { UnprocessedItems: { ledger: [] }, Attributes: { token: { S: 't' }, epoch: { N: '0' } } };
    const texts = fc.oneof(
      replaceValues(valid),
      mutateText(JSON.stringify(valid), TOKENS.json, PIECES),
      maliciousJson,
    );
    const operations = fc.constantFrom('UpdateItem', 'BatchWriteItem');
    const seen = await ledgerItems.fuzz(20, fc.tuple(operations, texts), ([operation, body]) => {
      const reply = { does: 'answer', status: 200, type: 'application/x-amz-json-1.0', body } as const;
      return runWith(
        table.ledger((_, token) => json(livePage(VALID_ITEMS, token)), { [operation]: reply }),
        world,
      );
    });
    expectSome(seen, 'unreadable as a whole');
  });

  it('in a table with endless pagination', LONG, async () => {
    const world = await startWorld();
    const table = await startTable(world.clock);
    const ledger = table.ledger(() => json({ Items: [], LastEvaluatedKey: { sk: { S: 'again' } } }));
    expect(await runWith(ledger, world)).toBe('unreadable as a whole');
  });

  it('in a file', LONG, async () => {
    const world = await startWorld();
    const entry = { lease: null, lastListing: '2026-11-10T11:00:00.000Z', failing: null, items: LIVE };
    const file = { format: 2, targets: { [KEY]: entry } };
    const texts = fc.oneof(
      replaceValues(file),
      mutateText(JSON.stringify(file), TOKENS.json, PIECES),
      oneSpoilt.map(({ name, items }) =>
        JSON.stringify(file).replace(VALID_ITEMS[name] ?? '', () => items[name] ?? ''),
      ),
      maliciousJson,
    );
    const path = join(writeTempFiles({}), 'ledger.json');
    const seen = await ledgerItems.fuzz(40, texts, async (text) => {
      writeFileSync(path, text);
      const way = await runWith(createFileLedger(path, world.clock), world);
      if (way === 'unreadable as a whole') expect(readFileSync(path, 'utf8')).toBe(text.toWellFormed());
      return way;
    });
    expectSome(seen, 'damaged and reported', 'unreadable as a whole', 'read');
  });
});

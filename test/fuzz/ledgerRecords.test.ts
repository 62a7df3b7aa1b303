import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import type { Ledger } from '../../run/ports.ts';
import { json } from '../support/apiServer.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { testClock } from '../support/testClock.ts';
import { corruptValue, KEY } from './corruptValues.ts';
import { itemsOf, RECEIPT, RECORDS, startTable } from './fakeTable.ts';
import { expectPrintable, expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';

const ledgerRecords = fuzzTarget('the records of a ledger');

describe('with any content of the history, readable records are read and the others are reported,', () => {
  const texts = fc
    .constantFrom(...Object.entries(RECORDS))
    .chain(([kind, value]) => corruptValue(value).map((text) => ({ kind, text })));

  it('in a table', LONG, async () => {
    const table = await startTable(testClock());
    const valid = { '2026-11-10T11:00:00.000Z/receipt/dxvif-aaaaaaaa': JSON.stringify(RECORDS.receipt) };
    const seen = await ledgerRecords.fuzz(100, texts, async ({ kind, text }) => {
      const items = itemsOf('over', { ...valid, [`2026-11-10T11:30:00.000Z/${kind}/dxvif-1`]: text });
      return recordsOf(table.ledger(() => json({ Items: items })));
    });
    expectSome(seen, 'damaged and reported', 'read');
  });

  it('in a file', LONG, async () => {
    const path = join(writeTempFiles({}), 'ledger.json');
    const valid = JSON.stringify({ kind: 'receipt', target: KEY, value: RECORDS.receipt });
    const seen = await ledgerRecords.fuzz(100, texts, async ({ kind, text }) => {
      const line = `{"kind":"${kind}","target":"${KEY}","value":${text}}`;
      writeFileSync(path.replace('.json', '.records.jsonl'), `${valid}\n${line}\n`);
      return recordsOf(createFileLedger(path, testClock()));
    });
    expectSome(seen, 'damaged and reported', 'read');
  });

  async function recordsOf(ledger: Ledger): Promise<string> {
    const { receipts, damaged } = await ledger.readRecords(KEY, new Date(0));
    expect(receipts.map(({ id }) => id)).toContain(RECEIPT.id);
    for (const sentence of damaged) expectPrintable(sentence);
    return damaged.length > 0 ? 'damaged and reported' : 'read';
  }
});

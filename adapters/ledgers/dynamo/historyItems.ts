import { ENDS_KEPT_MS } from '../../../core/endedRequest.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { quote } from '../../../core/printableText.ts';
import type { Records } from '../../../run/ports.ts';
import { decodeRecord, type LedgerRecord, momentOf, recordsOf } from '../historyRecords.ts';
import { gather, readOr } from '../records.ts';
import { toStored } from '../storedForm.ts';
import { type Item, keyOf, put, TABLE_KEYS, type Table, textOf } from './dynamoTable.ts';
import { overPartition } from './partitions.ts';
import { attributesOf, storedOf } from './storedAttributes.ts';

/** Receipts and ends, in a partition of their own: sort key `2026-11-25T08:00:00.000Z/receipt/dxvif-…`. */

export function keepRecords(table: Table, key: string, changes: readonly LedgerChange[]): Promise<void> {
  const items = changes.flatMap(recordsOf).map((record): [string, Item] => {
    const sort = `${momentOf(record)}/${record.kind}/${record.value.id}`;
    return [
      sort,
      {
        ...keyOf(overPartition(key), sort),
        ...attributesOf(toStored(record.kind, record.value)),
        // DynamoDB deletes by itself what is past this many seconds since 1970.
        ...(record.kind === 'ended' ? { [TABLE_KEYS.expiry]: { N: String(goesAt(record)) } } : {}),
      },
    ];
  });
  return table.writeAll([...new Map(items).values()].map(put));
}

/** @throws LedgerFailure */
export async function readRecords(table: Table, key: string, since: Date, at: Date): Promise<Records> {
  const items = await table.query(overPartition(key), { from: since.toISOString() });
  const records: LedgerRecord[] = [];
  const damaged: string[] = [];
  for (const item of items) {
    const sort = textOf(item, TABLE_KEYS.sort) ?? '';
    const record = readOr(() => decodeRecord(sort.split('/')[1], storedOf(item)));
    if (typeof record === 'string')
      damaged.push(`item ${quote(sort)} of ledger table \`${table.name}\` ${record}`);
    else if (record !== null) records.push(record);
  }
  // What is over may stand there for some days more than it should.
  return gather(records, since, at, damaged);
}

function goesAt(record: LedgerRecord): number {
  return Math.ceil((Date.parse(momentOf(record)) + ENDS_KEPT_MS) / 1000);
}

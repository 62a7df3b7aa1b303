import { gunzipSync, gzipSync } from 'node:zlib';
import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { ENDED_REQUESTS_KEPT_MS } from '../../../core/endedRequest.ts';
import { digestOf } from '../../../core/json.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { quote } from '../../../core/printableText.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { LedgerRecords } from '../../../run/ports.ts';
import {
  collectRecords,
  decodeRecord,
  type LedgerRecord,
  readOrReason,
  recordsOfChange,
  timeOfRecord,
} from '../historyRecords.ts';
import { toStored } from '../storedForm.ts';
import {
  historyPartition,
  itemKey,
  policyPartition,
  putRequest,
  TABLE_KEYS,
  type Table,
  type TableItem,
  textAttribute,
} from './dynamoTable.ts';
import { fromAttributes, toAttributes } from './storedAttributes.ts';

/** Largest part of a policy that fits into one item beside its keys, in bytes. */
const PART_BYTES = 380_000;

/** Writes the compiled text of a policy, compressed, in one or more items. @throws LedgerFailure */
export function archivePolicy(table: Table, digest: string, text: string): Promise<void> {
  const compressed = gzipSync(text);
  const parts = Math.ceil(compressed.length / PART_BYTES);
  return table.writeAll(
    Array.from({ length: parts }, (_, i) =>
      putRequest({
        ...itemKey(policyPartition(digest), `part/${String(i).padStart(4, '0')}`),
        data: { B: compressed.subarray(i * PART_BYTES, (i + 1) * PART_BYTES) },
      }),
    ),
  );
}

/** @returns `null` when no policy has that digest. @throws LedgerFailure */
export async function readPolicyText(table: Table, digest: string): Promise<string | null> {
  const parts = await table.query(policyPartition(digest), { begins: 'part/' });
  if (parts.length === 0) return null;
  const text = decompress(parts.map(({ data }) => data?.B ?? new Uint8Array()));
  if (text === null || digestOf(text) !== digest)
    throw new LedgerFailure(`policy \`${digest}\` in ledger table \`${table.name}\` is damaged; restore it`);
  return text;
}

function decompress(parts: readonly Uint8Array[]): string | null {
  try {
    return gunzipSync(Buffer.concat(parts)).toString('utf8');
  } catch {
    // The caller reports the damage.
    return null;
  }
}

/** Requests that write the records of these changes, with sort keys such as `2026-11-25T08:00:00.000Z/receipt/dxvif-…`. */
export function putRecordRequests(key: string, changes: readonly LedgerChange[]): WriteRequest[] {
  const items = changes.flatMap(recordsOfChange).map((record): [string, TableItem] => {
    const sort = `${timeOfRecord(record)}/${record.kind}/${record.value.id}`;
    return [
      sort,
      {
        ...itemKey(historyPartition(key), sort),
        ...toAttributes(toStored(record.kind, record.value)),
        // DynamoDB deletes the item after this time, in seconds since 1970.
        ...(record.kind === 'ended' ? { [TABLE_KEYS.expiry]: { N: String(expiryOf(record)) } } : {}),
      },
    ];
  });
  return [...new Map(items).values()].map(putRequest);
}

/** @throws LedgerFailure */
export async function readRecords(table: Table, key: string, since: Date, at: Date): Promise<LedgerRecords> {
  const items = await table.query(historyPartition(key), { from: since.toISOString() });
  const records: LedgerRecord[] = [];
  const damaged: string[] = [];
  for (const item of items) {
    const sort = textAttribute(item, TABLE_KEYS.sort) ?? '';
    const record = readOrReason(() => decodeRecord(sort.split('/')[1], fromAttributes(item)));
    if (typeof record === 'string')
      damaged.push(`item ${quote(sort)} of ledger table \`${table.name}\` ${record}`);
    else if (record !== null) records.push(record);
  }
  // DynamoDB may delete an expired item some days late.
  return collectRecords(records, since, at, damaged);
}

function expiryOf(record: LedgerRecord): number {
  return Math.ceil((Date.parse(timeOfRecord(record)) + ENDED_REQUESTS_KEPT_MS) / 1000);
}

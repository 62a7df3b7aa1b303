import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../../../core/json.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { keyOf, put, type Table } from './dynamoTable.ts';
import { policyPartition } from './partitions.ts';

/** What fits one item, with room for its keys, in bytes. */
const PART_BYTES = 380_000;

/** Writes the compiled text of a policy, packed, in as many parts as it takes. @throws LedgerFailure */
export function keepPolicy(table: Table, digest: string, text: string): Promise<void> {
  const packed = gzipSync(text);
  const parts = Math.ceil(packed.length / PART_BYTES);
  return table.writeAll(
    Array.from({ length: parts }, (_, i) =>
      put({
        ...keyOf(policyPartition(digest), `part/${String(i).padStart(4, '0')}`),
        data: { B: packed.subarray(i * PART_BYTES, (i + 1) * PART_BYTES) },
      }),
    ),
  );
}

/** @returns `null` when there is none of that digest. @throws LedgerFailure */
export async function readPolicy(table: Table, digest: string): Promise<string | null> {
  const parts = await table.query(policyPartition(digest), { begins: 'part/' });
  if (parts.length === 0) return null;
  const text = unpacked(parts.map(({ data }) => data?.B ?? new Uint8Array()));
  if (text === null || digestOf(text) !== digest)
    throw new LedgerFailure(`policy \`${digest}\` in ledger table \`${table.name}\` is damaged; restore it`);
  return text;
}

function unpacked(parts: readonly Uint8Array[]): string | null {
  try {
    return gunzipSync(Buffer.concat(parts)).toString('utf8');
  } catch {
    // Whoever asked says that it is damaged.
    return null;
  }
}

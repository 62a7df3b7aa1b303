import { Malformed } from '../../core/decode.ts';
import { ENDS_KEPT_MS } from '../../core/endedRequest.ts';
import { byCodePoint } from '../../core/printableText.ts';
import type { Records } from '../../run/ports.ts';
import { type LedgerRecord, momentOf } from './historyRecords.ts';
import { WrittenByNewer } from './storedForm.ts';

/**
 * Sorts records out for a reader. What was written twice, since the first time was not known to have worked, is one: a
 * receipt by the moment of its decision, an end by what ended, for it is found out anew.
 * @param damaged what could not be read, a sentence each
 */
export function gather(
  records: readonly LedgerRecord[],
  since: Date,
  at: Date,
  damaged: readonly string[],
): Records {
  const wanted = records
    .filter((record) => Date.parse(momentOf(record)) >= since.getTime() && !isPast(record, at))
    .toSorted((a, b) => byCodePoint(momentOf(a), momentOf(b)));
  const distinct = [...Map.groupBy(wanted, lifeOf).values()].flatMap(([first]) => first ?? []);
  return {
    receipts: distinct.flatMap((record) => (record.kind === 'receipt' ? [record.value] : [])),
    ended: distinct.flatMap((record) => (record.kind === 'ended' ? [record.value] : [])),
    damaged,
  };
}

/** What `read` reads of the history, or why it cannot be read, as the predicate of a sentence. */
export function readOr<T extends object | null>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrittenByNewer)
      return `was written by a newer release: it ${error.message}; upgrade again to read it`;
    if (error instanceof Malformed) return `is damaged: ${error.message}; restore it, or delete it`;
    if (error instanceof SyntaxError) return 'is damaged: it is not JSON; restore it, or delete it';
    throw error;
  }
}

/** Receipts stay; ends go. */
export function isPast(record: LedgerRecord, at: Date): boolean {
  return record.kind === 'ended' && at.getTime() - Date.parse(record.value.endedAt) > ENDS_KEPT_MS;
}

function lifeOf({ kind, value }: LedgerRecord): string {
  return `${kind} ${value.id} ${kind === 'receipt' ? value.at : value.firstSeen}`;
}

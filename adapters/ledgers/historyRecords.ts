import * as d from '../../core/decoders.ts';
import { END_CAUSES, ENDED_REQUESTS_KEPT_MS, type EndedRequest } from '../../core/endedRequest.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import type { AcceptanceProof, Receipt } from '../../core/receipt.ts';
import type { LedgerRecords } from '../../run/ports.ts';
import {
  assignmentFields,
  decodeActor,
  decodeDetails,
  decodeStoredReason,
  evidenceFields,
  interfaceId,
  oneLine,
} from './decodeItems.ts';
import { decodeStored, isOfLaterKind, type StoredValue, WrittenByNewer } from './storedForm.ts';

/**
 * Selects, sorts and deduplicates records. A record is written twice when the result of the first write was unknown: receipts are
 * the same when interface and decision time are, ended requests when interface and first observation are.
 * @param damaged one sentence for each record that could not be read
 */
export function collectRecords(
  records: readonly LedgerRecord[],
  since: Date,
  at: Date,
  damaged: readonly string[],
): LedgerRecords {
  const selected = records
    .filter((record) => Date.parse(timeOfRecord(record)) >= since.getTime() && !isExpiredRecord(record, at))
    .toSorted((a, b) => compareByCodePoint(timeOfRecord(a), timeOfRecord(b)));
  const distinct = [...Map.groupBy(selected, identityOf).values()].flatMap((same) => {
    // The record of an end was written again, with the same time, if its actor was found later.
    const [first] = same;
    return same.find((record) => record.kind === 'ended' && record.value.actor !== undefined) ?? first ?? [];
  });
  return {
    receipts: distinct.flatMap((record) => (record.kind === 'receipt' ? [record.value] : [])),
    ended: distinct.flatMap((record) => (record.kind === 'ended' ? [record.value] : [])),
    damaged,
  };
}

/** The result of `read`, or the reason why the record cannot be read: text that follows the name of the record. */
export function readOrReason<T extends object | null>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrittenByNewer)
      return `was written by a newer release: it ${error.message}; upgrade again to read it`;
    if (error instanceof d.Malformed) return `is damaged: ${error.message}; restore it, or delete it`;
    if (error instanceof SyntaxError) return 'is damaged: it is not JSON; restore it, or delete it';
    throw error;
  }
}

/** Whether a record is older than its retention period. Receipts are kept for ever. */
export function isExpiredRecord(record: LedgerRecord, at: Date): boolean {
  return record.kind === 'ended' && at.getTime() - Date.parse(record.value.endedAt) > ENDED_REQUESTS_KEPT_MS;
}

function identityOf({ kind, value }: LedgerRecord): string {
  return `${kind} ${value.id} ${kind === 'receipt' ? value.at : value.firstSeen}`;
}

/** A record of the history: a receipt, which is kept for ever, or an ended request, which is kept for a limited time. */
export type LedgerRecord =
  | { readonly kind: 'receipt'; readonly value: Receipt }
  | { readonly kind: 'ended'; readonly value: EndedRequest };

/** The records that a change adds to the history. */
export function recordsOfChange(change: LedgerChange): LedgerRecord[] {
  if (change.kind === 'accepted' && change.receipt !== null) {
    return [{ kind: 'receipt', value: change.receipt }];
  }
  const isEnd = change.kind === 'ended' || change.kind === 'actorResolved';
  return isEnd && change.ended !== null ? [{ kind: 'ended', value: change.ended }] : [];
}

/** The time by which a record is sorted and stored. It is the same when the record is written again. */
export function timeOfRecord({ kind, value }: LedgerRecord): string {
  return kind === 'receipt' ? value.at : value.endedAt;
}

const decodeReceipt = d.archivedObject<Receipt>({
  id: interfaceId,
  ...assignmentFields,
  ...evidenceFields,
  acceptedAt: d.instant,
  answer: d.archivedObject<AcceptanceProof>({
    by: d.oneOf(['confirm', 'description', 'laterRun']),
    state: d.orNull(d.string),
    doubt: d.orNull(oneLine),
  }),
});

const decodeKnownEnded = d.archivedObject<EndedRequest>({
  id: interfaceId,
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  firstSeen: d.orNull(d.instant),
  endedAt: d.instant,
  pendingSeconds: d.orNull(d.integer(0)),
  as: d.oneOf(END_CAUSES),
  request: d.orNull(decodeDetails),
  lastFailure: d.orNull(oneLine),
  held: d.array(decodeStoredReason),
  failures: d.integer(0),
});

/** `actor` was added within format 2, and only records of ends whose actor was found have it. */
export const decodeEnded: d.Decoder<EndedRequest> = (raw, path) => {
  const ended = decodeKnownEnded(raw, path);
  return ended.actor === undefined ? ended : { ...ended, actor: decodeActor(ended.actor, `${path}.actor`) };
};

/**
 * @returns `null` for a kind of a later format, which is ignored
 * @throws Malformed, WrittenByNewer
 */
export function decodeRecord(kind: unknown, stored: StoredValue): LedgerRecord | null {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) {
    if (isOfLaterKind(stored)) return null;
    throw new d.Malformed('kind', KINDS.join(' or '), kind);
  }
  return known === 'receipt'
    ? { kind: known, value: decodeStored(known, stored, decodeReceipt, 'value') }
    : { kind: known, value: decodeStored(known, stored, decodeEnded, 'value') };
}

const KINDS = ['receipt', 'ended'] as const satisfies readonly LedgerRecord['kind'][];

import * as d from '../../core/decode.ts';
import { Malformed } from '../../core/decode.ts';
import { END_CAUSES, ENDED_REQUESTS_KEPT_MS, type EndedRequest } from '../../core/endedRequest.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import type { AcceptanceProof, Receipt } from '../../core/receipt.ts';
import type { LedgerRecords } from '../../run/ports.ts';
import {
  assignmentFields,
  decodeDetails,
  decodeStoredReason,
  evidenceFields,
  interfaceId,
  oneLine,
} from './decodeItems.ts';
import { decodeStored, isOfLaterKind, type StoredValue, WrittenByNewer } from './storedForm.ts';

/**
 * Sorts records out for a reader. What was written twice, since the first time was not known to have worked, is one: a
 * receipt by the moment of its decision, an end by what ended, for it is found out anew.
 * @param damaged what could not be read, a sentence each
 */
export function collectRecords(
  records: readonly LedgerRecord[],
  since: Date,
  at: Date,
  damaged: readonly string[],
): LedgerRecords {
  const wanted = records
    .filter((record) => Date.parse(timeOfRecord(record)) >= since.getTime() && !isExpiredRecord(record, at))
    .toSorted((a, b) => compareByCodePoint(timeOfRecord(a), timeOfRecord(b)));
  const distinct = [...Map.groupBy(wanted, lifeOf).values()].flatMap(([first]) => first ?? []);
  return {
    receipts: distinct.flatMap((record) => (record.kind === 'receipt' ? [record.value] : [])),
    ended: distinct.flatMap((record) => (record.kind === 'ended' ? [record.value] : [])),
    damaged,
  };
}

/** What `read` reads of the history, or why it cannot be read, as the predicate of a sentence. */
export function readOrReason<T extends object | null>(read: () => T): T | string {
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
export function isExpiredRecord(record: LedgerRecord, at: Date): boolean {
  return record.kind === 'ended' && at.getTime() - Date.parse(record.value.endedAt) > ENDED_REQUESTS_KEPT_MS;
}

function lifeOf({ kind, value }: LedgerRecord): string {
  return `${kind} ${value.id} ${kind === 'receipt' ? value.at : value.firstSeen}`;
}

/** What is kept of something that is decided: a receipt for ever, an end for a while. */
export type LedgerRecord =
  | { readonly kind: 'receipt'; readonly value: Receipt }
  | { readonly kind: 'ended'; readonly value: EndedRequest };

/** What a change leaves beyond the state. */
export function recordsOfChange(change: LedgerChange): LedgerRecord[] {
  if (change.kind === 'accepted' && change.receipt !== null) {
    return [{ kind: 'receipt', value: change.receipt }];
  }
  return change.kind === 'ended' && change.ended !== null ? [{ kind: 'ended', value: change.ended }] : [];
}

/** The moment that a record is filed under, the same however often it is written. */
export function timeOfRecord({ kind, value }: LedgerRecord): string {
  return kind === 'receipt' ? value.at : value.endedAt;
}

const decodeReceipt = d.archivedObject<Receipt>({
  id: interfaceId,
  ...assignmentFields,
  ...evidenceFields,
  acceptedAt: d.instant,
  answer: d.archivedObject<AcceptanceProof>({
    by: d.oneOf(['confirm', 'description', 'laterPass']),
    state: d.orNull(d.string),
    doubt: d.orNull(oneLine),
  }),
});

const decodeEnded = d.archivedObject<EndedRequest>({
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

/**
 * @returns `null`: it is of a kind that came in a later format, and is left alone
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

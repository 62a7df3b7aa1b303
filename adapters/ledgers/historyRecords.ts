import * as d from '../../core/decode.ts';
import { ENDED_AS, type Ended } from '../../core/endedRequest.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Answer, Receipt } from '../../core/receipt.ts';
import { award, decodeDetails, grounds, line, vifId } from './decodeEvidence.ts';
import { decodeHeldFor } from './decodeItems.ts';
import { fromStored, isOfLaterKind, type StoredValue, understood } from './storedForm.ts';

/** What is kept of something that is decided: a receipt for ever, an end for a while. */
export type LedgerRecord =
  | { readonly kind: 'receipt'; readonly value: Receipt }
  | { readonly kind: 'ended'; readonly value: Ended };

/** What a change leaves beyond the state. */
export function recordsOf(change: LedgerChange): LedgerRecord[] {
  if (change.kind === 'accepted' && change.receipt !== null) {
    return [{ kind: 'receipt', value: change.receipt }];
  }
  return change.kind === 'ended' && change.ended !== null ? [{ kind: 'ended', value: change.ended }] : [];
}

/** The moment that a record is filed under, the same however often it is written. */
export function momentOf({ kind, value }: LedgerRecord): string {
  return kind === 'receipt' ? value.at : value.endedAt;
}

const decodeReceipt = d.archived<Receipt>({
  id: vifId,
  ...award,
  ...grounds,
  acceptedAt: d.instant,
  answer: d.archived<Answer>({
    by: d.oneOf(['confirm', 'description', 'laterPass']),
    state: d.orNull(d.string),
    doubt: d.orNull(line),
  }),
});

const decodeEnded = d.archived<Ended>({
  id: vifId,
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  firstSeen: d.orNull(d.instant),
  endedAt: d.instant,
  pendingSeconds: d.orNull(d.integer(0)),
  as: d.oneOf(ENDED_AS),
  request: d.orNull(decodeDetails),
  lastFailure: d.orNull(line),
  held: d.array(decodeHeldFor),
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
  return understood(stored, () => {
    const value = fromStored(known, stored);
    return known === 'receipt'
      ? { kind: known, value: decodeReceipt(value, 'value') }
      : { kind: known, value: decodeEnded(value, 'value') };
  });
}

const KINDS = ['receipt', 'ended'] as const satisfies readonly LedgerRecord['kind'][];

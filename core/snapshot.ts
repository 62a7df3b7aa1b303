import type { LedgerState } from './ledgerState.ts';
import type { VirtualInterface } from './model.ts';
import { compareByCodePoint } from './printableText.ts';

/** A snapshot of the API: one listing, and the descriptions that followed. */
export interface Snapshot {
  /** the time before its first call */
  readonly listedAt: string;
  /** the time after its last answer */
  readonly seenAt: string;
  /**
   * by ID: the listed interfaces, and those described because the listing lacked them; `null`: it does not exist. About an ID
   * that is missing here, nothing is known.
   */
  readonly found: ReadonlyMap<string, VirtualInterface | null>;
  /** requests to this recipient */
  readonly requests: readonly VirtualInterface[];
  /** `confirming` interfaces that the recipient offered to others */
  readonly outbound: readonly VirtualInterface[];
  /** expired requests to this recipient, according to the API, that the ledger does not have */
  readonly expired: readonly VirtualInterface[];
}

/** The IDs that are live according to the ledger. A complete listing has them, or the API describes them as ended. */
export function liveLedgerIds({ observations, intents, acceptances }: LedgerState): string[] {
  return [...new Set([...Object.keys(observations), ...Object.keys(intents), ...Object.keys(acceptances)])];
}

/**
 * The IDs that are live according to the ledger and that a listing lacks, in the order in which they are described. First come
 * possible acceptances, since they take slots and addresses: intents, then acceptances. Then come those that wait since an
 * earlier run, the longest waiting first, so that each is described eventually; then the others, the oldest first.
 */
export function missingLedgerIds(state: LedgerState, listed: Snapshot['found']): string[] {
  const { observations, intents, acceptances } = state;
  const rank = (id: string): string => {
    if (intents[id] !== undefined) return '0';
    if (acceptances[id] !== undefined) return '1';
    const { unlistedSince = null, firstSeen = '' } = observations[id] ?? {};
    return unlistedSince === null ? `3 ${firstSeen}` : `2 ${unlistedSince}`;
  };
  return liveLedgerIds(state)
    .filter((id) => !listed.has(id))
    .map((id) => ({ id, rank: `${rank(id)} ${id}` }))
    .sort((a, b) => compareByCodePoint(a.rank, b.rank))
    .map(({ id }) => id);
}

/** Keeps the entries that were listed or described. Nothing is known about the others, so they are not reported. */
export function pickFound<V>(
  byId: Readonly<Record<string, V>>,
  { found }: Pick<Snapshot, 'found'>,
): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(byId).filter(([id]) => found.has(id)));
}

import type { LedgerState } from './ledgerState.ts';
import type { VirtualInterface } from './model.ts';
import { compareByCodePoint } from './printableText.ts';

/** What one look at the API showed. */
export interface Snapshot {
  /** before its first call */
  readonly listedAt: string;
  /** after its last answer */
  readonly seenAt: string;
  /**
   * by ID: the listing, and what was described because the listing lacked it; `null`: it does not exist. Of an ID that is not
   * in it, nothing is known.
   */
  readonly found: ReadonlyMap<string, VirtualInterface | null>;
  /** requests to us */
  readonly requests: readonly VirtualInterface[];
  /** confirming, and offered by us to others */
  readonly outbound: readonly VirtualInterface[];
  /** expired, offered to us as far as the API tells, and on no record */
  readonly expired: readonly VirtualInterface[];
}

/** IDs that the ledger holds as live: a complete listing has them, or the API knows them as over. */
export function liveLedgerIds({ observations, intents, acceptances }: LedgerState): string[] {
  return [...new Set([...Object.keys(observations), ...Object.keys(intents), ...Object.keys(acceptances)])];
}

/**
 * IDs that the ledger holds as live and a listing lacks, in the order in which they are to be described. First comes what
 * we may have accepted, since it takes slots and addresses: intents, then acceptances. Then comes what waits since an
 * earlier run, the longest first, so that each has its turn however many there are; then the others, the oldest first.
 */
export function missingLedgerIds(state: LedgerState, listed: Snapshot['found']): string[] {
  const { observations: sightings, intents, acceptances } = state;
  const rank = (id: string): string => {
    if (intents[id] !== undefined) return '0';
    if (acceptances[id] !== undefined) return '1';
    const { unlistedSince = null, firstSeen = '' } = sightings[id] ?? {};
    return unlistedSince === null ? `3 ${firstSeen}` : `2 ${unlistedSince}`;
  };
  return liveLedgerIds(state)
    .filter((id) => !listed.has(id))
    .map((id) => ({ id, rank: `${rank(id)} ${id}` }))
    .sort((a, b) => compareByCodePoint(a.rank, b.rank))
    .map(({ id }) => id);
}

/** What was listed or described: of the others nothing is known, so nothing is reported. */
export function pickFound<V>(
  byId: Readonly<Record<string, V>>,
  { found }: Pick<Snapshot, 'found'>,
): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(byId).filter(([id]) => found.has(id)));
}

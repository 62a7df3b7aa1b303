import * as d from '../../../core/decode.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { readTurns } from '../decodeItems.ts';
import type { Lease } from '../lease.ts';
import { type Items, type StoredItem, toStoredItem } from '../ledgerItems.ts';
import { digestOfData, readFormat, type StoredValue } from '../storedForm.ts';
import { decodeHolder, type LeaseHolder } from './leaseHolder.ts';
import { EMPTY_ENTRY, type LedgerFile, type TargetEntry } from './ledgerFile.ts';

/**
 * One target in the file of a ledger. Its items stand under its recipient key, with the keys that release 0.1.0 reads.
 * What later formats add is under a key of its own, `later/` and the recipient key, as items of the same names:
 * 0.1.0 takes that for another target and keeps it as it is. It may replace an item meanwhile, so each addition has the
 * digest of the item that it belongs to, and counts for no other.
 */
export interface LedgerTarget extends TargetEntry {
  /** by the name of the item, and what is known of the holder of the lease by `LEASE` */
  readonly additions: Items;
  /** see `LedgerState`; under the later key, for 0.1.0 takes no other key in an entry */
  readonly turns: LedgerState['turns'];
}

/** Among the additions, and the names of no items. */
const LEASE = 'lease';
const TURNS = 'turns';

function laterKey(key: string): string {
  return `later/${key}`;
}

export function readTarget({ targets }: LedgerFile, key: string): LedgerTarget {
  const { [TURNS]: turns, ...later } = targets[laterKey(key)]?.items ?? {};
  return { ...(targets[key] ?? EMPTY_ENTRY), additions: later, turns: readTurns(turns) };
}

export function replaceTarget(
  file: LedgerFile,
  key: string,
  { additions: later, turns, ...entry }: LedgerTarget,
): LedgerFile {
  const before = file.targets[laterKey(key)];
  const items = Object.keys(turns).length === 0 ? later : { ...later, [TURNS]: turns };
  const isNeeded = before !== undefined || Object.keys(items).length > 0;
  const additions = isNeeded ? { [laterKey(key)]: { ...(before ?? EMPTY_ENTRY), items } } : {};
  return { ...file, targets: { ...file.targets, [key]: entry, ...additions } };
}

/** The target with this lease, or without one. */
export function replaceLease(
  target: LedgerTarget,
  lease: Lease | null,
  holder: LeaseHolder | null,
): LedgerTarget {
  const { [LEASE]: _, ...others } = target.additions;
  return { ...target, lease, additions: holder === null ? others : { ...others, [LEASE]: holder } };
}

/** Which process holds the lease; `null`: none, or it is not known. */
export function holderOf({ lease, additions: later }: LedgerTarget): LeaseHolder | null {
  if (lease === null || later[LEASE] === undefined) return null;
  try {
    const holder = decodeHolder(later[LEASE], '');
    // Release 0.1.0 has taken the lease since.
    return holder.token === lease.token ? holder : null;
  } catch (error) {
    // Fail closed: without it, the lease holds until its end.
    if (error instanceof d.Malformed) return null;
    throw error;
  }
}

export function storedItems({ items, additions: later }: LedgerTarget): StoredItem[] {
  return Object.entries(items).map(([name, data]) => [name, () => storedOf(data, later[name])]);
}

function storedOf(data: unknown, addition: unknown): StoredValue {
  const none = { format: 1, needs: 1, data, more: null };
  if (addition === undefined) return none;
  const { tie, format, needs, more } = d.record(addition, 'the addition to it');
  // Release 0.1.0 has written the item since.
  if (tie !== digestOfData(data)) return none;
  return {
    format: readFormat(format, 'format'),
    needs: readFormat(needs, 'needs'),
    data,
    more: more === undefined ? null : d.record(more, 'more'),
  };
}

/** Items that are not named stay as they are, those that cannot be read too. */
export function changeItems(
  target: LedgerTarget,
  { puts, deletes }: { readonly puts: Items; readonly deletes: readonly string[] },
): LedgerTarget {
  const written = Object.entries(puts).map(([name, value]) => [name, toStoredItem(name, value)] as const);
  const items = { ...target.items };
  for (const name of deletes) delete items[name];
  const later = { ...target.additions };
  for (const name of Object.keys(later)) {
    // What 0.1.0 has deleted, and what is written now, has no earlier addition any more.
    const isKept = name === LEASE || (Object.hasOwn(items, name) && !Object.hasOwn(puts, name));
    if (!isKept) delete later[name];
  }
  // A value without later keys is one of format 1, and needs no addition.
  const added = written.flatMap(([name, stored]) => (isPlain(stored) ? [] : [[name, additionOf(stored)]]));
  return {
    ...target,
    items: { ...items, ...Object.fromEntries(written.map(([name, { data }]) => [name, data])) },
    additions: { ...later, ...Object.fromEntries(added) },
  };
}

function isPlain({ needs, more }: StoredValue): boolean {
  return needs === 1 && more === null;
}

function additionOf({ format, needs, data, more }: StoredValue): Readonly<Record<string, unknown>> {
  return {
    ...{ tie: digestOfData(data), format },
    ...(needs > 1 ? { needs } : {}),
    ...(more === null ? {} : { more }),
  };
}

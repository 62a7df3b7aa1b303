import * as d from '../../../core/decoders.ts';
import type { TargetHealth } from '../../../core/health.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { readTurns } from '../decodeItems.ts';
import type { Lease } from '../lease.ts';
import { type Items, type StoredItem, toStoredItem } from '../ledgerItems.ts';
import { digestOfData, readFormat, type StoredValue } from '../storedForm.ts';
import { encodeHealth, readHealth } from '../storedHealth.ts';
import { decodeHolder, type LeaseHolder } from './leaseHolder.ts';
import { EMPTY_ENTRY, type LedgerFile, type TargetEntry } from './ledgerFile.ts';

/**
 * One target of a ledger file. The entry under its recipient key has the keys that release 0.1.0 reads. The keys of later formats
 * are under `later/` and the recipient key, in items of the same names: release 0.1.0 treats that entry as another target and keeps it
 * unchanged. That release may replace an item, so each addition has the digest of the item that it belongs to,
 * and is ignored for any other.
 */
export interface LedgerTarget extends TargetEntry {
  /** by item name; under `LEASE` the holder of the lease */
  readonly additions: Items;
  /** see `LedgerState`; stored under the `later/` key, because release 0.1.0 rejects additional keys in an entry */
  readonly turns: LedgerState['turns'];
  /** see `LedgerState`, as any release stored it; stored beside `turns` for the same reason. `undefined`: absent */
  readonly storedHealth: unknown;
}

/** Keys among the additions that are not names of items. */
const LEASE = 'lease';
const TURNS = 'turns';
const HEALTH = 'health';

function laterKey(key: string): string {
  return `later/${key}`;
}

export function readTarget({ targets }: LedgerFile, key: string): LedgerTarget {
  const { [TURNS]: turns, [HEALTH]: storedHealth, ...additions } = targets[laterKey(key)]?.items ?? {};
  return { ...(targets[key] ?? EMPTY_ENTRY), additions, turns: readTurns(turns), storedHealth };
}

export function replaceTarget(
  file: LedgerFile,
  key: string,
  { additions, turns, storedHealth, ...entry }: LedgerTarget,
): LedgerFile {
  const before = file.targets[laterKey(key)];
  const items = {
    ...additions,
    ...(Object.keys(turns).length === 0 ? {} : { [TURNS]: turns }),
    ...(storedHealth === undefined ? {} : { [HEALTH]: storedHealth }),
  };
  const isNeeded = before !== undefined || Object.keys(items).length > 0;
  const later = isNeeded ? { [laterKey(key)]: { ...(before ?? EMPTY_ENTRY), items } } : {};
  return { ...file, targets: { ...file.targets, [key]: entry, ...later } };
}

export function healthOf({ storedHealth }: LedgerTarget): LedgerState['health'] {
  return readHealth(storedHealth);
}

export function replaceHealth(target: LedgerTarget, health: TargetHealth): LedgerTarget {
  return { ...target, storedHealth: encodeHealth(health) };
}

/** The target with this lease; `null`: without a lease. */
export function replaceLease(
  target: LedgerTarget,
  lease: Lease | null,
  holder: LeaseHolder | null,
): LedgerTarget {
  const { [LEASE]: _, ...others } = target.additions;
  return { ...target, lease, additions: holder === null ? others : { ...others, [LEASE]: holder } };
}

/** The process that holds the lease; `null` when there is none, or it is unknown. */
export function holderOf({ lease, additions }: LedgerTarget): LeaseHolder | null {
  if (lease === null || additions[LEASE] === undefined) return null;
  try {
    const holder = decodeHolder(additions[LEASE], '');
    // With another token, release 0.1.0 has taken the lease since.
    return holder.token === lease.token ? holder : null;
  } catch (error) {
    // Fail closed: without a known holder, the lease is valid until it expires.
    if (error instanceof d.Malformed) return null;
    throw error;
  }
}

export function storedItems({ items, additions }: LedgerTarget): StoredItem[] {
  return Object.entries(items).map(([name, data]) => [name, () => toStoredValue(data, additions[name])]);
}

function toStoredValue(data: unknown, addition: unknown): StoredValue {
  const format1 = { format: 1, needs: 1, data, more: null };
  if (addition === undefined) return format1;
  const { tie, format, needs, more } = d.record(addition, 'the addition');
  // With another digest, release 0.1.0 has written the item since.
  if (tie !== digestOfData(data)) return format1;
  return {
    format: readFormat(format, 'format'),
    needs: readFormat(needs, 'needs'),
    data,
    more: more === undefined ? null : d.record(more, 'more'),
  };
}

/** Writes and deletes items. All other items are kept unchanged, unreadable ones too. */
export function changeItems(
  target: LedgerTarget,
  { puts, deletes }: { readonly puts: Items; readonly deletes: readonly string[] },
): LedgerTarget {
  const written = Object.entries(puts).map(([name, value]) => [name, toStoredItem(name, value)] as const);
  const items = { ...target.items };
  for (const name of deletes) delete items[name];
  const additions = { ...target.additions };
  for (const name of Object.keys(additions)) {
    // An addition is removed when release 0.1.0 has deleted its item, or when the item is written now.
    const isKept = name === LEASE || (Object.hasOwn(items, name) && !Object.hasOwn(puts, name));
    if (!isKept) delete additions[name];
  }
  // A value without later keys has format 1 and needs no addition.
  const added = written.flatMap(([name, stored]) => (isFormat1(stored) ? [] : [[name, toAddition(stored)]]));
  return {
    ...target,
    items: { ...items, ...Object.fromEntries(written.map(([name, { data }]) => [name, data])) },
    additions: { ...additions, ...Object.fromEntries(added) },
  };
}

function isFormat1({ needs, more }: StoredValue): boolean {
  return needs === 1 && more === null;
}

function toAddition({ format, needs, data, more }: StoredValue): Readonly<Record<string, unknown>> {
  return {
    ...{ tie: digestOfData(data), format },
    ...(needs > 1 ? { needs } : {}),
    ...(more === null ? {} : { more }),
  };
}

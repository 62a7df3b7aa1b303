import { randomUUID } from 'node:crypto';
import { applyChanges } from '../../../core/applyLedgerChanges.ts';
import type { LedgerChange, LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger } from '../../../run/ports.ts';
import { createQueue } from '../../promises.ts';
import { recordsOf } from '../historyRecords.ts';
import { isFree, newLease } from '../lease.ts';
import { type Items, itemChanges, readItems } from '../ledgerItems.ts';
import { inLock } from './fileLock.ts';
import { keepPolicy, keepRecords, readPolicy, readRecords } from './historyFiles.ts';
import { holderNow, isGone } from './leaseHolder.ts';
import { type Loaded, load, store } from './ledgerFile.ts';
import { followed, placeOf } from './ledgerPath.ts';
import {
  holderOf,
  storedItems,
  type Target,
  targetIn,
  withItems,
  withLease,
  withTarget,
} from './ledgerTarget.ts';

/** Where a change is made, and how its entry is written before the change is whole. */
interface Place {
  readonly place: string;
  keep(entry: Target): Promise<void>;
}

/**
 * A ledger in one JSON file, replaced as a whole, so that a crash leaves the old or the new one. A lock beside it keeps
 * writers apart for the moment of a write; the lease inside it keeps passes apart for their whole length. What is only
 * ever added to, receipts and policies, stands beside it.
 */
export function createFileLedger(path: string, clock: Clock): Ledger {
  // Passes of this process wait for each other here, in order; the lock is for those of others.
  const inTurn = createQueue();
  // Thousands of items are pending at times, and a pass writes often: what is the same as before is not decoded again.
  let last: Loaded | null = null;
  const states = new WeakMap<Items, LedgerState>();

  /** Reads, changes and replaces the file while nobody else does. `change` returns `null` to leave it as it is. */
  async function update(
    key: string,
    change: (entry: Target, at: Place) => Promise<Target | null>,
  ): Promise<void> {
    await inTurn(async () => {
      const place = await placeOf(path);
      await inLock(place, async (assertHeld) => {
        const loaded = await load(place, last);
        last = loaded;
        const keep = async (entry: Target): Promise<void> => {
          last = await store(place, withTarget(loaded.file, key, entry), assertHeld);
        };
        const entry = await change(targetIn(loaded.file, key), { place, keep });
        if (entry !== null) await keep(entry);
      });
    });
  }

  /** The entry after these changes; what stays for ever is written already. */
  async function applied(
    entry: Target,
    key: string,
    changes: readonly LedgerChange[],
    { place, keep }: Place,
  ): Promise<Target> {
    for (const change of changes) {
      if (change.kind === 'policyUsed') await keepPolicy(place, change.digest, change.text);
    }
    const known = states.get(entry.items);
    const { lastListing: listed, failing: failed, turns: given } = entry;
    const before =
      known === undefined
        ? stateOf(entry, path)
        : { ...known, lastListing: listed, failing: failed, turns: given };
    const after = applyChanges(before, changes);
    const changed = itemChanges(before, after);
    // Whatever is cut short, nothing is on record before it can be told.
    if (changes.some((change) => recordsOf(change).length > 0))
      await keep(withItems(entry, { puts: changed.announcements, deletes: [] }));
    await keepRecords(place, key, changes);
    const { lastListing, failing, turns } = after;
    const { announcements, puts, deletes } = changed;
    const written = withItems(entry, { puts: { ...announcements, ...puts }, deletes });
    states.set(written.items, after);
    return { ...written, lastListing, failing, turns };
  }

  return {
    peek: async (key) => stateOf(targetIn((await load(path)).file, key), path),
    records: async (key, since) => readRecords(await followed(path), key, since, clock.now()),
    policy: async (digest) => readPolicy(await followed(path), digest),
    open: async (key, leaseMs) => {
      const token = randomUUID();
      let taken: LedgerState | null = null;
      await update(key, async (entry) => {
        if (!isFree(entry.lease, clock.now()) && !isLeft(entry)) return null;
        taken = stateOf(entry, path);
        return withLease(entry, newLease(clock.now(), leaseMs, token), holderNow(token));
      });
      if (taken === null) return null;
      return {
        state: taken,
        write: (changes) =>
          update(key, async (entry, at) => {
            if (entry.lease?.token !== token) throw lost(key, path);
            return applied(entry, key, changes, at);
          }),
        close: (changes) =>
          update(key, async (entry, at) => {
            const isOurs = entry.lease?.token === token;
            if (!isOurs && changes.length > 0) throw lost(key, path);
            return isOurs ? withLease(await applied(entry, key, changes, at), null, null) : null;
          }),
      };
    },
  };
}

/** Whether the lease was left behind by a process that exists no more: one that was killed, mostly. */
function isLeft(entry: Target): boolean {
  const holder = holderOf(entry);
  return holder !== null && isGone(holder);
}

function lost(key: string, path: string): LedgerFailure {
  return new LedgerFailure(`the lease on ${key} in ${path} was lost to another pass`);
}

function stateOf(target: Target, path: string): LedgerState {
  const { lastListing, failing, turns } = target;
  return { ...readItems(storedItems(target), `ledger ${path}`), lastListing, failing, turns };
}

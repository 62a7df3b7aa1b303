import { randomUUID } from 'node:crypto';
import { applyLedgerChanges } from '../../../core/applyLedgerChanges.ts';
import type { LedgerChange, LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger } from '../../../run/ports.ts';
import { createSerialQueue } from '../../promises.ts';
import { recordsOfChange } from '../historyRecords.ts';
import { createLease, isLeaseFree } from '../lease.ts';
import { compareStates, type Items, readItems } from '../ledgerItems.ts';
import { withFileLock } from './fileLock.ts';
import { appendRecords, archivePolicy, readPolicyText, readRecords } from './historyFiles.ts';
import { describeThisProcess, isHolderGone } from './leaseHolder.ts';
import { type LoadedFile, loadLedgerFile, storeLedgerFile } from './ledgerFile.ts';
import { prepareLedgerPath, resolveLinks } from './ledgerPath.ts';
import {
  changeItems,
  holderOf,
  type LedgerTarget,
  readTarget,
  replaceLease,
  replaceTarget,
  storedItems,
} from './ledgerTarget.ts';

/** Where a change is made, and how its entry is written before the change is whole. */
interface Place {
  readonly place: string;
  keep(entry: LedgerTarget): Promise<void>;
}

/**
 * A ledger in one JSON file, replaced as a whole, so that a crash leaves the old or the new one. A lock beside it keeps
 * writers apart for the moment of a write; the lease inside it keeps passes apart for their whole length. What is only
 * ever added to, receipts and policies, stands beside it.
 */
export function createFileLedger(path: string, clock: Clock): Ledger {
  // Passes of this process wait for each other here, in order; the lock is for those of others.
  const inTurn = createSerialQueue();
  // Thousands of items are pending at times, and a pass writes often: what is the same as before is not decoded again.
  let last: LoadedFile | null = null;
  const states = new WeakMap<Items, LedgerState>();

  /** Reads, changes and replaces the file while nobody else does. `change` returns `null` to leave it as it is. */
  async function update(
    key: string,
    change: (entry: LedgerTarget, at: Place) => Promise<LedgerTarget | null>,
  ): Promise<void> {
    await inTurn(async () => {
      const place = await prepareLedgerPath(path);
      await withFileLock(place, async (assertHeld) => {
        const loaded = await loadLedgerFile(place, last);
        last = loaded;
        const keep = async (entry: LedgerTarget): Promise<void> => {
          last = await storeLedgerFile(place, replaceTarget(loaded.file, key, entry), assertHeld);
        };
        const entry = await change(readTarget(loaded.file, key), { place, keep });
        if (entry !== null) await keep(entry);
      });
    });
  }

  /** The entry after these changes; what stays for ever is written already. */
  async function applied(
    entry: LedgerTarget,
    key: string,
    changes: readonly LedgerChange[],
    { place, keep }: Place,
  ): Promise<LedgerTarget> {
    for (const change of changes) {
      if (change.kind === 'policyUsed') await archivePolicy(place, change.digest, change.text);
    }
    const known = states.get(entry.items);
    const { lastListing: listed, failing: failed, turns: given } = entry;
    const before =
      known === undefined
        ? stateOf(entry, path)
        : { ...known, lastListing: listed, failing: failed, turns: given };
    const after = applyLedgerChanges(before, changes);
    const changed = compareStates(before, after);
    // Whatever is cut short, nothing is on record before it can be told.
    if (changes.some((change) => recordsOfChange(change).length > 0))
      await keep(changeItems(entry, { puts: changed.events, deletes: [] }));
    await appendRecords(place, key, changes);
    const { lastListing, failing, turns } = after;
    const { events, puts, deletes } = changed;
    const written = changeItems(entry, { puts: { ...events, ...puts }, deletes });
    states.set(written.items, after);
    return { ...written, lastListing, failing, turns };
  }

  return {
    readState: async (key) => stateOf(readTarget((await loadLedgerFile(path)).file, key), path),
    readRecords: async (key, since) => readRecords(await resolveLinks(path), key, since, clock.now()),
    readPolicy: async (digest) => readPolicyText(await resolveLinks(path), digest),
    open: async (key, leaseMs) => {
      const token = randomUUID();
      let taken: LedgerState | null = null;
      await update(key, async (entry) => {
        if (!isLeaseFree(entry.lease, clock.now()) && !isLeft(entry)) return null;
        taken = stateOf(entry, path);
        return replaceLease(entry, createLease(clock.now(), leaseMs, token), describeThisProcess(token));
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
            return isOurs ? replaceLease(await applied(entry, key, changes, at), null, null) : null;
          }),
      };
    },
  };
}

/** Whether the lease was left behind by a process that exists no more: one that was killed, mostly. */
function isLeft(entry: LedgerTarget): boolean {
  const holder = holderOf(entry);
  return holder !== null && isHolderGone(holder);
}

function lost(key: string, path: string): LedgerFailure {
  return new LedgerFailure(`the lease on ${key} in ${path} was lost to another pass`);
}

function stateOf(target: LedgerTarget, path: string): LedgerState {
  const { lastListing, failing, turns } = target;
  return { ...readItems(storedItems(target), `ledger ${path}`), lastListing, failing, turns };
}

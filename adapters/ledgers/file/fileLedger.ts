import { randomUUID } from 'node:crypto';
import { applyLedgerChanges } from '../../../core/applyLedgerChanges.ts';
import type { LedgerChange, LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger } from '../../../run/ports.ts';
import { createSerialQueue } from '../../promises.ts';
import { recordsOfChange } from '../historyRecords.ts';
import { createLease, isLeaseFree } from '../lease.ts';
import { compareStates, type Items, readItems } from '../ledgerItems.ts';
import { prepareLedgerPath, resolveLinks, withFileLock } from './fileLock.ts';
import { appendRecords, archivePolicy, readPolicyText, readRecords } from './historyFiles.ts';
import { describeThisProcess, isHolderGone } from './leaseHolder.ts';
import { type LoadedFile, loadLedgerFile, storeLedgerFile } from './ledgerFile.ts';
import {
  changeItems,
  healthOf,
  holderOf,
  type LedgerTarget,
  readTarget,
  replaceHealth,
  replaceLease,
  replaceTarget,
  storedItems,
} from './ledgerTarget.ts';

/** The ledger file that is changed, and a way to write an entry before the change is complete. */
interface LockedFile {
  readonly place: string;
  keep(entry: LedgerTarget): Promise<void>;
}

/**
 * A ledger in a JSON file. Each write replaces the file atomically, so a crash leaves the old or the new file. A lock beside the
 * file excludes other writers during a write; the lease in the file excludes other runs for their whole duration. The history
 * and the policies, which are only appended to, are in files beside it.
 */
export function createFileLedger(path: string, clock: Clock): Ledger {
  // Runs of this process wait here for each other, in order. The lock excludes other processes.
  const queue = createSerialQueue();
  // A ledger may have thousands of items, and a run writes often, so unchanged content is not decoded again.
  let last: LoadedFile | null = null;
  const states = new WeakMap<Items, LedgerState>();

  /** Reads, changes and replaces the file under the lock. `change` returns `null` to keep the file unchanged. */
  async function update(
    key: string,
    change: (entry: LedgerTarget, at: LockedFile) => Promise<LedgerTarget | null>,
  ): Promise<void> {
    await queue(async () => {
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

  /** The entry after these changes. History and policies are already written when it returns. */
  async function applyToTarget(
    entry: LedgerTarget,
    key: string,
    changes: readonly LedgerChange[],
    { place, keep }: LockedFile,
  ): Promise<LedgerTarget> {
    for (const change of changes) {
      if (change.kind === 'policyUsed') await archivePolicy(place, change.digest, change.text);
    }
    const known = states.get(entry.items);
    const { lastListing: listed, failing: failed, turns: given } = entry;
    const before =
      known === undefined
        ? toState(entry, path)
        : { ...known, lastListing: listed, failing: failed, turns: given, health: healthOf(entry) };
    const after = applyLedgerChanges(before, changes);
    const changed = compareStates(before, after);
    // Write order matters: events before history, so a crash never loses an unpublished event.
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
    readState: async (key) => toState(readTarget((await loadLedgerFile(path)).file, key), path),
    readRecords: async (key, since) => readRecords(await resolveLinks(path), key, since, clock.now()),
    readPolicy: async (digest) => readPolicyText(await resolveLinks(path), digest),
    open: async (key, leaseMs) => {
      const token = randomUUID();
      let taken: LedgerState | null = null;
      await update(key, async (entry) => {
        if (!isLeaseFree(entry.lease, clock.now()) && !isAbandoned(entry)) return null;
        taken = toState(entry, path);
        return replaceLease(entry, createLease(clock.now(), leaseMs, token), describeThisProcess(token));
      });
      if (taken === null) return null;
      return {
        state: taken,
        write: (changes) =>
          update(key, async (entry, at) => {
            if (entry.lease?.token !== token) throw leaseLost(key, path);
            return applyToTarget(entry, key, changes, at);
          }),
        close: (changes, health) =>
          update(key, async (entry, at) => {
            const isOurs = entry.lease?.token === token;
            if (!isOurs && changes.length > 0) throw leaseLost(key, path);
            if (!isOurs) return null;
            const released = replaceLease(await applyToTarget(entry, key, changes, at), null, null);
            return health === undefined ? released : replaceHealth(released, health);
          }),
      };
    },
  };
}

/** Whether the lease belongs to a process that no longer exists, for example because it was killed. */
function isAbandoned(entry: LedgerTarget): boolean {
  const holder = holderOf(entry);
  return holder !== null && isHolderGone(holder);
}

function leaseLost(key: string, path: string): LedgerFailure {
  return new LedgerFailure(`the lease on ${key} in ${path} was lost to another run`);
}

function toState(target: LedgerTarget, path: string): LedgerState {
  const { lastListing, failing, turns } = target;
  return {
    ...readItems(storedItems(target), `ledger ${path}`),
    lastListing,
    failing,
    turns,
    health: healthOf(target),
  };
}

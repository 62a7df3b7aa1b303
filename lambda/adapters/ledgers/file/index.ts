import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { applyChanges } from '../../../core/applyChange.ts';
import type { LedgerChange, LedgerState } from '../../../core/ledger.ts';
import { LedgerFailure } from '../../../errors.ts';
import type { Clock, Ledger } from '../../../ports.ts';
import { codeOf } from '../../errorCode.ts';
import { fileCause } from '../../fileCause.ts';
import { makeFolder } from '../../makeFolder.ts';
import { createQueue } from '../../queue.ts';
import { recordsOf } from '../codec/records.ts';
import { itemChanges, readItems } from '../items.ts';
import { isFree, newLease } from '../lease.ts';
import { load, store } from './format.ts';
import { inLock } from './lock.ts';
import { keepPolicy, readPolicy } from './policies.ts';
import { keepRecords, readRecords } from './records.ts';
import { storedItems, type Target, targetIn, withItems, withTarget } from './targets.ts';

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

  /** Reads, changes and replaces the file while nobody else does. `change` returns `null` to leave it as it is. */
  async function update(
    key: string,
    change: (entry: Target, at: Place) => Promise<Target | null>,
  ): Promise<void> {
    await inTurn(async () => {
      const place = await placeOf(path);
      await inLock(place, async (assertHeld) => {
        const file = await load(place);
        const keep = (entry: Target): Promise<void> => store(place, withTarget(file, key, entry), assertHeld);
        const entry = await change(targetIn(file, key), { place, keep });
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
    const before = stateOf(entry, path);
    const after = applyChanges(before, changes);
    const changed = itemChanges(before, after);
    // Whatever is cut short, nothing is on record before it can be told.
    if (changes.some((change) => recordsOf(change).length > 0))
      await keep(withItems(entry, { puts: changed.announcements, deletes: [] }));
    await keepRecords(place, key, changes, clock.now());
    const { lastListing, failing, turns } = after;
    const { announcements, puts, deletes } = changed;
    return {
      ...withItems(entry, { puts: { ...announcements, ...puts }, deletes }),
      lastListing,
      failing,
      turns,
    };
  }

  return {
    peek: async (key) => stateOf(targetIn(await load(path), key), path),
    records: async (key, since) => readRecords(await followed(path), key, since, clock.now()),
    policy: async (digest) => readPolicy(await followed(path), digest),
    open: async (key, leaseMs) => {
      const token = randomUUID();
      let taken: LedgerState | null = null;
      await update(key, async (entry) => {
        if (!isFree(entry.lease, clock.now())) return null;
        taken = stateOf(entry, path);
        return { ...entry, lease: newLease(clock.now(), leaseMs, token) };
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
            return isOurs ? { ...(await applied(entry, key, changes, at)), lease: null } : null;
          }),
      };
    },
  };
}

function lost(key: string, path: string): LedgerFailure {
  return new LedgerFailure(`the lease on ${key} in ${path} was lost to another pass`);
}

function stateOf(target: Target, path: string): LedgerState {
  const { lastListing, failing, turns } = target;
  return { ...readItems(storedItems(target), `ledger ${path}`), lastListing, failing, turns };
}

/** Where the ledger is or will be: by whichever link it is reached, there is one lock, and the link stays. */
async function placeOf(path: string): Promise<string> {
  try {
    await makeFolder(dirname(path), 0o700);
  } catch (cause) {
    throw unreachable(path, cause);
  }
  return followed(path);
}

async function followed(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return path;
    throw unreachable(path, cause);
  }
}

function unreachable(path: string, cause: unknown): LedgerFailure {
  // Where it was only missing, it would have been made.
  const why =
    codeOf(cause) === 'ENOENT'
      ? '(ENOENT): its folder cannot be made; name a file in another folder'
      : fileCause(cause);
  return new LedgerFailure(`ledger ${path} cannot be reached ${why}`, { cause });
}

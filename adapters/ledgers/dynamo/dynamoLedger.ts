import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { applyChanges } from '../../../core/applyLedgerChanges.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger, LedgerSession } from '../../../run/ports.ts';
import { newLease } from '../lease.ts';
import { itemChanges } from '../ledgerItems.ts';
import { livePartition, type Table } from './dynamoTable.ts';
import { keepPolicy, keepRecords, readPolicy, readRecords } from './historyItems.ts';
import {
  fencedToken,
  type HeadUpdate,
  heldBy,
  peekHead,
  type Taken,
  takeLease,
  updateHead,
} from './leaseStore.ts';
import { moveEpoch, putsOf, readEpoch, readHeldEpoch, removalsOf, removeEpochsBefore } from './stateItems.ts';

/**
 * What the holder of the lease reads and writes.
 * @param policies digests that need not be written again
 * @throws LedgerFailure
 */
async function beginSession(
  table: Table,
  key: string,
  token: string,
  taken: Taken,
  policies: Set<string>,
): Promise<LedgerSession> {
  const partition = livePartition(key);
  let status: 'open' | 'doubtful' | 'closed' = 'open';
  const lost = () =>
    new LedgerFailure(`the lease on ${key} in table \`${table.name}\` was lost to another pass`);
  const underToken = async (update: HeadUpdate): Promise<void> => {
    if (!(await updateHead(table, partition, token, update))) throw lost();
  };
  const whileHeld = async (requests: readonly WriteRequest[]): Promise<void> => {
    if (!(await table.writeWhile(heldBy(partition, token), requests))) throw lost();
  };
  /** After a failure it is not known what was written, so nothing more is: the next run reads what is there. */
  const inDoubt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      status = 'doubtful';
      throw error;
    }
  };
  /** What may still be on its way is not written any more once the token is gone. */
  const giveBackInDoubt = async (): Promise<void> => {
    status = 'closed';
    await updateHead(table, partition, token, { release: true });
  };

  async function begin() {
    const { lastListing, failing, turns } = taken;
    const epoch = taken.isAbandoned ? taken.fresh : taken.epoch;
    if (taken.isAbandoned) {
      await moveEpoch(table, key, taken.epoch, epoch);
      await underToken({ head: { epoch, lastListing, failing, turns } });
      await removeEpochsBefore(table, key, epoch);
    }
    const held = await readHeldEpoch(table, key, epoch, token);
    if (held === null) throw lost();
    return { epoch, initial: { ...held, lastListing, failing, turns } };
  }
  const { epoch, initial } = await inDoubt(begin).catch(async (error: unknown) => {
    // What failed first is what to tell.
    await giveBackInDoubt().catch(() => undefined);
    throw error;
  });
  let state = initial;

  async function write(changes: readonly LedgerChange[], last: HeadUpdate): Promise<void> {
    if (status !== 'open')
      throw new LedgerFailure(`the lease on ${key} in table \`${table.name}\` was given back or is in doubt`);
    const after = applyChanges(state, changes);
    await inDoubt(async () => {
      const { announcements, puts, deletes } = itemChanges(state, after);
      const news = putsOf(key, epoch, announcements);
      const rest = [...putsOf(key, epoch, puts), ...removalsOf(key, epoch, deletes)];
      // In this order: whatever is cut short, nothing is gone or on record before it can be told.
      if (hasRecords(changes)) {
        await whileHeld(news);
        await keepForLater(changes);
        await whileHeld(rest);
      } else await whileHeld([...news, ...rest]);
      const { lastListing, failing, turns } = after;
      await underToken({ ...last, head: { epoch, lastListing, failing, turns } });
    });
    state = after;
  }

  /** Records and policies are in no epoch, so the lease is proved before them. */
  async function keepForLater(changes: readonly LedgerChange[]): Promise<void> {
    await underToken({});
    for (const change of changes) {
      if (change.kind !== 'policyUsed' || policies.has(change.digest)) continue;
      await keepPolicy(table, change.digest, change.text);
      policies.add(change.digest);
    }
    await keepRecords(table, key, changes);
  }

  return {
    state: initial,
    write: (changes) => write(changes, {}),
    close: async (changes) => {
      if (status === 'doubtful') await giveBackInDoubt();
      if (changes.length > 0) await write(changes, { release: true });
      else if (status === 'open') await updateHead(table, partition, token, { release: true });
      status = 'closed';
    },
  };
}

function hasRecords(changes: readonly LedgerChange[]): boolean {
  return changes.some(({ kind }) => kind === 'accepted' || kind === 'ended' || kind === 'policyUsed');
}

/**
 * A ledger in one DynamoDB table. Live items are written by transactions on the condition that the head still has the
 * token of the lease. So a run that lost its lease can change nothing any more, and the next run continues with the items where they are,
 * however many there are. Release 0.1.0 writes without that condition. A run that takes over from one of that release, which did
 * not give its lease back, first copies the live items to a new epoch, where a late write of the other cannot change them.
 */
export function createDynamoLedger(table: Table, clock: Clock): Ledger {
  /** digests of what this process has written */
  const policies = new Set<string>();
  return {
    peek: async (key) => {
      const partition = livePartition(key);
      for (;;) {
        const { epoch, lastListing, failing, turns } = await peekHead(table, partition);
        const state = { ...(await readEpoch(table, key, epoch)), lastListing, failing, turns };
        // Else the items moved between the two looks.
        if ((await peekHead(table, partition)).epoch === epoch) return state;
      }
    },
    records: (key, since) => readRecords(table, key, since, clock.now()),
    policy: (digest) => readPolicy(table, digest),
    open: async (key, leaseMs) => {
      const lease = newLease(clock.now(), leaseMs, fencedToken());
      const taken = await takeLease(table, livePartition(key), lease, clock.now());
      return taken === null ? null : beginSession(table, key, lease.token, taken, policies);
    },
  };
}

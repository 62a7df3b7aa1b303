import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { applyLedgerChanges } from '../../../core/applyLedgerChanges.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger, LedgerSession } from '../../../run/ports.ts';
import { createLease } from '../lease.ts';
import { compareStates } from '../ledgerItems.ts';
import { livePartition, type Table } from './dynamoTable.ts';
import { archivePolicy, readPolicyText, readRecords, writeRecords } from './historyItems.ts';
import {
  createFencedToken,
  fetchHead,
  type HeadUpdate,
  leaseCondition,
  type TakenLease,
  takeLease,
  updateHead,
} from './leaseStore.ts';
import {
  copyEpoch,
  deleteEpochsBefore,
  deleteStateRequests,
  putStateRequests,
  readEpoch,
  readEpochUnderLease,
} from './stateItems.ts';

/**
 * What the holder of the lease reads and writes.
 * @param policies digests that need not be written again
 * @throws LedgerFailure
 */
async function openSession(
  table: Table,
  key: string,
  token: string,
  taken: TakenLease,
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
    if (!(await table.writeIfConditionHolds(leaseCondition(partition, token), requests))) throw lost();
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
    const epoch = taken.isAbandoned ? taken.unusedEpoch : taken.epoch;
    if (taken.isAbandoned) {
      await copyEpoch(table, key, taken.epoch, epoch);
      await underToken({ head: { epoch, lastListing, failing, turns } });
      await deleteEpochsBefore(table, key, epoch);
    }
    const held = await readEpochUnderLease(table, key, epoch, token);
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
    const after = applyLedgerChanges(state, changes);
    await inDoubt(async () => {
      const { events, puts, deletes } = compareStates(state, after);
      const news = putStateRequests(key, epoch, events);
      const rest = [...putStateRequests(key, epoch, puts), ...deleteStateRequests(key, epoch, deletes)];
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
      await archivePolicy(table, change.digest, change.text);
      policies.add(change.digest);
    }
    await writeRecords(table, key, changes);
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
    readState: async (key) => {
      const partition = livePartition(key);
      for (;;) {
        const { epoch, lastListing, failing, turns } = await fetchHead(table, partition);
        const state = { ...(await readEpoch(table, key, epoch)), lastListing, failing, turns };
        // Else the items moved between the two looks.
        if ((await fetchHead(table, partition)).epoch === epoch) return state;
      }
    },
    readRecords: (key, since) => readRecords(table, key, since, clock.now()),
    readPolicy: (digest) => readPolicyText(table, digest),
    open: async (key, leaseMs) => {
      const lease = createLease(clock.now(), leaseMs, createFencedToken());
      const taken = await takeLease(table, livePartition(key), lease, clock.now());
      return taken === null ? null : openSession(table, key, lease.token, taken, policies);
    },
  };
}

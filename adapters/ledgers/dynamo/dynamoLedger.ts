import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { applyLedgerChanges } from '../../../core/applyLedgerChanges.ts';
import type { TargetHealth } from '../../../core/health.ts';
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
 * Opens a session for the holder of the lease.
 * @param policies digests of policies that are already written
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
  let status: 'open' | 'uncertain' | 'closed' = 'open';
  const leaseLost = () =>
    new LedgerFailure(`the lease on ${key} in table \`${table.name}\` was lost to another run`);
  const updateHeadUnderLease = async (update: HeadUpdate): Promise<void> => {
    if (!(await updateHead(table, partition, token, update))) throw leaseLost();
  };
  const writeUnderLease = async (requests: readonly WriteRequest[]): Promise<void> => {
    if (!(await table.writeIfConditionHolds(leaseCondition(partition, token), requests))) throw leaseLost();
  };
  /** After a failure it is unknown what was written, so the session writes nothing more. The next run reads the actual state. */
  const trackUncertainty = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      status = 'uncertain';
      throw error;
    }
  };
  /** Without the token, writes that are still in flight have no effect. */
  const releaseUncertain = async (health?: TargetHealth): Promise<void> => {
    status = 'closed';
    await updateHead(table, partition, token, { release: true, health });
  };

  async function begin() {
    const { lastListing, failing, turns, health } = taken;
    const epoch = taken.isAbandoned ? taken.unusedEpoch : taken.epoch;
    if (taken.isAbandoned) {
      await copyEpoch(table, key, taken.epoch, epoch);
      await updateHeadUnderLease({ head: { epoch, lastListing, failing, turns } });
      await deleteEpochsBefore(table, key, epoch);
    }
    const held = await readEpochUnderLease(table, key, epoch, token);
    if (held === null) throw leaseLost();
    return { epoch, initial: { ...held, lastListing, failing, turns, health } };
  }
  const { epoch, initial } = await trackUncertainty(begin).catch(async (error: unknown) => {
    // The first failure is the one to report.
    await releaseUncertain().catch(() => undefined);
    throw error;
  });
  let state = initial;

  async function write(changes: readonly LedgerChange[], update: HeadUpdate): Promise<void> {
    if (status !== 'open')
      throw new LedgerFailure(
        `the lease on ${key} in table \`${table.name}\` was released, or its state is unknown`,
      );
    const after = applyLedgerChanges(state, changes);
    await trackUncertainty(async () => {
      const { events, puts, deletes } = compareStates(state, after);
      const eventRequests = putStateRequests(key, epoch, events);
      const rest = [...putStateRequests(key, epoch, puts), ...deleteStateRequests(key, epoch, deletes)];
      // Write order matters: events first, then history, then state and deletions, so a crash never loses an unpublished event.
      if (hasRecords(changes)) {
        await writeUnderLease(eventRequests);
        await writeHistory(changes);
        await writeUnderLease(rest);
      } else await writeUnderLease([...eventRequests, ...rest]);
      const { lastListing, failing, turns } = after;
      await updateHeadUnderLease({ ...update, head: { epoch, lastListing, failing, turns } });
    });
    state = after;
  }

  /** Records and policies do not belong to an epoch, so the lease is checked before they are written. */
  async function writeHistory(changes: readonly LedgerChange[]): Promise<void> {
    await updateHeadUnderLease({});
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
    close: async (changes, health) => {
      if (status === 'uncertain') await releaseUncertain(health);
      if (changes.length > 0) await write(changes, { release: true, health });
      else if (status === 'open') await updateHead(table, partition, token, { release: true, health });
      status = 'closed';
    },
  };
}

function hasRecords(changes: readonly LedgerChange[]): boolean {
  return changes.some(({ kind }) => kind === 'accepted' || kind === 'ended' || kind === 'policyUsed');
}

/**
 * A ledger in a DynamoDB table. State items are written in transactions, on the condition that the head still has the token of
 * the lease. So a run that lost its lease cannot change anything, and the next run uses the items without copying them.
 * Release 0.1.0 writes without that condition. If a run of that release did not release its lease, the next run first
 * copies the state items to a new epoch, where late writes have no effect.
 */
export function createDynamoLedger(table: Table, clock: Clock): Ledger {
  /** digests of the policies that this process has written */
  const policies = new Set<string>();
  return {
    readState: async (key) => {
      const partition = livePartition(key);
      for (;;) {
        const { epoch, ...head } = await fetchHead(table, partition);
        const state = { ...(await readEpoch(table, key, epoch)), ...head };
        // Otherwise the items were copied to another epoch between the two reads.
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

import { isDeepStrictEqual } from 'node:util';
import { applyLedgerChanges } from '../../../core/applyLedgerChanges.ts';
import type { TargetHealth } from '../../../core/health.ts';
import type { LedgerChange, LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock, Ledger, LedgerSession } from '../../../run/ports.ts';
import { createLease } from '../lease.ts';
import { compareStates, type Items } from '../ledgerItems.ts';
import { livePartition, type Table, type WriteGroup } from './dynamoTable.ts';
import type { WrittenHead } from './headItem.ts';
import { archivePolicy, putRecordRequests, readPolicyText, readRecords } from './historyItems.ts';
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
  const writeUnderLease = async (groups: readonly WriteGroup[]): Promise<void> => {
    if (!(await table.writeIfConditionHolds(leaseCondition(partition, token), groups))) throw leaseLost();
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
  /** the head as it is in the table */
  let written: WrittenHead = { epoch, ...pickHead(initial) };

  async function write(changes: readonly LedgerChange[], update: HeadUpdate): Promise<void> {
    if (status !== 'open')
      throw new LedgerFailure(
        `the lease on ${key} in table \`${table.name}\` was released, or its state is unknown`,
      );
    const after = applyLedgerChanges(state, changes);
    await trackUncertainty(async () => {
      await archivePolicies(changes);
      const { events, puts, deletes } = compareStates(state, after);
      const about = groupBySubject(changes, events, puts);
      // Write order matters: events first, then history, then state and deletions, so a crash never loses an unpublished event.
      const groups = [
        ...putStateRequests(key, epoch, Object.fromEntries(about.get(null) ?? [])).map((one) => [one]),
        ...putRecordRequests(key, changes).map((one) => [one]),
        ...Object.entries(puts).map((item) =>
          putStateRequests(key, epoch, Object.fromEntries([...(about.get(item[0]) ?? []), item])),
        ),
        ...deleteStateRequests(key, epoch, deletes).map((one) => [one]),
      ];
      if (groups.length > 0) await writeUnderLease(groups);
      const head = { epoch, ...pickHead(after) };
      // Without a request, the update of the head proves that the lease is still held.
      if (update.release === true || groups.length === 0 || !isDeepStrictEqual(head, written)) {
        await updateHeadUnderLease({ ...update, head });
        written = head;
      }
    });
    state = after;
  }

  /** Policies are archived outside the lease's condition, so the lease is checked before. */
  async function archivePolicies(changes: readonly LedgerChange[]): Promise<void> {
    const used = changes.flatMap((change) =>
      change.kind === 'policyUsed' && !policies.has(change.digest) ? [change] : [],
    );
    if (used.length > 0) await updateHeadUnderLease({});
    for (const { digest, text } of used) {
      await archivePolicy(table, digest, text);
      policies.add(digest);
    }
  }

  return {
    state: initial,
    write: (changes) => write(changes, {}),
    close: async (changes, health) => {
      if (status === 'uncertain') await releaseUncertain(health);
      if (changes.length > 0) await write(changes, { release: true, health });
      else if (status === 'open')
        await updateHead(table, partition, token, { release: true, head: written, health });
      status = 'closed';
    },
  };
}

/**
 * New events by the name of the observation that the same write puts; `null`: of none. Both are written in one transaction: an event
 * without the observation of a new request would be published again with another ID, because the next run observes the request later.
 */
function groupBySubject(
  changes: readonly LedgerChange[],
  events: Items,
  puts: Items,
): ReadonlyMap<string | null, readonly (readonly [string, unknown])[]> {
  const subjects = new Map<string, string>(
    changes.flatMap((change) =>
      change.kind === 'queued' && change.mark !== null && 'id' in change.mark
        ? [[`announcement/${change.event.id}`, `sighting/${change.mark.id}`] as const]
        : [],
    ),
  );
  return Map.groupBy(Object.entries(events), ([name]) => {
    const subject = subjects.get(name) ?? null;
    return subject !== null && Object.hasOwn(puts, subject) ? subject : null;
  });
}

function pickHead({ lastListing, failing, turns }: LedgerState): Omit<WrittenHead, 'epoch'> {
  return { lastListing, failing, turns };
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

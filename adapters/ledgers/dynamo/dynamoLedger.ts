import type { Clock, Ledger } from '../../../run/ports.ts';
import { newLease } from '../lease.ts';
import type { Table } from './dynamoTable.ts';
import { readRecords } from './historyItems.ts';
import { fencedToken, peekHead, takeLease } from './leaseStore.ts';
import { livePartition } from './partitions.ts';
import { readPolicy } from './policies.ts';
import { beginSession } from './session.ts';
import { readEpoch } from './stateItems.ts';

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

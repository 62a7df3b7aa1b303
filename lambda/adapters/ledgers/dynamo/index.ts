import { randomUUID } from 'node:crypto';
import type { Clock, Ledger } from '../../../ports.ts';
import { newLease } from '../lease.ts';
import { peekHead, takeLease } from './head.ts';
import { readEpoch } from './live.ts';
import { livePartition } from './partitions.ts';
import { readPolicy } from './policies.ts';
import { readRecords } from './records.ts';
import { beginSession } from './session.ts';
import type { Table } from './table.ts';

/**
 * A ledger in one DynamoDB table. DynamoDB checks a condition only on the item that it writes, so what fences off a pass
 * that lost its lease is the head and the epoch in it: every write ends with an update of the head under the token, and
 * whoever takes over from a pass that did not give its lease back first moves the live items to a new epoch. What the old
 * one writes after that, it writes where nobody looks. (Transactions would do the same at twice the price, and not every
 * DynamoDB has them.)
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
      const lease = newLease(clock.now(), leaseMs, randomUUID());
      const taken = await takeLease(table, livePartition(key), lease, clock.now());
      return taken === null ? null : beginSession(table, key, lease.token, taken, policies);
    },
  };
}

import { randomUUID } from 'node:crypto';
import { applyLedgerChanges } from '../../core/applyLedgerChanges.ts';
import { EMPTY_LEDGER, type LedgerChange, type LedgerState } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { collectRecords, type LedgerRecord, recordsOfChange } from './historyRecords.ts';
import { createLease, isLeaseFree, type Lease } from './lease.ts';

/** A ledger in memory, for tests and the demo. Its content is lost when the process ends. */
export function createInMemoryLedger(clock: Clock): Ledger {
  const states = new Map<string, LedgerState>();
  const leases = new Map<string, Lease>();
  const records = new Map<string, LedgerRecord[]>();
  const policies = new Map<string, string>();
  const stateOf = (key: string): LedgerState => states.get(key) ?? EMPTY_LEDGER;

  const apply = (key: string, changes: readonly LedgerChange[]): void => {
    states.set(key, applyLedgerChanges(stateOf(key), changes));
    records.set(key, [...(records.get(key) ?? []), ...changes.flatMap(recordsOfChange)]);
    for (const change of changes) {
      if (change.kind === 'policyUsed') policies.set(change.digest, change.text);
    }
  };

  return {
    readState: (key) => Promise.resolve(stateOf(key)),
    readRecords: (key, since) =>
      Promise.resolve(collectRecords(records.get(key) ?? [], since, clock.now(), [])),
    readPolicy: (digest) => Promise.resolve(policies.get(digest) ?? null),
    open: async (key, leaseMs) => {
      if (!isLeaseFree(leases.get(key) ?? null, clock.now())) return null;
      const lease = createLease(clock.now(), leaseMs, randomUUID());
      leases.set(key, lease);
      const isOurs = (): boolean => leases.get(key) === lease;
      const write = async (changes: readonly LedgerChange[]): Promise<void> => {
        if (!isOurs()) throw new LedgerFailure(`the lease on ${key} was lost to another run`);
        apply(key, changes);
      };
      return {
        state: stateOf(key),
        write,
        close: async (changes, health) => {
          if (changes.length > 0) await write(changes);
          if (!isOurs()) return;
          if (health !== undefined) states.set(key, { ...stateOf(key), health });
          leases.delete(key);
        },
      };
    },
  };
}

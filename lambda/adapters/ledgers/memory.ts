import { randomUUID } from 'node:crypto';
import { applyChange, EMPTY_LEDGER, type LedgerState } from '../../core/ledger.ts';
import { LedgerFailure } from '../../errors.ts';
import type { Clock, Ledger } from '../../ports.ts';
import { isFree, type Lease, newLease } from './lease.ts';

/** A ledger that lives as long as its process. */
export function createMemoryLedger(clock: Clock): Ledger {
  const states = new Map<string, LedgerState>();
  const leases = new Map<string, Lease>();
  const stateOf = (key: string): LedgerState => states.get(key) ?? EMPTY_LEDGER;

  return {
    peek: (key) => Promise.resolve(stateOf(key)),
    open: (key, leaseMs) => {
      if (!isFree(leases.get(key) ?? null, clock.now())) return Promise.resolve(null);
      const lease = newLease(clock.now(), leaseMs, randomUUID());
      leases.set(key, lease);
      const isOurs = (): boolean => leases.get(key)?.token === lease.token;
      return Promise.resolve({
        state: stateOf(key),
        write: (changes) => {
          if (!isOurs())
            return Promise.reject(new LedgerFailure(`the lease on ${key} was lost to another pass`));
          states.set(key, changes.reduce(applyChange, stateOf(key)));
          return Promise.resolve();
        },
        close: () => {
          if (isOurs()) leases.delete(key);
          return Promise.resolve();
        },
      });
    },
  };
}

import type { LedgerChange, LedgerState } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';

/** Wrappers of real ledgers that observe calls or make them fail. */

/** A ledger that rejects writes with one kind of change, like an overloaded store. */
export function failingOn(kind: LedgerChange['kind'], ledger: Ledger): Ledger {
  return withSession(ledger, (session) => ({
    ...session,
    write: async (changes) => {
      if (changes.some((change) => change.kind === kind)) throw new LedgerFailure(`${kind} refused`);
      await session.write(changes);
    },
  }));
}

/** A ledger that calls `happens` during writes with one kind of change. */
export function whileWriting(kind: LedgerChange['kind'], happens: () => void, ledger: Ledger): Ledger {
  return withSession(ledger, (session) => ({
    ...session,
    write: async (changes) => {
      await session.write(changes);
      if (changes.some((change) => change.kind === kind)) happens();
    },
  }));
}

/** A ledger with these damaged items. */
export function withDamagedItems(damaged: LedgerState['damaged'], ledger: Ledger): Ledger {
  return withSession(ledger, (session) => ({ ...session, state: { ...session.state, damaged } }));
}

/** A ledger that records its calls. */
export interface ObservedLedger extends Ledger {
  /** calls since the last call of this method, with the kinds of changes: `write observed listed` */
  calls(): string[];
}

export function observeLedger(ledger: Ledger): ObservedLedger {
  let calls: string[] = [];
  const note = (call: string, changes: readonly LedgerChange[] = []): void => {
    calls.push([call, ...changes.map(({ kind }) => kind)].join(' '));
  };
  const inner = withSession(ledger, (session) => ({
    ...session,
    write: (changes) => {
      note('write', changes);
      return session.write(changes);
    },
    close: (changes, health) => {
      note('close', changes);
      return session.close(changes, health);
    },
  }));
  return {
    ...inner,
    readState: (key) => {
      note('peek');
      return inner.readState(key);
    },
    open: (key, leaseMs) => {
      note('open');
      return inner.open(key, leaseMs);
    },
    calls: () => {
      const made = calls;
      calls = [];
      return made;
    },
  };
}

function withSession(ledger: Ledger, change: (session: LedgerSession) => LedgerSession): Ledger {
  return {
    ...ledger,
    open: async (key, leaseMs) => {
      const session = await ledger.open(key, leaseMs);
      return session && change(session);
    },
  };
}

import { applyChange, type LedgerChange, type LedgerState } from '../core/ledger.ts';
import type { Ledger } from '../ports.ts';

/** The ledger as one pass sees it: its own writes included. */
export interface Memory {
  state(): LedgerState;
  /** @throws LedgerFailure */
  write(changes: readonly LedgerChange[]): Promise<void>;
}

/**
 * Runs `work` under the lease of a ledger, and gives the lease back whatever happens.
 * @returns whether it ran: `false` when somebody else holds the lease
 */
export async function underLease(
  ledger: Ledger,
  key: string,
  leaseMs: number,
  work: (memory: Memory) => Promise<void>,
): Promise<boolean> {
  const session = await ledger.open(key, leaseMs);
  if (session === null) return false;
  try {
    await work(remembering(session.state, (changes) => session.write(changes)));
  } catch (error) {
    // What failed first is what to tell; a lease that cannot be given back runs out by itself.
    await session.close().catch(() => undefined);
    throw error;
  }
  await session.close();
  return true;
}

/** Runs `work` on what the ledger holds, writing nothing but in its own memory. */
export async function readingOnly(
  ledger: Ledger,
  key: string,
  work: (memory: Memory) => Promise<void>,
): Promise<void> {
  await work(remembering(await ledger.peek(key), () => Promise.resolve()));
}

function remembering(initial: LedgerState, write: Memory['write']): Memory {
  let state = initial;
  return {
    state: () => state,
    write: async (changes) => {
      if (changes.length === 0) return;
      await write(changes);
      state = changes.reduce(applyChange, state);
    },
  };
}

import { applyChanges } from '../core/applyChange.ts';
import type { LedgerChange, LedgerState } from '../core/ledger.ts';
import { LedgerFailure } from '../errors.ts';
import type { Ledger } from '../ports.ts';

/** The ledger as one pass sees it: its own changes included. */
export interface Memory {
  state(): LedgerState;
  /** Remembers; it is written with the next write, or when the pass ends. */
  note(changes: readonly LedgerChange[]): void;
  /**
   * Writes what was noted and these, in order. What comes while a write is under way goes into one after it, whoever it is of.
   * @throws LedgerFailure
   */
  write(changes: readonly LedgerChange[]): Promise<void>;
}

/**
 * Runs `work` under the lease of a ledger, writes what it noted, and gives the lease back whatever happens.
 * @returns whether it ran: `false` when somebody else holds the lease
 * @throws LedgerFailure
 */
export async function underLease(
  ledger: Ledger,
  key: string,
  leaseMs: number,
  work: (memory: Memory) => Promise<void>,
): Promise<boolean> {
  const session = await ledger.open(key, leaseMs);
  if (session === null) return false;
  const { memory, leftToWrite } = remembering(session.state, (changes) => session.write(changes));
  try {
    await work(memory);
    await session.close(leftToWrite());
  } catch (error) {
    // The first failure is reported, also when it is that of the last write; a lease that cannot be given back runs out by itself.
    await session.close([]).catch(() => undefined);
    throw error;
  }
  return true;
}

/** Runs `work` on what the ledger holds, writing nothing but in its own memory. */
export async function readingOnly(
  ledger: Ledger,
  key: string,
  work: (memory: Memory) => Promise<void>,
): Promise<void> {
  await work(remembering(await ledger.peek(key), () => Promise.resolve()).memory);
}

function remembering(
  initial: LedgerState,
  write: Memory['write'],
): { memory: Memory; leftToWrite(): readonly LedgerChange[] } {
  let state = initial;
  let notes: readonly LedgerChange[] = [];
  let lost: LedgerFailure | null = null;
  let underWay: Promise<void> = Promise.resolve();
  /** the write that takes what is noted until it begins */
  let next: Promise<void> | null = null;
  const note = (changes: readonly LedgerChange[]): void => {
    state = applyChanges(state, changes);
    notes = [...notes, ...changes];
  };
  const leftToWrite = (): readonly LedgerChange[] => {
    // Fail closed: after a failed write nobody knows what the ledger holds, so nothing is built on it.
    if (lost !== null) throw lost;
    const taken = notes;
    notes = [];
    return taken;
  };
  const writeNotes = async (): Promise<void> => {
    next = null;
    const taken = leftToWrite();
    if (taken.length === 0) return;
    try {
      await write(taken);
    } catch (error) {
      if (error instanceof LedgerFailure) lost = error;
      throw error;
    }
  };
  return {
    memory: {
      state: () => state,
      note,
      write: (changes) => {
        note(changes);
        if (next === null) {
          next = underWay.then(writeNotes);
          // Its failure is told to those who wait for it.
          underWay = next.catch(() => undefined);
        }
        return next;
      },
    },
    leftToWrite,
  };
}

import { applyLedgerChanges } from '../core/applyLedgerChanges.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { LedgerFailure } from './portErrors.ts';
import type { Ledger } from './ports.ts';

/** The ledger as one pass sees it: its own changes included. */
export interface LedgerUnitOfWork {
  state(): LedgerState;
  /** Remembers; it is written with the next write, or when the pass ends. */
  add(changes: readonly LedgerChange[]): void;
  /**
   * Remembers what no confirm depends on, such as the requests of strangers, of which there may be any number. It is written
   * by `catchUp`, or right before anything else that is written about the same interface.
   * @param changes lists of them, each about one interface
   */
  defer(changes: readonly (readonly LedgerChange[])[]): void;
  /**
   * Writes what was deferred, a part at a time. What there is no time for is forgotten, so that a later run finds it again.
   * @returns about how many interfaces something was forgotten
   * @throws LedgerFailure
   */
  writeDeferred(hasTime: () => boolean): Promise<number>;
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
export async function withLease(
  ledger: Ledger,
  key: string,
  leaseMs: number,
  work: (memory: LedgerUnitOfWork) => Promise<void>,
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
export async function withoutLease(
  ledger: Ledger,
  key: string,
  work: (memory: LedgerUnitOfWork) => Promise<void>,
): Promise<void> {
  await work(remembering(await ledger.readState(key), () => Promise.resolve()).memory);
}

/** About so many interfaces something is written at once: a table takes a second for it, and a run that is cut keeps the rest. */
const AT_ONCE = 500;

/** The interface that a change is about; `null`: none. */
function subjectOf(change: LedgerChange): string | null {
  if ('id' in change) return change.id;
  if (change.kind !== 'queued' || change.mark === null || change.mark.of === 'failing') return null;
  return change.mark.id;
}

function remembering(
  initial: LedgerState,
  save: LedgerUnitOfWork['write'],
): { memory: LedgerUnitOfWork; leftToWrite(): readonly LedgerChange[] } {
  /** with what was deferred */
  let state = initial;
  /** without it */
  let firm = initial;
  let notes: LedgerChange[] = [];
  /** by what it is about */
  const deferred = new Map<string | null, LedgerChange[]>();
  let lost: LedgerFailure | null = null;
  let underWay: Promise<void> = Promise.resolve();
  /** the write that takes what is noted until it begins */
  let next: Promise<void> | null = null;
  const toWrite = (changes: readonly LedgerChange[]): void => {
    firm = applyLedgerChanges(firm, changes);
    for (const change of changes) notes.push(change);
  };
  const takeDeferred = (about: Iterable<string | null>): void => {
    const due: LedgerChange[] = [];
    for (const id of about) {
      due.push(...(deferred.get(id) ?? []));
      deferred.delete(id);
    }
    toWrite(due);
  };
  const add = (changes: readonly LedgerChange[]): void => {
    // In another order, an older change would undo a later one.
    takeDeferred(new Set(changes.map(subjectOf)));
    toWrite(changes);
    state = deferred.size === 0 ? firm : applyLedgerChanges(state, changes);
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
      await save(taken);
    } catch (error) {
      if (error instanceof LedgerFailure) lost = error;
      throw error;
    }
  };
  const write = (changes: readonly LedgerChange[]): Promise<void> => {
    add(changes);
    if (next === null) {
      next = underWay.then(writeNotes);
      // Its failure is told to those who wait for it.
      underWay = next.catch(() => undefined);
    }
    return next;
  };
  return {
    memory: {
      state: () => state,
      add,
      defer: (changes) => {
        state = applyLedgerChanges(state, changes.flat());
        for (const group of changes) {
          const about = group.map(subjectOf).find((id) => id !== null) ?? null;
          const earlier = deferred.get(about);
          if (earlier === undefined) deferred.set(about, [...group]);
          else earlier.push(...group);
        }
      },
      writeDeferred: async (hasTime) => {
        while (deferred.size > 0 && hasTime()) {
          takeDeferred([...deferred.keys()].slice(0, AT_ONCE));
          await write([]);
        }
        const forgotten = deferred.size;
        deferred.clear();
        state = firm;
        return forgotten;
      },
      write,
    },
    leftToWrite,
  };
}

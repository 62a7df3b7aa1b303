import { applyLedgerChanges } from '../core/applyLedgerChanges.ts';
import type { TargetHealth } from '../core/health.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { LedgerFailure } from './portErrors.ts';
import type { Ledger } from './ports.ts';

/**
 * The ledger as one run sees it: the state that was read, with all changes of the run. Changes reach the ledger in three
 * ways: `write` now, `add` with the next write, `defer` when nothing urgent is left to do.
 */
export interface LedgerUnitOfWork {
  /** The state with all changes so far, written or not. */
  state(): LedgerState;
  /** Adds changes to the next write, or to the last one when the run ends. */
  add(changes: readonly LedgerChange[]): void;
  /**
   * Defers changes that no confirm depends on, such as observations of requests, whose number requesters control. They
   * are written by `writeDeferred`, or right before any other change of the same interface.
   * @param changes groups of changes, each about one interface
   */
  defer(changes: readonly (readonly LedgerChange[])[]): void;
  /**
   * Writes the deferred changes, a part at a time. Those that there is no time for are dropped from the state: the next
   * run finds them again.
   * @returns for about how many interfaces changes were dropped
   * @throws LedgerFailure
   */
  writeDeferred(hasTime: () => boolean): Promise<number>;
  /**
   * Writes the added changes and these, in order. Calls during a write share the write after it.
   * @throws LedgerFailure
   */
  write(changes: readonly LedgerChange[]): Promise<void>;
}

/**
 * Runs `work` under the lease of a ledger, then writes the added changes and releases the lease. After an error, only
 * releases it.
 * @param healthAfter the health of the target to record with the release, from the one that the ledger had; `error`: that of
 * `work` or of the last write, `null`: none
 * @returns `false`: another run has the lease, and `work` did not run
 * @throws LedgerFailure
 */
export async function withLease(
  ledger: Ledger,
  key: string,
  leaseMs: number,
  work: (ledger: LedgerUnitOfWork) => Promise<void>,
  healthAfter: (before: LedgerState['health'], error: unknown) => TargetHealth,
): Promise<boolean> {
  const session = await ledger.open(key, leaseMs);
  if (session === null) return false;
  const { unitOfWork, takeAdded } = createUnitOfWork(session.state, (changes) => session.write(changes));
  try {
    await work(unitOfWork);
    await session.close(takeAdded(), healthAfter(session.state.health, null));
  } catch (error) {
    // The first error is thrown, also if it is that of the last write. A lease that cannot be released expires.
    await session.close([], healthAfter(session.state.health, error)).catch(() => undefined);
    throw error;
  }
  return true;
}

/** Runs `work` on the state of a ledger, without the lease. Its writes change only the state in memory. */
export async function withoutLease(
  ledger: Ledger,
  key: string,
  work: (ledger: LedgerUnitOfWork) => Promise<void>,
): Promise<void> {
  const { unitOfWork } = createUnitOfWork(await ledger.readState(key), () => Promise.resolve());
  await work(unitOfWork);
}

/**
 * The number of interfaces whose deferred changes are written at once. A table takes about a second for it, and a run
 * that is cut short keeps what was written.
 */
const DEFERRED_AT_ONCE = 500;

/** The interface that a change is about; `null`: none. */
function subjectOf(change: LedgerChange): string | null {
  if ('id' in change) return change.id;
  if (change.kind !== 'queued' || change.mark === null || change.mark.of === 'failing') return null;
  return change.mark.id;
}

function createUnitOfWork(
  initial: LedgerState,
  save: LedgerUnitOfWork['write'],
): { unitOfWork: LedgerUnitOfWork; takeAdded(): readonly LedgerChange[] } {
  /** with the deferred changes */
  let state = initial;
  /** without them, as far as it is computed */
  let stateToWrite = initial;
  /** changes that are missing in it: computing it after each change would copy the state for each acceptance */
  let missing: LedgerChange[] = [];
  /** changes for the next write */
  let added: LedgerChange[] = [];
  /** by the interface that they are about */
  const deferred = new Map<string | null, LedgerChange[]>();
  let failure: LedgerFailure | null = null;
  let lastWrite: Promise<void> = Promise.resolve();
  /** the write that has not begun yet, and takes every change that is added until it does; `null`: none */
  let nextWrite: Promise<void> | null = null;

  const computeStateToWrite = (): LedgerState => {
    stateToWrite = applyLedgerChanges(stateToWrite, missing);
    missing = [];
    return stateToWrite;
  };
  const addToWrite = (changes: readonly LedgerChange[]): void => {
    for (const change of changes) {
      missing.push(change);
      added.push(change);
    }
  };
  const addDeferred = (subjects: Iterable<string | null>): void => {
    const due: LedgerChange[] = [];
    for (const subject of subjects) {
      due.push(...(deferred.get(subject) ?? []));
      deferred.delete(subject);
    }
    addToWrite(due);
  };
  const add = (changes: readonly LedgerChange[]): void => {
    // Deferred changes of the same interfaces come first: written later, an older change would undo a newer one.
    addDeferred(new Set(changes.map(subjectOf)));
    addToWrite(changes);
    state = deferred.size === 0 ? computeStateToWrite() : applyLedgerChanges(state, changes);
  };
  const takeAdded = (): readonly LedgerChange[] => {
    // Fail closed: after a failed write the content of the ledger is unknown, so nothing more is written.
    if (failure !== null) throw failure;
    const taken = added;
    added = [];
    return taken;
  };
  const writeAdded = async (): Promise<void> => {
    nextWrite = null;
    const taken = takeAdded();
    if (taken.length === 0) return;
    try {
      await save(taken);
    } catch (error) {
      if (error instanceof LedgerFailure) failure = error;
      throw error;
    }
  };
  const write = (changes: readonly LedgerChange[]): Promise<void> => {
    add(changes);
    if (nextWrite === null) {
      nextWrite = lastWrite.then(writeAdded);
      // Its callers get the error of a write; the write after it begins nevertheless.
      lastWrite = nextWrite.catch(() => undefined);
    }
    return nextWrite;
  };
  const defer = (groups: readonly (readonly LedgerChange[])[]): void => {
    state = applyLedgerChanges(state, groups.flat());
    for (const group of groups) {
      const subject = group.map(subjectOf).find((id) => id !== null) ?? null;
      const earlier = deferred.get(subject);
      if (earlier === undefined) deferred.set(subject, [...group]);
      else earlier.push(...group);
    }
  };
  const writeDeferred = async (hasTime: () => boolean): Promise<number> => {
    while (deferred.size > 0 && hasTime()) {
      addDeferred([...deferred.keys()].slice(0, DEFERRED_AT_ONCE));
      await write([]);
    }
    const dropped = deferred.size;
    deferred.clear();
    state = computeStateToWrite();
    return dropped;
  };
  return { unitOfWork: { state: () => state, add, defer, writeDeferred, write }, takeAdded };
}

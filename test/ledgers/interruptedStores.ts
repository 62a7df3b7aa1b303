import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { unlock } from 'proper-lockfile';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { startTableServer } from '../soak/cloud/tableServer.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** What interrupts a call to a store. */
export type Interruption =
  /** the call fails without effect */
  | 'refused'
  /** the call has its effect, but its answer is lost */
  | 'answerLost'
  /** the process is killed before the call */
  | 'killed'
  /** the process is suspended before the call until it is resumed */
  | 'suspended';

/** A stack of calls of which one is interrupted. */
interface InterruptedCalls {
  call<T>(make: () => Promise<T>, failure: () => Error): Promise<T>;
}

const interrupted = new AsyncLocalStorage<InterruptedCalls>();

/** Makes a call that `interrupt` can interrupt. */
export function callStore<T>(make: () => Promise<T>, failure: () => Error): Promise<T> {
  return interrupted.getStore()?.call(make, failure) ?? make();
}

/** Runs `work`, and interrupts its call with this index. */
export function interrupt(kind: Interruption, index: number, work: () => Promise<void>) {
  const [reached, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let count = 0;
  let isDead = false;
  const calls: InterruptedCalls = {
    call: async (make, failure) => {
      const isInterrupted = count === index;
      count += 1;
      isDead ||= isInterrupted && kind === 'killed';
      if (isInterrupted) reached.resolve();
      if (isDead) return new Promise(() => undefined);
      if (isInterrupted && kind === 'refused') throw failure();
      if (isInterrupted && kind === 'suspended') await resumed.promise;
      const answer = await make();
      if (isInterrupted && kind === 'answerLost') throw failure();
      return answer;
    },
  };
  return {
    ended: interrupted.run(calls, work),
    reached: reached.promise,
    resume: resumed.resolve,
    /** the number of calls so far */
    count: () => count,
  };
}

/** A new store whose every call can be interrupted. */
export interface InterruptedStore {
  /** Opens the ledger like a new process. */
  open(): Ledger;
  /** Closes what a killed process left open, as the operating system would. */
  closeAbandoned(): Promise<void>;
}

/** Calls to the disk are interrupted if the test file wraps `node:fs/promises` with `callStore`. */
export async function inFile(clock: Clock): Promise<InterruptedStore> {
  const path = join(writeTempFiles({}), 'ledger.json');
  return {
    open: () => createFileLedger(path, clock),
    closeAbandoned: () => unlock(path, { realpath: false }).catch(() => undefined),
  };
}

export async function inTable(clock: Clock): Promise<InterruptedStore> {
  const { config, createTable } = await startTableServer();
  const table = interruptibleTable(openTable(await createTable(), config));
  return { open: () => createDynamoLedger(table, clock), closeAbandoned: () => Promise.resolve() };
}

/** A table whose batches and transactions are written in two calls, because they may be applied partially. */
function interruptibleTable(table: Table): Table {
  const failure = () => new LedgerFailure('the table is out of reach');
  const halvesOf = <T>(all: readonly T[]): T[][] => {
    const half = Math.ceil(all.length / 2);
    return [all.slice(0, half), all.slice(half)].filter((part) => part.length > 0);
  };
  return {
    name: table.name,
    callIfConditionHolds: (operation, call) =>
      callStore(() => table.callIfConditionHolds(operation, call), failure),
    query: (...asked) => callStore(() => table.query(...asked), failure),
    writeAll: async (requests) => {
      for (const part of halvesOf(requests)) await callStore(() => table.writeAll(part), failure);
    },
    writeIfConditionHolds: async (condition, requests) => {
      for (const part of halvesOf(requests))
        if (!(await callStore(() => table.writeIfConditionHolds(condition, part), failure))) return false;
      return true;
    },
  };
}

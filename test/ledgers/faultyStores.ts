import { join } from 'node:path';
import { unlock } from 'proper-lockfile';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable, type Table } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Clock, Ledger, LedgerSession } from '../../run/ports.ts';
import type { Dynamo } from '../support/dynamo.ts';
import { callWithFault } from '../support/faultInjection.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** Real ledgers with injected faults at every call. */
export interface FaultyStore {
  /** Opens the ledger like a new process. */
  reach(): Ledger;
  /** Closes what a killed process left open, as the operating system would. */
  closeAbandoned(): Promise<void>;
}

function failure(): LedgerFailure {
  return new LedgerFailure('the ledger is out of reach');
}

export function inMemory(clock: Clock): FaultyStore {
  const ledger = withSessionFaults(createInMemoryLedger(clock));
  return { reach: () => ledger, closeAbandoned: () => Promise.resolve() };
}

/** Calls to the disk have faults if the test file wraps `node:fs/promises` with `callWithFault`. */
export function inFile(clock: Clock): FaultyStore {
  const path = join(writeTempFiles({}), 'ledger.json');
  return {
    reach: () => withSessionFaults(createFileLedger(path, clock)),
    closeAbandoned: () => unlock(path, { realpath: false }).catch(() => undefined),
  };
}

export function inTable(name: string, { config }: Dynamo, clock: Clock): FaultyStore {
  const table = injectFaults(openTable(name, config));
  return { reach: () => createDynamoLedger(table, clock), closeAbandoned: () => Promise.resolve() };
}

function withSessionFaults(ledger: Ledger): Ledger {
  const injectSessionFaults = ({ state, write, close }: LedgerSession): LedgerSession => ({
    state,
    write: (changes) => callWithFault('ledger write', () => write(changes), failure),
    close: (changes) => callWithFault('ledger close', () => close(changes), failure),
  });
  return {
    ...ledger,
    open: (key, leaseMs) =>
      callWithFault(
        'ledger open',
        async () => {
          const session = await ledger.open(key, leaseMs);
          return session && injectSessionFaults(session);
        },
        failure,
      ),
  };
}

function injectFaults(table: Table): Table {
  return {
    name: table.name,
    callIfConditionHolds: (operation, call) =>
      callWithFault(`ledger ${operation}`, () => table.callIfConditionHolds(operation, call), failure),
    query: (...asked) => callWithFault('ledger Query', () => table.query(...asked), failure),
    writeAll: async (requests) => {
      // In two calls, because a batch may be processed partially.
      const half = Math.ceil(requests.length / 2);
      for (const part of [requests.slice(0, half), requests.slice(half)])
        if (part.length > 0)
          await callWithFault('ledger BatchWriteItem', () => table.writeAll(part), failure);
    },
    writeIfConditionHolds: async (condition, requests) => {
      // In two calls, because writes that exceed a transaction may be applied partially.
      const half = Math.ceil(requests.length / 2);
      for (const part of [requests.slice(0, half), requests.slice(half)]) {
        const write = () => table.writeIfConditionHolds(condition, part);
        if (part.length > 0 && !(await callWithFault('ledger TransactWriteItems', write, failure)))
          return false;
      }
      return true;
    },
  };
}

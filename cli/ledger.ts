import { systemClock } from '../lambda/adapters/connect.ts';
import { createDynamoLedger } from '../lambda/adapters/ledgers/dynamo/index.ts';
import { openTable } from '../lambda/adapters/ledgers/dynamo/table.ts';
import { createFileLedger } from '../lambda/adapters/ledgers/file/index.ts';
import type { Ledger } from '../lambda/ports.ts';
import { UsageError } from './exit.ts';
import { defaultLedger } from './paths.ts';

export interface LedgerOptions {
  readonly ledger?: string;
  readonly endpoint?: string;
}

export function ledgerPath({ ledger, endpoint }: LedgerOptions): string {
  return ledger ?? defaultLedger(process.env, endpoint);
}

const TABLE = /^dynamodb:(.*)$/s;

/** The table that `dynamodb:TABLE` names; `null` where the ledger is a file. @throws UsageError */
export function ledgerTable(path: string): string | null {
  const table = TABLE.exec(path)?.[1];
  if (table === undefined) return null;
  if (!/^[\w.-]{3,255}$/.test(table))
    throw new UsageError(`--ledger must be a file or \`dynamodb:TABLE\`, got \`${path}\``);
  return table;
}

/** A file, or, as `dynamodb:TABLE`, the table of a deployed function, reached with the default AWS credentials. */
export function ledgerFor(options: LedgerOptions): Ledger {
  const path = ledgerPath(options);
  const table = ledgerTable(path);
  if (table === null) return createFileLedger(path, systemClock);
  return createDynamoLedger(openTable(table), systemClock);
}

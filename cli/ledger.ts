import { systemClock } from '../lambda/adapters/connect.ts';
import { createDynamoLedger } from '../lambda/adapters/ledgers/dynamo/index.ts';
import { openTable } from '../lambda/adapters/ledgers/dynamo/table.ts';
import { createFileLedger } from '../lambda/adapters/ledgers/file/index.ts';
import { quoteOwn } from '../lambda/core/text.ts';
import type { Ledger } from '../lambda/ports.ts';
import { UsageError } from './exit.ts';
import { defaultLedger } from './paths.ts';

export interface LedgerOptions {
  readonly ledger?: string;
  readonly endpoint?: string;
}

/** Whether a ledger is the table of a function, not a file. */
export function isTable(path: string): boolean {
  return TABLE.test(path);
}

export function ledgerPath({ ledger, endpoint }: LedgerOptions): string {
  return ledger ?? defaultLedger(process.env, endpoint);
}

const TABLE = /^dynamodb:(.*)$/s;

/** A file, or, as `dynamodb:TABLE`, the table of a deployed function, reached with the default AWS credentials. */
export function ledgerFor(options: LedgerOptions): Ledger {
  const path = ledgerPath(options);
  const table = TABLE.exec(path)?.[1];
  if (table === undefined) {
    if (path === '' || path.endsWith('/'))
      throw new UsageError(
        `--ledger must be a file or \`dynamodb:TABLE\`, got ${quoteOwn(path)}; name a file`,
      );
    return createFileLedger(path, systemClock);
  }
  if (!/^[\w.-]{3,255}$/.test(table))
    throw new UsageError(`--ledger must be a file or \`dynamodb:TABLE\`, got \`${path}\``);
  return createDynamoLedger(openTable(table), systemClock);
}

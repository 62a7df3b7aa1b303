import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { type AwsEndpoints, endpointOf } from '../adapters/aws/configuredEndpoints.ts';
import { systemClock } from '../adapters/connect.ts';
import { EndpointRefused, isLoopback } from '../adapters/endpoint.ts';
import { createDynamoLedger } from '../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../adapters/ledgers/file/fileLedger.ts';
import { pruneRecords } from '../adapters/ledgers/file/pruneRecords.ts';
import { quoteOwn } from '../core/printableText.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { LedgerFailure } from '../run/portErrors.ts';
import type { Ledger } from '../run/ports.ts';
import { UsageError } from './exitCodes.ts';
import { defaultLedger } from './paths.ts';
import { awsCredentials } from './personalCredentials.ts';

export interface LedgerOptions {
  readonly ledger?: string;
  readonly endpoint?: string;
  /** of AWS too, for a table */
  readonly profile?: string;
  readonly aws?: AwsEndpoints;
}

/** Whether a ledger is the table of a function, not a file. */
export function isTable(path: string): boolean {
  return TABLE.test(path);
}

export function ledgerPath({ ledger, endpoint }: LedgerOptions): string {
  return ledger ?? defaultLedger(process.env, endpoint);
}

/**
 * Options that name the one ledger of a command. An emulator to which the AWS configuration leads has a ledger of its own, as one
 * that `--endpoint` names.
 */
export function withLedger<T extends LedgerOptions>(options: T, policies: readonly CompiledPolicy[]): T {
  const { ledger, endpoint, aws } = options;
  const configured = aws?.directConnect ?? null;
  // One that is refused stops the targets that would use it, and no others.
  if (
    ledger !== undefined ||
    endpoint !== undefined ||
    configured === null ||
    configured instanceof EndpointRefused
  )
    return options;
  const isForAws = policies.some(({ policy }) => policy.recipient.provider === 'aws');
  return isForAws && isLoopback(configured.url)
    ? { ...options, ledger: defaultLedger(process.env, configured.url) }
    : options;
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

/** A file, or, as `dynamodb:TABLE`, the table of a deployed function, reached with AWS credentials. @throws UsageError */
export function ledgerFor(options: LedgerOptions): Ledger {
  const path = ledgerPath(options);
  const table = ledgerTable(path);
  if (table === null) {
    if (path === '' || path.endsWith('/'))
      throw new UsageError(
        `--ledger must be a file or \`dynamodb:TABLE\`, got ${quoteOwn(path)}; name a file`,
      );
    return createFileLedger(path, systemClock);
  }
  // The SDK finds it by itself; here it is refused where it must not be used.
  endpointOf(options.aws ?? null, 'dynamo');
  const credentials = awsCredentials(options.profile ?? null, process.env);
  return createDynamoLedger(openTable(table, { credentials, region: tableRegion }), systemClock);
}

/**
 * Once a day, deletes the ends that were kept long enough from the records beside a ledger file. A table does so by itself.
 * @returns why they were not deleted; `null`: they were, or did not need to be
 */
export async function pruneLedger(options: LedgerOptions): Promise<string | null> {
  const path = ledgerPath(options);
  if (isTable(path)) return null;
  try {
    await pruneRecords(path, systemClock.now());
    return null;
  } catch (error) {
    if (error instanceof LedgerFailure) return error.message;
    throw error;
  }
}

/** As the SDK finds it, with a message that says where. */
async function tableRegion(): Promise<string> {
  const client = new DirectConnectClient({});
  try {
    return await client.config.region();
  } catch {
    throw new LedgerFailure('no AWS region; set AWS_REGION, or `region` in the AWS profile');
  } finally {
    client.destroy();
  }
}

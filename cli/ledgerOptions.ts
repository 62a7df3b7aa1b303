import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { type ConfiguredEndpoints, configuredEndpoint } from '../adapters/awsProtocol/configuredEndpoints.ts';
import { systemClock } from '../adapters/connectApis.ts';
import { EndpointRefused, isLoopback } from '../adapters/endpoint.ts';
import { createDynamoLedger } from '../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable, type Table } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../adapters/ledgers/file/fileLedger.ts';
import type { LeaseHolder } from '../adapters/ledgers/file/leaseHolder.ts';
import { loadLedgerFile } from '../adapters/ledgers/file/ledgerFile.ts';
import { holderOf, readTarget } from '../adapters/ledgers/file/ledgerTarget.ts';
import { pruneRecords } from '../adapters/ledgers/file/pruneRecords.ts';
import { MAX_LEASE_MS } from '../adapters/ledgers/lease.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { escapeText, quoteTrusted } from '../core/printableText.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { LedgerFailure, RunFailure } from '../run/portErrors.ts';
import type { Ledger } from '../run/ports.ts';
import { endpointSettings } from './connectTarget.ts';
import { UsageError } from './options.ts';
import { formatDuration } from './output/terminal.ts';
import type { OutscaleSettings } from './outscaleSettings.ts';
import { personalAwsCredentials } from './personalCredentials.ts';
import { LEASE_MS } from './runTarget.ts';

export interface LedgerOptions {
  readonly ledger?: string;
  readonly endpoint?: string;
  /** also used for AWS, for a table */
  readonly profile?: string;
  readonly aws?: ConfiguredEndpoints;
  readonly outscale?: OutscaleSettings;
}

/** Whether a ledger is the table of a deployed function, not a file. */
export function isLedgerTable(path: string): boolean {
  return TABLE.test(path);
}

export function ledgerPath({ ledger, endpoint }: LedgerOptions): string {
  return ledger ?? defaultLedgerPath(process.env, endpoint);
}

/**
 * Adds the ledger to the options of a command. An emulator that the user's settings name for a target has its own ledger, like an
 * emulator that `--endpoint` names.
 * @throws UsageError if the targets would have different ledgers: a command has one
 */
export function withLedgerOption<T extends LedgerOptions>(
  options: T,
  policies: readonly CompiledPolicy[],
): T {
  if (options.ledger !== undefined || options.endpoint !== undefined) return options;
  const ledgers = policies.flatMap(({ policy }) => defaultLedgerOf(policy, options) ?? []);
  const [first] = ledgers;
  if (first === undefined) return options;
  const other = ledgers.find(({ ledger }) => ledger !== first.ledger);
  if (other === undefined) return { ...options, ledger: first.ledger };
  // Fail closed: state from an emulator must not mix with that of the real recipient, so the user must choose the ledger.
  const [one, two] = [first, other].map(({ target, ledger }) => `${ledger} for target \`${target}\``);
  throw new UsageError(
    `the endpoints of your settings give the targets different ledgers (${one}, ${two}); name one file for all with --ledger, or name fewer policies`,
  );
}

/** The ledger of a target without `--ledger`; `null`: its endpoint is refused, which fails only that target. */
function defaultLedgerOf(
  { target, recipient }: Policy,
  options: LedgerOptions,
): { readonly target: string; readonly ledger: string } | null {
  const settings = endpointSettings(options, recipient).map(({ directConnect }) => directConnect);
  const first = settings.find((setting) => setting !== null);
  if (first instanceof EndpointRefused) return null;
  const emulator = first !== undefined && isLoopback(first.url) ? first.url : undefined;
  return { target, ledger: defaultLedgerPath(process.env, emulator) };
}

const TABLE = /^dynamodb:(.*)$/s;

/** The table that `dynamodb:TABLE` names; `null` where the ledger is a file. @throws UsageError */
export function parseLedgerTable(path: string, option = '--ledger'): string | null {
  const table = TABLE.exec(path)?.[1];
  if (table === undefined) return null;
  if (!/^[\w.-]{3,255}$/.test(table))
    throw new UsageError(`${option} must be a file or \`dynamodb:TABLE\`, got \`${path}\``);
  return table;
}

/** Opens the ledger: a file, or `dynamodb:TABLE`, the table of a deployed function, with AWS credentials. @throws UsageError */
export function openLedger(options: LedgerOptions): Ledger {
  const path = ledgerPath(options);
  const table = parseLedgerTable(path);
  if (table === null) {
    if (path === '' || path.endsWith('/'))
      throw new UsageError(
        `--ledger must be a file or \`dynamodb:TABLE\`, got ${quoteTrusted(path)}; name a file`,
      );
    return createFileLedger(path, systemClock);
  }
  return createDynamoLedger(connectTable(table, options), systemClock);
}

/** Opens the table that an option names as `dynamodb:TABLE`. @throws UsageError */
export function openLedgerTable(option: string, path: string, options: LedgerOptions): Table {
  const table = parseLedgerTable(path, option);
  if (table === null)
    throw new UsageError(
      `${option} must be \`dynamodb:TABLE\`, got ${quoteTrusted(path)}; only tables can be copied`,
    );
  return connectTable(table, options);
}

function connectTable(name: string, options: LedgerOptions): Table {
  // The SDK finds the endpoint by itself. This call refuses an endpoint that must not be used.
  configuredEndpoint(options.aws ?? null, 'dynamo');
  const credentials = personalAwsCredentials(options.profile ?? null, process.env);
  return openTable(name, { credentials, region: awsRegion });
}

/** The region that the SDK finds. The error says where it can be set. */
export async function awsRegion(): Promise<string> {
  const client = new DirectConnectClient({});
  try {
    return await client.config.region();
  } catch {
    throw new LedgerFailure('no AWS region; set AWS_REGION, or `region` in the AWS profile');
  } finally {
    client.destroy();
  }
}

/**
 * Deletes expired history records beside a ledger file, at most once a day. A table deletes them by itself.
 * @returns why the deletion failed; `null` when it succeeded or was not due
 */
export async function pruneLedger(options: LedgerOptions): Promise<string | null> {
  const path = ledgerPath(options);
  if (isLedgerTable(path)) return null;
  try {
    await pruneRecords(path, systemClock.now());
    return null;
  } catch (error) {
    if (error instanceof LedgerFailure) return error.message;
    throw error;
  }
}

/** The lease of another run, as shown by the ledger file. */
export interface LedgerLock {
  /** latest time of its release */
  readonly until: string;
  /** when the other run acquired it */
  readonly since: string;
  /** process and machine of the other run; `null`: not known */
  readonly by: Pick<LeaseHolder, 'pid' | 'host'> | null;
}

/**
 * Reads the lease that kept a run from its target.
 * @returns `null` when it cannot be read here, or was released meanwhile
 */
export async function readLedgerLock(
  { recipient }: Policy,
  options: LedgerOptions,
): Promise<LedgerLock | null> {
  const path = ledgerPath(options);
  if (isLedgerTable(path)) return null;
  try {
    const { file } = await loadLedgerFile(path);
    const target = readTarget(file, recipientKey(recipient));
    if (target.lease === null) return null;
    const { until } = target.lease;
    // Only this command line writes a ledger file, always with the same lease duration.
    const since = new Date(Date.parse(until) - LEASE_MS).toISOString();
    return { until, since, by: holderOf(target) };
  } catch (error) {
    // The lease is only for the message: the result of the run is already known.
    if (error instanceof RunFailure) return null;
    throw error;
  }
}

/** Says when the lease ends. Whether the other run still works is not known: it may have been killed. */
export function describeLedgerLock(lock: LedgerLock | null, now: Date): string {
  const by = lock?.by ?? null;
  const run = by === null ? 'another run' : `another run (process ${by.pid} on ${escapeText(by.host)})`;
  const other = `by ${run}, which is still working or was stopped before it could release it`;
  if (lock === null)
    return `nothing was done: the ledger is locked ${other}; it is released within ${formatDuration(MAX_LEASE_MS / 1000)}`;
  const left = formatDuration(Math.max(0, Date.parse(lock.until) - now.getTime()) / 1000);
  return `nothing was done: the ledger has been locked since ${lock.since} ${other}; it is released at ${lock.until} at the latest, in ${left}`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The file that stores which findings were reported: beside a ledger file; for a table, in the XDG state folder. */
export function checkStatePath(env: Environment, ledger: string, table: string | null): string {
  if (table !== null) return join(stateFolder(env), `dynamodb-${table}.checks.json`);
  return ledger.replace(/(\.json)?$/, '.checks.json');
}

/** The ledger file used without `--ledger`: in the XDG state folder, one per endpoint override. */
export function defaultLedgerPath(env: Environment, endpoint: string | undefined): string {
  const folder = stateFolder(env);
  if (endpoint === undefined) return join(folder, 'ledger.json');
  // State from an emulator must not mix with that of the real recipient.
  const pathOf = (url: string): string => join(folder, `ledger-${url.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
  const origin = URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint;
  // Release 0.1.0 used the text as given, so that `URL` and `URL/` had separate ledgers. Such a file is still used.
  const earlier = [endpoint, origin, `${origin}/`].map(pathOf);
  return earlier.find((path) => existsSync(path)) ?? pathOf(origin);
}

function stateFolder(env: Environment): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'vif-acceptor');
}

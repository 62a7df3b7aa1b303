import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { TABLE_KEYS } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { writePolicy } from '../core/policyText.ts';
import { finiteNumber, looseObject, optional, text } from '../emulator/decoders.ts';
import { bundleFunction } from '../scripts/bundle.ts';
import { type RecordedCall, readRecordedCalls } from './calls/recordedCalls.ts';
import { type Plan, type ServerUrls, sendSigned, writePlan } from './calls/replayPlan.ts';
import { type BenchProcess, startProcess } from './childProcess.ts';
import {
  compileOrThrow,
  connectionsOf,
  type Population,
  policyText,
  RECIPIENT_ACCOUNT,
} from './world/population.ts';

/** Measurement of one call of a handler, as the harness reports it. */
export interface Invocation {
  readonly ms: number;
  /** CPU time, in milliseconds */
  readonly cpu: number;
  /** from the start of its process until all modules were imported, and until the end of the call, in milliseconds */
  readonly imported: number;
  readonly sinceStart: number;
  /** bytes of memory before the call, and the peak until its end */
  readonly idle: number;
  readonly peak: number;
  /** from the report of a run */
  readonly status: string;
  readonly counts: { readonly accepted: number } | null;
}

/** Reads a message of the harness. */
export function readInvocation(said: unknown): Invocation {
  return read(said, '');
}

const read = looseObject<Invocation>({
  ms: finiteNumber,
  cpu: finiteNumber,
  imported: finiteNumber,
  sinceStart: finiteNumber,
  idle: finiteNumber,
  peak: finiteNumber,
  status: text,
  counts: optional(looseObject({ accepted: finiteNumber }), null),
});

/** Throws if the run failed or accepted another number of requests: its measurement would be wrong. */
export function assertAccepted(number: number, { status, counts }: Invocation): void {
  const accepted = counts?.accepted ?? 0;
  if (status !== 'completed' || accepted !== number)
    throw new Error(
      `a run should accept ${number} requests: it ${status || 'ended'} and accepted ${accepted}`,
    );
}

/** Megabytes above the memory of the idle process. */
export function memoryGrowthMb({ idle, peak }: Invocation): number {
  return (peak - idle) / 2 ** 20;
}

/**
 * Node options for measuring memory, with a small heap. By default, V8 uses several times as much before it collects garbage. Within the
 * heap it still collects late, so the old space is only as large as the process needs to be as fast as with a larger one.
 * @param megabytes of the old space
 */
export function smallHeapFlags(megabytes: number): readonly string[] {
  return ['--max-semi-space-size=2', `--max-old-space-size=${megabytes}`];
}

/** The three servers, each in its own process, and the processes that are measured against them. */
export interface BenchEnvironment {
  /** for files; deleted on close */
  readonly folder: string;
  readonly urls: ServerUrls;
  /** metadata of the bundles */
  readonly bundled: { readonly function: Metafile; readonly sdkClients: Metafile };
  /** Resets the provider, fills it, and discards recorded calls. @param latency of its answers, in milliseconds */
  fill(population: Population, latency: number): Promise<void>;
  /** @returns the name of a new, empty table */
  newTable(): Promise<string>;
  /** The calls that the servers recorded since the last time, in order. */
  takeRecordedCalls(): Promise<readonly RecordedCall[]>;
  /** The deployed function, for the first region of a population. */
  startFunction(population: Population, table: string, how?: StartOptions): Promise<BenchProcess>;
  startBareLoop(how?: StartOptions): Promise<BenchProcess>;
  /** A bundle with only the SDK's clients. */
  startSdkClients(population: Population, how: StartOptions): Promise<BenchProcess>;
  /** @returns the event that makes a side replay these calls, with another table instead of the recorded one */
  eventFor(plan: Plan<RecordedCall>, table: string, instead: string): { readonly plan: string };
  close(): Promise<void>;
}

/** Options for starting a side. */
export interface StartOptions {
  /** the first event, for a cold start */
  readonly event?: object;
  /** Node options */
  readonly flags?: readonly string[];
}

export const TARGET = 'hub';

const LEDGER_REGION = 'eu-west-3';
const PROCESSES = join(import.meta.dirname, 'processes');

export async function startBenchEnvironment(): Promise<BenchEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-bench-'));
  const at = (name: string): string => join(folder, name);
  const [metafile, sdkClients] = [await bundleFunction(at('function.mjs')), await bundleOf('sdkClients')];
  await bundleOf('bareLoop');
  await bundleOf('harness');
  const servers = await Promise.all(
    ['provider', 'ledger', 'bus'].map((name) => startProcess(join(PROCESSES, 'server.ts'), [name])),
  );
  const [provider = '', ledger = '', bus = ''] = servers.map(({ first }) => text(first, ''));
  const urls = { provider, ledger, bus };

  function bundleOf(name: string): Promise<Metafile> {
    return bundleFunction(at(`${name}.mjs`), join(PROCESSES, `${name}.ts`));
  }

  const reachable = {
    AWS_ENDPOINT_URL_DYNAMODB: ledger,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus,
    BENCH_PROVIDER: provider,
    BENCH_LEDGER: ledger,
    BENCH_BUS: bus,
  };
  const run = (side: string, env: Readonly<Record<string, string>>, { event, flags }: StartOptions = {}) => {
    const args = [at(`${side}.mjs`), ...(event ? [JSON.stringify(event)] : [])];
    return startProcess(
      at('harness.mjs'),
      args,
      { ...emulatorKeys(LEDGER_REGION), ...env, ...reachable },
      flags,
    );
  };

  const takeRecordedCalls = async (): Promise<readonly RecordedCall[]> => {
    const taken = await Promise.all(
      servers.map(async (server) => readRecordedCalls(await server.ask('take'), '')),
    );
    return taken.flat().sort((a, b) => a.at - b.at);
  };

  return {
    folder,
    urls,
    bundled: { function: metafile, sdkClients },
    takeRecordedCalls,
    fill: async (population, latency) => {
      await servers[0]?.ask('fill', { population, latency });
      await takeRecordedCalls();
    },
    newTable: async () => {
      const name = `ledger-${randomUUID()}`;
      const body = Buffer.from(JSON.stringify(tableInput(name)));
      const target = 'DynamoDB_20120810.CreateTable';
      const call = { key: RECIPIENT_ACCOUNT, region: LEDGER_REGION, service: 'dynamodb', target };
      await sendSigned(urls, { ...call, contentType: 'application/x-amz-json-1.0', body });
      await takeRecordedCalls();
      return name;
    },
    startFunction: (population, table, how) => {
      const policyDir = mkdtempSync(at('policy-'));
      const { policy } = compileOrThrow(
        policyText(connectionsOf(population, 0), population.regions[0] ?? ''),
        TARGET,
      );
      writeFileSync(join(policyDir, `${TARGET}.json`), writePolicy(policy));
      writeFileSync(join(policyDir, 'revision.txt'), 'bench\n');
      const env = {
        VIF_ACCEPTOR_POLICY_DIR: policyDir,
        VIF_ACCEPTOR_ENDPOINT: provider,
        VIF_ACCEPTOR_GATEWAY_ENDPOINT: provider,
        VIF_ACCEPTOR_TABLE: table,
      };
      return run('function', env, how);
    },
    startBareLoop: (how) => run('bareLoop', {}, how),
    startSdkClients: ({ regions: [region = ''] }, how) => run('sdkClients', { BENCH_REGION: region }, how),
    eventFor: (plan, table, instead) => {
      const file = at(`plan-${randomUUID()}.json`);
      writePlan(plan, file, [table, instead]);
      return { plan: file };
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Environment with keys for the emulator, and no settings of this machine. */
export function emulatorKeys(region: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

function tableInput(name: string): object {
  const attributes = [TABLE_KEYS.partition, TABLE_KEYS.sort];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: attributes.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
  };
}

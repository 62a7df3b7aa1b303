import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../adapters/connectApis.ts';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { FORMAT_1 } from '../../adapters/ledgers/formats/format1.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import { toStored } from '../../adapters/ledgers/storedForm.ts';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { compilePolicy } from '../../language/index.ts';
import type { Ledger } from '../../run/ports.ts';
import { runCli } from '../support/cli.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { startRecorded } from './recordedApi.ts';
import { toStoredNames } from './storedState.ts';

/**
 * Every release reads what earlier releases stored. Each folder here has the ledger of one release as a file and as a table, and
 * what that release itself read from it and decided (`record.ts`).
 */

const RELEASES = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^\d/.test(entry.name))
  .map(({ name }) => name);
/** The recipient key of the target of each provider. */
const KEYS = { outscale: 'outscale/eu-west-2/012345678901', aws: 'aws/eu-west-1/012345678901' } as const;
const STORED = PROVIDERS.flatMap((provider) =>
  (['file', 'dynamodb'] as const).map((kind) => ({ provider, kind })),
);

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.close());

/** A writable copy of the ledger of a release. */
interface Copied {
  readonly folder: string;
  readonly ledger: Ledger;
  /** value for `--ledger` */
  readonly option: string;
  readonly env: Readonly<Record<string, string>>;
}

async function copyOf(release: string, provider: Provider, kind: 'file' | 'dynamodb'): Promise<Copied> {
  const recorded = join(import.meta.dirname, release, provider, kind);
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(import.meta.dirname, release, 'policy'), join(folder, 'policy'), { recursive: true });
  if (kind === 'file') {
    cpSync(recorded, folder, { recursive: true });
    const option = join(folder, 'ledger.json');
    return { folder, option, env: {}, ledger: createFileLedger(option, systemClock) };
  }
  const table = await dynamo.createTable();
  await fill(table, recorded);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const ledger = createDynamoLedger(openTable(table, dynamo.config), systemClock);
  return { folder, option: `dynamodb:${table}`, env, ledger };
}

const items = z.array(z.record(z.string(), z.record(z.string(), z.unknown())));

async function fill(table: string, recorded: string): Promise<void> {
  const client = new DynamoDBClient(dynamo.config);
  for (const item of items.parse(read(join(recorded, 'table.json')))) {
    const attributes = Object.entries(item).map(([name, value]) => [name, attribute(value)]);
    await client.send(new PutItemCommand({ TableName: table, Item: Object.fromEntries(attributes) }));
  }
  client.destroy();
}

/** JSON has no binary values, so they are recorded as base64. */
function attribute(value: Readonly<Record<string, unknown>>): AttributeValue {
  if (typeof value.B === 'string') return { B: Buffer.from(value.B, 'base64') };
  if (typeof value.S === 'string') return { S: value.S };
  if (typeof value.N === 'string') return { N: value.N };
  return value.NULL === true ? { NULL: true } : { BOOL: value.BOOL === true };
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

const state = z.record(z.string(), z.unknown());
const request = z.object({
  id: z.string(),
  firstSeen: z.string(),
  deadline: z.object({ earliest: z.string().nullable(), latest: z.string().nullable() }),
  outcome: z.string(),
  decision: z.object({
    verdict: z.string(),
    owner: z.string().optional(),
    grant: z.string().optional(),
    gateway: z.string().optional(),
    reasons: z.array(z.object({ code: z.string() })).optional(),
  }),
});
const runs = z.array(
  z.object({ requests: z.array(request), ended: z.array(z.unknown()), failures: z.array(z.unknown()) }),
);
/** Release 0.1.0 called the list `passes`. */
const plan = z
  .object({ passes: runs.optional(), runs: runs.optional() })
  .transform(({ passes = [], runs: [first] = passes }) => first);
const receipts = z.object({
  receipts: z.array(z.object({ receipt: z.object({ id: z.string() }), replay: z.string() })),
  damaged: z.array(z.string()),
});

it('every kind of ledger item is recorded', () => {
  const recordings = RELEASES.flatMap((release) =>
    STORED.map(({ provider, kind }) => join(import.meta.dirname, release, provider, kind)),
  );
  for (const recording of recordings) {
    const { sightings, intents, acceptances, outbox, failing } = state.parse(
      read(join(recording, 'state.json')),
    );
    for (const part of [sightings, intents, acceptances, outbox, failing])
      expect(Object.keys(z.object({}).loose().parse(part))).not.toEqual([]);
  }
  expect(RELEASES).toContain('0.1.0');
});

describe.for(RELEASES)('what release %s stored', (release) => {
  describe.for(STORED)('of $provider as $kind', ({ provider, kind }) => {
    const recorded = join(import.meta.dirname, release, provider, kind);

    it('is read as that release read it', async () => {
      const { ledger } = await copyOf(release, provider, kind);
      const before = state.parse(read(join(recorded, 'state.json')));
      expect(toStoredNames(await ledger.readState(KEYS[provider]))).toMatchObject(before);
    });

    it('leads to the decisions and deadlines of that release', async () => {
      const { folder, option, env } = await copyOf(release, provider, kind);
      const api = await startRecorded(recorded);
      const at = ['--policy', `policy/${provider}.yaml`, '--ledger', option];
      const apis = ['--endpoint', api.url, '--gateway-endpoint', api.url];
      const { stdout, code } = await runCli(folder, ['plan', '--json', ...at, ...apis], env);
      expect(code).toBe(0);
      const before = plan.parse(read(join(recorded, 'plan.json')));
      const now = plan.parse(JSON.parse(stdout));
      expect(now).toEqual(before);
      expect(now?.requests.length).toBeGreaterThan(3);
    });

    it('has receipts that are re-evaluated to the same decision', async () => {
      const { folder, option, env } = await copyOf(release, provider, kind);
      const at = ['--policy', `policy/${provider}.yaml`, '--ledger', option];
      const { stdout, code } = await runCli(folder, ['receipts', '--json', ...at], env);
      const before = receipts.parse(read(join(recorded, 'receipts.json')));
      expect(before.receipts.length).toBeGreaterThan(1);
      expect(receipts.parse(JSON.parse(stdout))).toEqual(before);
      expect(code).toBe(0);
    });

    it('is written again and read again', async () => {
      const { ledger } = await copyOf(release, provider, kind);
      const before = await ledger.readState(KEYS[provider]);
      // The lease of the killed run has expired by now.
      const session = await ledger.open(KEYS[provider], 60_000);
      const { observations, intents, acceptances } = before;
      await session?.write([
        ...Object.entries(observations).map(([id, observation]) => ({
          kind: 'observed' as const,
          id,
          observation,
        })),
        ...Object.entries(intents).map(([id, intent]) => ({ kind: 'intended' as const, id, intent })),
      ]);
      await session?.close(
        Object.entries(acceptances).map(([id, acceptance]) => {
          return { kind: 'accepted' as const, id, acceptance: { ...acceptance }, receipt: null };
        }),
      );
      expect(await ledger.readState(KEYS[provider])).toEqual(before);
    });
  });
});

describe.for(RELEASES)('a policy that release %s compiled', (release) => {
  it.for(PROVIDERS)('has every key under the name that it has today, for %s', (provider) => {
    const archive = join(import.meta.dirname, release, provider, 'file/ledger.policies');
    const compiled = readdirSync(archive).map((file) => read(join(archive, file)));
    const text = readFileSync(join(import.meta.dirname, release, 'policy', `${provider}.yaml`), 'utf8');
    const today = compilePolicy({ file: `${provider}.yaml`, text });
    if (!today.ok) throw new Error('today the policy has errors');
    expect(compiled).toHaveLength(1);
    expect(JSON.parse(today.text)).toMatchObject(z.object({}).loose().parse(compiled[0]));
  });

  it.for(PROVIDERS)('has the same digest today, for %s', (provider) => {
    const archive = join(import.meta.dirname, release, provider, 'file/ledger.policies');
    const text = readFileSync(join(import.meta.dirname, release, 'policy', `${provider}.yaml`), 'utf8');
    const today = compilePolicy({ file: `${provider}.yaml`, text });
    expect(readdirSync(archive)).toEqual([`${today.ok && today.digest.replace('sha256:', '')}.json`]);
  });
});

it.each(PROVIDERS)('format 1 has exactly the keys that release 0.1.0 stored, for %s', (provider) => {
  const recorded = join(import.meta.dirname, '0.1.0', provider, 'file');
  const ledger = z.object({
    targets: z.record(z.string(), z.object({ items: z.record(z.string(), z.unknown()) })),
  });
  const file = ledger.parse(read(join(recorded, 'ledger.json')));
  const lines = readFileSync(join(recorded, 'ledger.records.jsonl'), 'utf8');
  const record = z.object({ kind: z.string(), value: z.unknown() });
  const stored = [
    ...Object.entries(file.targets[KEYS[provider]]?.items ?? {}).map(([name, value]) => ({
      kind: name.split('/')[0],
      value,
    })),
    ...lines
      .trim()
      .split('\n')
      .map((line) => record.parse(JSON.parse(line))),
  ];
  const kinds = z.enum(['sighting', 'intent', 'acceptance', 'announcement', 'receipt', 'ended']);
  for (const { kind: name, value } of stored) {
    const kind = kinds.parse(name);
    expect(toStored(kind, STORED_NAMES[kind].toNew(value))).toMatchObject({ data: value, more: null });
  }
  expect(new Set(stored.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FORMAT_1)));
});

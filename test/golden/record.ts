import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../adapters/connectApis.ts';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { callKey } from './callKey.ts';
import { toStoredNames } from './storedState.ts';

/**
 * Records what a release stores. `node bin/launch.cjs test/golden/record.ts RELEASE` plays one scenario with the command line of
 * this checkout. It saves the ledger as a file and as a table, the state that the release reads from it,
 * and the API's answers to the last plan. Every later release must read these files: `test/golden/golden.test.ts`.
 */
const [release] = process.argv.slice(2);
if (release === undefined) throw new Error('usage: node bin/launch.cjs test/golden/record.ts RELEASE');
const ROOT = join(import.meta.dirname, '../..');
const OUT = join(import.meta.dirname, release);
const CONNECTION = { acme: 'dxcon-1a2b3c4d', globex: 'dxcon-2b3c4d5e', unknown: 'dxcon-9f9f9f9f' };
/** The account of a second owner of the policy. */
const GLOBEX = '321098765432';

type Provider = 'outscale' | 'aws';

const REGION = { outscale: 'eu-west-2', aws: 'eu-west-1' };
const DX_GATEWAY = '5f294f92-bafb-4011-916d-9b0bd1b0e5aa';

function scenarioOf(provider: Provider) {
  return {
    region: REGION[provider],
    options: { dialect: provider, seed: 7 },
    gateways: [
      { account: RECIPIENT_ACCOUNT, id: 'vgw-87654321', vpc: 'vpc-1a2b3c4d' },
      // Without propagated routes, so that the recording has a problem of an accepted interface.
      { account: RECIPIENT_ACCOUNT, id: 'vgw-12345678', vpc: 'vpc-5e6f7a8b', propagates: false },
    ],
    directConnectGateways:
      provider === 'aws' ? [{ account: RECIPIENT_ACCOUNT, id: DX_GATEWAY, name: 'backbone' }] : [],
    connections: [
      { account: ACME, id: CONNECTION.acme, name: 'acme-par1', location: 'PAR1' },
      { account: GLOBEX, id: CONNECTION.globex, name: 'globex-par1', location: 'PAR1' },
      { account: UNKNOWN_REQUESTER, id: CONNECTION.unknown, name: 'other-par1', location: 'PAR1' },
    ],
  };
}

/** The environment of a command. */
interface Surroundings {
  readonly provider: Provider;
  readonly folder: string;
  readonly api: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ledger: string;
}

function command({ provider, folder, api, env, ledger }: Surroundings, name: string, ...more: string[]) {
  const apis = ['--endpoint', api, '--gateway-endpoint', api, '--ledger', ledger];
  const receipts = name === 'receipts';
  const args = [name, '--policy', `policy/${provider}.yaml`, ...(receipts ? apis.slice(4) : apis), ...more];
  return spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      INIT_CWD: folder,
      XDG_STATE_HOME: join(folder, 'state'),
      OSC_ACCESS_KEY: RECIPIENT_ACCOUNT,
      OSC_SECRET_KEY: 'secret',
      AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function type(at: Surroundings, name: string, ...more: string[]): Promise<string> {
  const child = command(at, name, ...more);
  let [said, complained] = ['', ''];
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    complained += String(chunk);
  });
  const [code] = await once(child, 'close');
  process.stderr.write(`${name} ${more.join(' ')}: exit code ${code}\n${complained}`);
  return said;
}

/** A scenario that leaves every kind of ledger entry: pending, held, failed, intended, accepted, followed, ended, undelivered, failing, leased. */
async function story(simulator: Emulator, at: Surroundings): Promise<void> {
  const region = REGION[at.provider];
  const acme = actAs(simulator, ACME, region);
  const globex = actAs(simulator, GLOBEX, region);
  const other = actAs(simulator, UNKNOWN_REQUESTER, region);
  const events = join(at.folder, 'events.jsonl');
  const run = () => type(at, 'run', '--json', '--events', events);

  await other.offer({ connection: CONNECTION.unknown, vlan: 7, name: 'there before the first run' });
  await run();
  await acme.offer({
    connection: CONNECTION.acme,
    vlan: 101,
    name: 'acme-prod-1',
    authKey: 'not-a-real-key-1',
  });
  await acme.offer({
    connection: CONNECTION.acme,
    vlan: 102,
    name: 'acme-prod-2',
    authKey: 'not-a-real-key-2',
  });
  await acme.offer({ connection: CONNECTION.acme, vlan: 3100, name: 'acme "quarantine" \u00e9' });
  await globex.offer({ connection: CONNECTION.globex, vlan: 300, name: 'globex-1', asn: 4200000001 });
  const withdrawn = await other.offer({ connection: CONNECTION.unknown, vlan: 8, name: 'withdrawn' });
  const expired = await other.offer({ connection: CONNECTION.unknown, vlan: 9, name: 'expired' });
  // The third confirm has an unknown result, so its intent is kept.
  simulator.addFault({ kind: 'reset', operation: 'ConfirmPrivateVirtualInterface', after: 2, times: 1 });
  await run();
  simulator.clearFaults();

  simulator.clock.advance('PT3M');
  await other.withdraw(withdrawn);
  simulator.forceState(expired, 'expired');
  await acme.offer({ connection: CONNECTION.acme, vlan: 999, name: 'matches no grant' });
  // The path of the events file is a folder, so events stay queued.
  rmSync(events, { force: true });
  mkdirSync(events);
  simulator.addFault({ kind: 'reset', operation: 'ConfirmPrivateVirtualInterface', times: 'always' });
  await run();
  simulator.addFault({ kind: 'serverError', operation: 'DescribeVirtualInterfaces', times: 'always' });
  await run();
  simulator.clearFaults();

  // Killed while it lists, so its lease is kept.
  simulator.addFault({ kind: 'hang', operation: 'DescribeVirtualInterfaces', times: 'always' });
  const killed = command(at, 'run');
  for (let calls = simulator.calls().length; simulator.calls().length === calls; ) await pause(50);
  await pause(500);
  killed.kill('SIGKILL');
  await once(killed, 'close');
  simulator.clearFaults();
}

/** A server on loopback that forwards calls and records the answers. */
async function startRecorder(simulator: Emulator) {
  const answers: Record<string, { status: number; type: string; body: string }> = {};
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const options = {
      port: simulator.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    };
    const call = httpRequest(options, async (answer) => {
      const text = await bodyOf(answer);
      const { statusCode: status = 500, headers } = answer;
      answers[callKey(incoming.headers['x-amz-target'], body)] = {
        status,
        type: headers['content-type'] ?? '',
        body: text,
      };
      outgoing.writeHead(status, headers).end(text);
    });
    // A connection that the emulator resets is also reset here.
    call.on('error', () => incoming.socket.destroy());
    call.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, answers, close: () => server.close() };
}

async function bodyOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function recordOne(provider: Provider, kind: 'file' | 'dynamodb', dynamo: Dynamo): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-golden-'));
  const simulator = await startEmulator({
    scenario: readScenario(scenarioOf(provider)),
    now: new Date(),
  });
  const recorder = await startRecorder(simulator);
  try {
    cpSync(join(import.meta.dirname, 'policy'), join(folder, 'policy'), { recursive: true });
    const table = await dynamo.createTable();
    const env: Record<string, string> =
      kind === 'file'
        ? {}
        : {
            AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
            AWS_REGION: 'eu-west-3',
          };
    const ledger = kind === 'file' ? join(folder, 'ledger.json') : `dynamodb:${table}`;
    const at = { provider, folder, api: recorder.url, env, ledger };
    await story(simulator, at);
    for (const call of Object.keys(recorder.answers)) delete recorder.answers[call];
    const out = join(OUT, provider, kind);
    mkdirSync(out, { recursive: true });
    const keep = (name: string, value: unknown): void =>
      writeFileSync(join(out, name), `${JSON.stringify(value, null, 1)}\n`);
    if (kind === 'file') keepFiles(folder, out);
    else keep('table.json', await itemsOf(dynamo, table));
    keep('plan.json', JSON.parse(await type(at, 'plan', '--json')));
    keep('answers.json', recorder.answers);
    keep('receipts.json', JSON.parse(await type(at, 'receipts', '--json')));
    keep(
      'state.json',
      await stateIn(`${provider}/${REGION[provider]}/${RECIPIENT_ACCOUNT}`, kind, ledger, dynamo, table),
    );
  } finally {
    recorder.close();
    await simulator.close();
    rmSync(folder, { recursive: true });
  }
}

function keepFiles(folder: string, out: string): void {
  for (const name of ['ledger.json', 'ledger.records.jsonl', 'ledger.policies'])
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(out, name), { recursive: true });
}

async function itemsOf(dynamo: Dynamo, table: string): Promise<unknown[]> {
  const client = new DynamoDBClient(dynamo.config);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  client.destroy();
  return Items.map((item) =>
    Object.fromEntries(
      Object.entries(item).map(([name, value]) => [
        name,
        // JSON has no binary values.
        value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
      ]),
    ),
  ).sort((a, b) => (JSON.stringify([a.pk, a.sk]) < JSON.stringify([b.pk, b.sk]) ? -1 : 1));
}

/** The state as the release itself reads it. */
async function stateIn(
  key: string,
  kind: 'file' | 'dynamodb',
  ledger: string,
  dynamo: Dynamo,
  table: string,
): Promise<unknown> {
  const recorded =
    kind === 'file'
      ? createFileLedger(ledger, systemClock)
      : createDynamoLedger(openTable(table, dynamo.config), systemClock);
  return toStoredNames(await recorded.readState(key));
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
cpSync(join(import.meta.dirname, 'policy'), join(OUT, 'policy'), { recursive: true });
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const dynamo = await startDynalite();
for (const provider of ['outscale', 'aws'] as const)
  for (const kind of ['file', 'dynamodb'] as const) await recordOne(provider, kind, dynamo);
await dynamo.close();
process.stderr.write(`recorded version ${version} in ${OUT}\n`);

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { AllocatePrivateVirtualInterfaceCommand, DirectConnectClient } from '@aws-sdk/client-direct-connect';
import type { Context } from 'aws-lambda';
import { createInMemoryLedger } from '../adapters/ledgers/inMemoryLedger.ts';
import type { AcceptorEvent } from '../core/events/event.ts';
import type { RunReport } from '../core/runReport.ts';
import { type Emulator, readScenario, startEmulator } from '../emulator/emulator.ts';
import { createHandler } from '../lambda/createHandler.ts';
import { compilePolicy, formatDiagnostic } from '../language/index.ts';

/** A request that another account makes. */
export interface Offer {
  /** the requesting account */
  readonly from: string;
  readonly connection: string;
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  /** last two octets of its /30 in 169.254.0.0/16 */
  readonly subnet: readonly [number, number];
}

/** An emulator in this process, with the function deployed against it. */
export interface DemoEnvironment {
  readonly emulator: Emulator;
  offer(offer: Offer): Promise<string>;
  /** Invokes the real handler once. @returns its report, and the events that it published */
  run(): Promise<{ report: RunReport; events: readonly AcceptorEvent[] }>;
  close(): Promise<void>;
}

export const POLICY_FILE = join(import.meta.dirname, 'hub.yaml');
const TARGET = 'hub';

export async function startDemoEnvironment(): Promise<DemoEnvironment> {
  // Metrics lines for CloudWatch would be printed between the lines of the demo.
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  const scenario = readScenario(JSON.parse(readFileSync(join(import.meta.dirname, 'scenario.json'), 'utf8')));
  const emulator = await startEmulator({ scenario });
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-demo-'));
  await deployPolicy(dir);
  const clock = { now: () => emulator.clock.now(), monotonic: () => performance.now() };
  const published: AcceptorEvent[] = [];
  const reports: RunReport[] = [];
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: dir,
      VIF_ACCEPTOR_ENDPOINT: emulator.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: emulator.url,
      VIF_ACCEPTOR_TABLE: 'demo',
    },
    clock,
    logger: new Logger({ serviceName: 'vif-acceptor', logLevel: 'SILENT' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: '012345678901', secretAccessKey: 'secret' }),
    ledger: () => createInMemoryLedger(clock),
    eventPublisher: {
      publish: async (events) => {
        published.push(...events);
        return { delivered: events.map(({ id }) => id), problem: null };
      },
    },
    onReport: (report) => {
      reports.push(report);
    },
  });
  return {
    emulator,
    offer: (offer) => allocate(emulator, offer),
    run: async () => {
      await handler({ target: TARGET }, context());
      const [report] = reports.splice(0);
      if (report === undefined) throw new Error('the function reported nothing');
      return { report, events: published.splice(0) };
    },
    close: async () => {
      await emulator.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** Compiles the policy into the folder that the function reads, as the CDK app does. */
async function deployPolicy(dir: string): Promise<void> {
  const compiled = compilePolicy({ file: POLICY_FILE, text: readFileSync(POLICY_FILE, 'utf8') });
  if (!compiled.ok) throw new Error(compiled.errors.map(formatDiagnostic).join('\n'));
  await writeFile(join(dir, `${TARGET}.json`), compiled.text);
  await writeFile(join(dir, 'revision.txt'), 'demo');
}

/** Makes a request as another account, with the SDK and the real protocol. */
async function allocate(
  emulator: Emulator,
  { from, connection, name, vlan, asn, subnet: [net, first] }: Offer,
): Promise<string> {
  const client = new DirectConnectClient({
    region: 'eu-west-2',
    endpoint: emulator.url,
    credentials: { accessKeyId: from, secretAccessKey: 'secret' },
  });
  const newPrivateVirtualInterfaceAllocation = {
    virtualInterfaceName: name,
    vlan,
    asn,
    authKey: 'a-bgp-key',
    amazonAddress: `169.254.${net}.${first + 1}/30`,
    customerAddress: `169.254.${net}.${first + 2}/30`,
  };
  const input = {
    connectionId: connection,
    ownerAccount: '012345678901',
    newPrivateVirtualInterfaceAllocation,
  };
  const { virtualInterfaceId } = await client.send(new AllocatePrivateVirtualInterfaceCommand(input));
  client.destroy();
  return virtualInterfaceId ?? '';
}

/** The context object that Lambda passes to a function. */
function context(): Context {
  const end = performance.now() + 240_000;
  const nothing = (): void => {};
  return {
    awsRequestId: 'demo',
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'vif-acceptor',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-3:000000000000:function:vif-acceptor',
    logGroupName: 'demo',
    logStreamName: 'demo',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => end - performance.now(),
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}

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
import { compilePolicy, formatFault } from '../language/index.ts';

/** What a requester asks for. */
export interface Offer {
  /** account that asks */
  readonly from: string;
  readonly connection: string;
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  /** last two octets of its /30 in 169.254.0.0/16 */
  readonly subnet: readonly [number, number];
}

/** An embedded cloud with the function deployed into it. */
export interface DemoEnvironment {
  readonly simulator: Emulator;
  offer(offer: Offer): Promise<string>;
  /** One invocation of the real handler, and what it announced. */
  run(): Promise<{ report: RunReport; announced: readonly AcceptorEvent[] }>;
  close(): Promise<void>;
}

export const POLICY_FILE = join(import.meta.dirname, 'hub.yaml');
const TARGET = 'hub';

export async function startDemoEnvironment(): Promise<DemoEnvironment> {
  // What Lambda would send to CloudWatch has no place between the lines of a story.
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  const scenario = readScenario(JSON.parse(readFileSync(join(import.meta.dirname, 'scenario.json'), 'utf8')));
  const simulator = await startEmulator({ scenario });
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-demo-'));
  await deployPolicy(dir);
  const clock = { now: () => simulator.clock.now(), monotonic: () => performance.now() };
  const announced: AcceptorEvent[] = [];
  const reports: RunReport[] = [];
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: dir,
      VIF_ACCEPTOR_ENDPOINT: simulator.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: simulator.url,
      VIF_ACCEPTOR_TABLE: 'demo',
    },
    clock,
    logger: new Logger({ serviceName: 'vif-acceptor', logLevel: 'SILENT' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: '012345678901', secretAccessKey: 'secret' }),
    ledger: () => createInMemoryLedger(clock),
    eventPublisher: {
      publish: async (announcements) => {
        announced.push(...announcements);
        return { delivered: announcements.map(({ id }) => id), problem: null };
      },
    },
    onReport: (report) => {
      reports.push(report);
    },
  });
  return {
    simulator,
    offer: (offer) => allocate(simulator, offer),
    run: async () => {
      await handler({ target: TARGET }, context());
      const [report] = reports.splice(0);
      if (report === undefined) throw new Error('the function reported nothing');
      return { report, announced: announced.splice(0) };
    },
    close: async () => {
      await simulator.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** Compiles the policy as the CDK app does. */
async function deployPolicy(dir: string): Promise<void> {
  const compiled = compilePolicy({ file: POLICY_FILE, text: readFileSync(POLICY_FILE, 'utf8') });
  if (!compiled.ok) throw new Error(compiled.errors.map(formatFault).join('\n'));
  await writeFile(join(dir, `${TARGET}.json`), compiled.text);
  await writeFile(join(dir, 'revision.txt'), 'demo');
}

/** As another account, by the SDK and the real protocol. */
async function allocate(
  simulator: Emulator,
  { from, connection, name, vlan, asn, subnet: [net, first] }: Offer,
): Promise<string> {
  const client = new DirectConnectClient({
    region: 'eu-west-2',
    endpoint: simulator.url,
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

/** What Lambda tells a function of its invocation. */
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

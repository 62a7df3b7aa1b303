import { onTestFinished } from 'vitest';
import type { ClientSettings } from '../../adapters/awsProtocol/sdkClient.ts';
import { connect } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { AVAILABLE_WITHIN_MS } from '../../core/followUp.ts';
import { agreedKeyDigests } from '../../core/policy.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import type { RunReport } from '../../core/runReport.ts';
import { type Emulator, type Options, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { compilePolicy, formatDiagnostic } from '../../language/index.ts';
import type { EventPublisher, Ledger, Ports } from '../../run/ports.ts';
import { executeRun } from '../../run/run.ts';
import type { RunInput } from '../../run/runContext.ts';
import { ACME, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from './accounts.ts';

/** Gateways and connections in every test. */
export const PROD = 'vgw-12345678';
export const LAB = 'vgw-87654321';
export const DETACHED = 'vgw-0badcafe';
export const DC_GATEWAY = '11111111-2222-4333-8444-555555555555';
export const ACME_1 = 'dxcon-11111111';
export const ACME_2 = 'dxcon-22222222';
export const OWN_CONNECTION = 'dxcon-00000000';
export const UNKNOWN_CONNECTION = 'dxcon-9f9f9f9f';

const START = '2026-11-02T08:00:00.000Z';

/** Starts the emulator on loopback with the recipient, an owner of the policies and an unknown requester. It is stopped after the test. */
export async function startTestCloud(options: Options = {}): Promise<Emulator> {
  const gateway = (id: string, vpc: string | null) => ({ account: RECIPIENT_ACCOUNT, id, vpc, asn: 64512 });
  const connection = (account: string, id: string) => ({ account, id, name: id, location: 'PAR1' });
  const scenario = readScenario({
    region: 'eu-west-2',
    gateways: [gateway(PROD, 'vpc-1'), gateway(LAB, 'vpc-2'), gateway(DETACHED, null)],
    directConnectGateways:
      options.dialect === 'aws'
        ? [{ account: RECIPIENT_ACCOUNT, id: DC_GATEWAY, name: 'hub', asn: 64513 }]
        : [],
    connections: [
      connection(ACME, ACME_1),
      connection(ACME, ACME_2),
      connection(RECIPIENT_ACCOUNT, OWN_CONNECTION),
      connection(UNKNOWN_REQUESTER, UNKNOWN_CONNECTION),
    ],
  });
  const simulator = await startEmulator({ now: START, ...options, scenario });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Compiles the YAML of a policy, to which it adds the recipient. */
export function compileTestPolicy(owners: string, provider: 'outscale' | 'aws' = 'outscale'): LoadedPolicy {
  const text = `version: 1\nrecipient: { provider: ${provider}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }\n${owners}`;
  const compiled = compilePolicy({ file: 'hub.yaml', text });
  if (!compiled.ok) throw new Error(compiled.errors.map(formatDiagnostic).join('\n'));
  return { policy: compiled.policy, digest: compiled.digest };
}

/** The policy of most tests: all requests on the first connection of acme get the gateway PROD. */
export const SIMPLE_POLICY = compileTestPolicy(
  `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
);

/** Executes runs like the function, over real HTTP. The runs of one runner share their ledger. */
export interface Runner {
  run(overrides?: Partial<RunInput>, ledger?: Ledger): Promise<RunReport>;
  readonly ledger: Ledger;
  /** for tests that wrap a port, to do something between two calls */
  readonly ports: Ports;
}

export interface RunnerOptions {
  readonly account?: string;
  readonly region?: string;
  readonly requestTimeoutMs?: number;
  readonly credentials?: ClientSettings['credentials'];
  readonly eventPublisher?: EventPublisher;
}

export function createRunner(simulator: Emulator, loaded: LoadedPolicy, options: RunnerOptions = {}): Runner {
  const { account = RECIPIENT_ACCOUNT, requestTimeoutMs = 1000 } = options;
  const recipient = { ...loaded.policy.recipient, ...(options.region ? { region: options.region } : {}) };
  const { credentials = { accessKeyId: account, secretAccessKey: 'secret' } } = options;
  const endpoints = {
    directConnect: simulator.url,
    gateways: simulator.url,
    identity: simulator.url,
    auditLog: simulator.url,
  };
  const connected = connect(
    recipient,
    credentials,
    endpoints,
    requestTimeoutMs,
    agreedKeyDigests(loaded.policy),
  );
  onTestFinished(() => connected.close());
  const clock = { now: () => simulator.clock.now(), monotonic: () => performance.now() };
  const ledger = createInMemoryLedger(clock);
  const input: RunInput = {
    loaded,
    revision: 'test',
    ports: { ...connected, clock, ledger, eventPublisher: options.eventPublisher ?? null },
    callerChecks: { checkedAt: new Map() },
    outage: { publishedCodes: null },
    requestTimeoutMs,
    leaseMs: 60_000,
    remaining: () => Number.POSITIVE_INFINITY,
    availableWithinMs: AVAILABLE_WITHIN_MS,
    endpoint: connected.endpoint,
    gatewayEndpoint: connected.gatewayEndpoint,
    dryRun: false,
  };
  return {
    ledger,
    ports: input.ports,
    run: (overrides = {}, other = ledger) =>
      executeRun({ ...input, ports: { ...input.ports, ledger: other }, ...overrides }),
  };
}

/** The outcome of each request with its grant or reason codes, by ID. */
export function outcomesById(report: Pick<RunReport, 'requests'>): Record<string, string> {
  return Object.fromEntries(
    report.requests.map(({ id, outcome, decision }) => {
      const why =
        decision.verdict === 'accept'
          ? `${decision.owner}.${decision.grant} ${decision.gateway}`
          : decision.reasons.map(({ code }) => code).join(' ');
      return [id, `${outcome} ${why}`];
    }),
  );
}

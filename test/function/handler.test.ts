import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { writePolicy } from '../../core/policyText.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith } from '../support/cli.ts';
import {
  ACME_1,
  compileTestPolicy,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder, requestsInLog } from '../support/lambda.ts';

/** The function as it runs in Lambda, except for its keys and its cloud. */
function functionOn(
  cloud: Emulator,
  env: Record<string, string> = {},
  eventPublisher: EventPublisher = recordingPublisher(),
) {
  return createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY),
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
      VIF_ACCEPTOR_TARGET_METRICS: 'true',
      ...env,
    },
    clock: systemClock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: (table) => {
      tables.push(table);
      return createInMemoryLedger(systemClock);
    },
    eventPublisher,
  });
}

/** The tables for which a ledger was created. */
const tables: string[] = [];
/** The lines that the function writes to its log. */
const log: string[] = [];

beforeEach(() => {
  tables.length = 0;
  log.length = 0;
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The one metrics document that an invocation writes. */
function metrics(): Record<string, unknown> {
  const documents = log
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => '_aws' in line);
  expect(documents).toHaveLength(1);
  return documents[0] ?? {};
}

describe('the function', () => {
  it('calls the AWS APIs at the endpoints of the AWS configuration', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    vi.stubEnv('AWS_ENDPOINT_URL', cloud.url);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const aws = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');
    const report = await functionOn(cloud, {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(aws),
      VIF_ACCEPTOR_ENDPOINT: '',
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: '',
    })({ target: 'hub' }, lambdaContext());
    expect(report.status).toBe('completed');
    const called = cloud.calls().map(({ service }) => service);
    expect([...new Set(called)].sort()).toEqual(['directconnect', 'ec2', 'sts']);
  });

  it('never follows the variables and profiles of OUTSCALE tools', async () => {
    const cloud = await startTestCloud();
    const profile = { access_key: '012345678901', secret_key: 'secret', endpoint: cloud.url };
    const settings = {
      HOME: folderWith({ '.osc/config.json': JSON.stringify({ default: profile }) }),
      OSC_ENDPOINT_DIRECT_LINK: cloud.url,
      OSC_ENDPOINT_FCU: cloud.url,
      // Calls to the real cloud end here.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const env = { ...settings, VIF_ACCEPTOR_ENDPOINT: '', VIF_ACCEPTOR_GATEWAY_ENDPOINT: '' };
    await expect(functionOn(cloud, env)({ target: 'hub' }, lambdaContext())).rejects.toThrow('HTTPS_PROXY');
    expect(cloud.calls()).toEqual([]);
  });

  it('executes a run over the target of its event and reports it with the revision', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const report = await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(outcomesById(requestsInLog(log))).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(report.policy).toEqual({ digest: SIMPLE_POLICY.digest, revision: 'v1.2.3-4-gabcdef0' });
  });

  it('keeps its state between invocations of one process', async () => {
    const cloud = await startTestCloud({ now: new Date() });
    const invoke = functionOn(cloud);
    await invoke({ target: 'hub' }, lambdaContext());
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await invoke({ target: 'hub' }, lambdaContext());
    const { requests } = requestsInLog(log);
    expect(requests[0]?.deadline.earliest).not.toBeNull();
    expect(tables).toEqual(['ledger']);
  });

  it('keeps one ledger for all its targets, each with its own state', async () => {
    const cloud = await startTestCloud();
    const lab = {
      ...SIMPLE_POLICY.policy,
      target: 'lab',
      recipient: { ...SIMPLE_POLICY.policy.recipient, region: 'eu-west-9' },
    };
    const invoke = functionOn(cloud, {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY, { policy: lab, digest: '' }),
    });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect((await invoke({ target: 'hub' }, lambdaContext())).counts).toMatchObject({ pending: 1 });
    await expect(invoke({ target: 'lab' }, lambdaContext())).rejects.toThrow('none of the policy');
    expect(tables).toEqual(['ledger']);
  });

  it('publishes what it did, and fails its invocation when it could not publish anything', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const invoke = functionOn(cloud, {}, publisher);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await invoke({ target: 'hub' }, lambdaContext());
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);

    log.length = 0;
    publisher.deliverAtMost(0);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    const invoked = invoke({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toThrow(/events could not be delivered: the bus is down/);
    expect(metrics()).toMatchObject({ RunFailed: 1, EventDeliveryFailed: 1, Held: 1 });
  });

  it('counts everything in every completed run, zeros included', async () => {
    const cloud = await startTestCloud();
    await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(metrics()).toMatchObject({
      service: 'vif-acceptor',
      target: 'hub',
      Pending: 0,
      Accepted: 0,
      Held: 0,
      ConfirmFailed: 0,
      RunFailed: 0,
      RunCompleted: 1,
      Expired: 0,
      NotAvailable: 0,
      EventDeliveryFailed: 0,
    });
    expect(metrics()).not.toHaveProperty('HoursToDeadline');
    expect(JSON.stringify(metrics()._aws)).toContain('"Namespace":"VifAcceptor"');
  });

  it.each(['', 'false'])(
    'writes no metrics of a target with the setting `%s`, and has the same values in the line of the run',
    async (setting) => {
      const cloud = await startTestCloud();
      const env = { VIF_ACCEPTOR_TARGET_METRICS: setting };
      await functionOn(cloud, env)({ target: 'hub' }, lambdaContext());
      const lines = log.map((line): Record<string, unknown> => JSON.parse(line));
      expect(lines.filter((line) => '_aws' in line)).toEqual([]);
      expect(lines).toMatchObject([
        {
          message: 'run completed',
          run: { target: 'hub', metrics: { Pending: 0, RunFailed: 0, RunCompleted: 1 } },
        },
      ]);
    },
  );

  it('fails its invocation, after reporting, when the run failed', async () => {
    const cloud = await startTestCloud();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    const invoked = functionOn(cloud)({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toThrow(
      /run for `hub` failed: DescribeVirtualInterfaces failed \(credentials\)/,
    );
    expect(metrics()).toMatchObject({ RunFailed: 1, RunCompleted: 0, target: 'hub' });
    expect(metrics()).not.toHaveProperty('Pending');
    expect(log.join('')).toContain('"level":"ERROR"');
  });

  it.each<[string, unknown, Record<string, string>, RegExp]>([
    [
      'an unknown target',
      { target: 'lab' },
      {},
      /unknown target `lab`: this function has `hub`; deploy its policy first/,
    ],
    ['an event without a target', {}, {}, /event must be `\{"target": "NAME"\}`/],
    ['no event', null, {}, /event must be/],
    [
      'a target that is a path out of the policy folder',
      { target: '../hub' },
      {},
      /unknown target `\.\.\/hub`: this function has `hub`/,
    ],
    [
      'a missing table',
      { target: 'hub' },
      { VIF_ACCEPTOR_TABLE: '' },
      /setting VIF_ACCEPTOR_TABLE is missing: it must be the name of the DynamoDB table/,
    ],
    [
      'a plain http endpoint',
      { target: 'hub' },
      { VIF_ACCEPTOR_ENDPOINT: 'http://example.com' },
      /VIF_ACCEPTOR_ENDPOINT must be https/,
    ],
    [
      'a policy folder that does not exist',
      { target: 'hub' },
      { VIF_ACCEPTOR_POLICY_DIR: '/nowhere/policy' },
      /compiled policy of target `hub` refused: \/nowhere\/policy cannot be read/,
    ],
  ])('refuses %s, and makes no call', async (_, event, env, message) => {
    const cloud = await startTestCloud();
    await expect(functionOn(cloud, env)(event, lambdaContext())).rejects.toThrow(message);
    expect(cloud.calls()).toEqual([]);
  });

  it('refuses a policy whose target is not the name of its file', async () => {
    const cloud = await startTestCloud();
    const dir = policyFolder(SIMPLE_POLICY);
    renameSync(join(dir, 'hub.json'), join(dir, 'lab.json'));
    const invoked = functionOn(cloud, { VIF_ACCEPTOR_POLICY_DIR: dir })({ target: 'lab' }, lambdaContext());
    await expect(invoked).rejects.toThrow(/compiled policy of target `lab` refused: it is for target `hub`/);
    expect(cloud.calls()).toEqual([]);
  });

  it('refuses a compiled policy that was edited', async () => {
    const cloud = await startTestCloud();
    const dir = policyFolder(SIMPLE_POLICY);
    const text = writePolicy(SIMPLE_POLICY.policy).replace('{', '{"surplus":true,');
    writeFileSync(join(dir, 'hub.json'), text);
    const invoked = functionOn(cloud, { VIF_ACCEPTOR_POLICY_DIR: dir })({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toThrow(/`surplus` must be absent/);
  });

  it.each([
    ['plain', (vlan: number) => `vlan-${vlan}`],
    ['hostile', () => '\u{202e}'.repeat(100)],
  ])('answers and logs a bounded part of each of many requests, with %s names', async (_, name) => {
    const cloud = await startTestCloud({ now: new Date() });
    const many = 40;
    for (let vlan = 101; vlan <= 100 + many; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan,
        name: name(vlan),
      });
    const answer = await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(answer).toMatchObject({
      format: 1,
      status: 'completed',
      counts: { pending: many, held: many },
      lists: { failures: 0 },
    });
    // Its size does not depend on the number of requests.
    expect(JSON.stringify(answer)).not.toMatch(/dxvif-|vlan-|u\{/);
    expect(JSON.stringify(answer).length).toBeLessThan(1000);
    expect(requestsInLog(log).requests).toHaveLength(many);
    const lines = log.join('').split('\n');
    expect(lines.length).toBeLessThan(many + 10);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThan(64_000);
    const { run, function_request_id: invocation } = JSON.parse(
      lines.find((line) => line.includes('dxvif-')) ?? '',
    );
    expect(run).toEqual({ target: 'hub', startedAt: answer.startedAt });
    expect(invocation).toBe(lambdaContext().awsRequestId);
  });

  it('logs while time is left, and says how many lines it left out', async () => {
    const cloud = await startTestCloud();
    for (let vlan = 101; vlan <= 105; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    let left = 240_000;
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => left };
    vi.mocked(process.stdout.write).mockImplementation((chunk) => {
      if (requestsInLog(log).requests.length === 1) left = 400;
      return log.push(String(chunk)) > 0;
    });
    await functionOn(cloud)({ target: 'hub' }, context);
    const { requests } = requestsInLog(log);
    expect(requests.length).toBeGreaterThan(0);
    const [said] = log.filter((line) => line.includes('left out')).map((line) => JSON.parse(line));
    expect(said.lines).toBe(5 - requests.length);
    expect(metrics()).toMatchObject({ RunCompleted: 1 });
  });

  it('writes no BGP key to its log', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 101,
      authKey: 'planted-bgp-key',
    });
    cloud.addFault({ kind: 'truncatedBody', operation: 'DescribeVirtualInterfaces', after: 1 });
    const invoke = functionOn(cloud);
    await invoke({ target: 'hub' }, lambdaContext());
    await expect(invoke({ target: 'hub' }, lambdaContext())).rejects.toThrow('malformed');
    expect(log.join('')).toContain(UNKNOWN_CONNECTION);
    expect(log.join('')).not.toContain('planted-bgp-key');
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { REQUEST_LIMIT_MS } from '../../adapters/connect.ts';
import { createRotatingKey } from '../../adapters/rotatingKey.ts';
import { recipientKey } from '../../core/policy.ts';
import { bundleFunction } from '../../scripts/bundle.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';
import { startEventBus } from '../support/eventBus.ts';
import { policyFolder } from '../support/lambda.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { input, PAGE } from './scalePage.ts';

const AWS = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');

const at = proxiedDynamo();

/** The bundled function in a process of its own, three passes in a row. @returns the log of the last */
async function thirdPass(env: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'index.mjs');
  await bundleFunction(file);
  const name = 'VifAcceptor-OutscaleFunction1A2B3C4D-abcdefghijkl';
  const context = {
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    functionName: name,
    memoryLimitInMB: '512',
    invokedFunctionArn: `arn:aws:lambda:eu-west-3:000000000000:function:${name}`,
  };
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const context = { ...${JSON.stringify(context)}, getRemainingTimeInMillis: () => 240_000 };
    for (let pass = 0; pass < 3; pass += 1) {
      process.stdout.write('-----\\n');
      await handler({ target: 'hub' }, context);
    }
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...env, AWS_LAMBDA_FUNCTION_NAME: name, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  });
  return stdout.split('-----\n').at(-1) ?? '';
}

it(`${PAGE} says what a quiet pass calls, writes and logs`, async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const bus = await startEventBus();
  const table = await at.dynamo.createTable();
  const log = await thirdPass({
    POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
    POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
    VIF_ACCEPTOR_RECIPIENTS: JSON.stringify({ hub: recipientKey(AWS.policy.recipient) }),
    VIF_ACCEPTOR_POLICY_DIR: policyFolder(AWS),
    VIF_ACCEPTOR_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_TABLE: table,
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_DYNAMODB: at.proxy.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  const listings = cloud.calls().filter(({ operation }) => operation === 'DescribeVirtualInterfaces');
  expect(listings.length / 3).toBe(input('listings'));
  // The first pass vets, and no other.
  expect(cloud.calls().length - listings.length).toBe(input('vettingAws'));
  const made = (operation: string) => at.proxy.calls.filter((call) => call === operation).length / 3;
  expect(at.proxy.calls.length / 3).toBe(input('updates') + input('queries'));
  expect([made('UpdateItem'), made('Query')]).toEqual([input('updates'), input('queries')]);
  // One write unit is 1 KB; one read unit 4 KB, consistent.
  const { Items = [] } = await new DynamoDBClient(at.dynamo.config).send(
    new ScanCommand({ TableName: table }),
  );
  expect(Items).toHaveLength(1);
  expect(JSON.stringify(Items).length).toBeLessThan(1024);
  expect(bus.entries).toEqual([]);

  const [report = '', measures = '', ...rest] = log.split('\n').filter(Boolean);
  expect(rest).toEqual([]);
  expect(report).toContain('pass completed');
  expect(JSON.parse(measures)._aws.CloudWatchMetrics[0].Metrics).toHaveLength(input('metrics'));
  expect(JSON.parse(measures)._aws.CloudWatchMetrics[0].Dimensions).toEqual([['service', 'target']]);
  expect(Math.abs(Buffer.byteLength(log) - input('logBytes'))).toBeLessThan(30);
});

describe(`${PAGE} says of a process`, () => {
  it('for how long a key of a secret holds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const read = vi.fn(async () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }));
    const key = createRotatingKey('secret', read);
    await key();
    vi.advanceTimersByTime(input('keyHolds') * 60_000 - 1);
    await key();
    expect(read).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await key();
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('for how long a vetting holds, and what it calls at OUTSCALE', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const { clock } = runner.ports;
    const begun = clock.monotonic();
    const vetted = async (minutes: number): Promise<number> => {
      cloud.clearCalls();
      const ports = { ...runner.ports, clock: { ...clock, monotonic: () => begun + minutes * 60_000 } };
      await runner.run({ ports: { ...ports, ledger: runner.ledger } });
      return cloud.calls().length - input('listings');
    };
    expect(await vetted(0)).toBe(input('vettingOutscale'));
    expect(await vetted(input('vettingHolds') - 1)).toBe(0);
    expect(await vetted(input('vettingHolds'))).toBe(input('vettingOutscale'));
  });

  it('how long a call may hang', () => {
    expect(REQUEST_LIMIT_MS / 1000).toBe(input('hangs'));
  });
});

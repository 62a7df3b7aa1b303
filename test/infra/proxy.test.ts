import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LoadedPolicy } from '../../core/policyText.ts';
import { bundleFunction } from '../../scripts/bundle.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, compileTestPolicy, PROD, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { startEgressProxy } from '../support/egressProxy.ts';
import { startEventBus } from '../support/eventBus.ts';
import { policyFolder } from '../support/lambda.ts';
import { startSecretsManager } from '../support/secretsManager.ts';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const file = join(folder, 'index.mjs');
let dynamo: Dynamo;

beforeAll(async () => {
  dynamo = await startDynalite();
  await bundleFunction(file);
});
afterAll(async () => {
  await dynamo.close();
  rmSync(folder, { recursive: true });
});

/** Calls the bundled function in its own process, which exits by itself. */
async function invoke(env: Record<string, string>): Promise<{ returned: unknown; log: string }> {
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const context = { functionName: 'acceptor', getRemainingTimeInMillis: () => 60_000 };
    const returned = await handler({ target: 'hub' }, context).catch(({ message }) => ({ threw: message }));
    process.stderr.write('returned ' + JSON.stringify(returned));
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      cwd: folder,
      env,
      timeout: 25_000,
    },
  );
  return { returned: JSON.parse(stderr.slice(stderr.lastIndexOf('returned ') + 9)), log: stdout + stderr };
}

/** The function's environment, with every API at its real host name. */
async function environment({ policy, digest }: LoadedPolicy): Promise<Record<string, string>> {
  return {
    VIF_ACCEPTOR_POLICY_DIR: policyFolder({ policy, digest }),
    VIF_ACCEPTOR_TABLE: await dynamo.createTable(),
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
}

it('the function reaches OUTSCALE and every service of AWS through the proxy of its environment', async () => {
  const cloud = await startTestCloud();
  const bus = await startEventBus();
  const secrets = await startSecretsManager(RECIPIENT_ACCOUNT, 'secret');
  const { env: way, tunnels } = await startEgressProxy({
    'directlink.eu-west-2.outscale.com': cloud.url,
    'fcu.eu-west-2.outscale.com': cloud.url,
    'secretsmanager.eu-west-3.amazonaws.com': secrets.url,
    'dynamodb.eu-west-3.amazonaws.com': dynamo.url,
    'events.eu-west-3.amazonaws.com': bus.url,
  });
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const recipient = { ...SIMPLE_POLICY.policy.recipient, credentials: { secret: 'vif-acceptor/outscale' } };
  const env = await environment({
    policy: { ...SIMPLE_POLICY.policy, recipient },
    digest: SIMPLE_POLICY.digest,
  });

  const { returned, log } = await invoke({ ...env, ...way });

  expect(returned).toMatchObject({ status: 'completed', counts: { accepted: 1 } });
  expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
  expect(bus.entries.map(({ DetailType }) => DetailType)).toEqual(['Request Accepted']);
  expect([...new Set(tunnels)].sort()).toEqual([
    'directlink.eu-west-2.outscale.com',
    'dynamodb.eu-west-3.amazonaws.com',
    'events.eu-west-3.amazonaws.com',
    'fcu.eu-west-2.outscale.com',
    'secretsmanager.eu-west-3.amazonaws.com',
  ]);
  expect(log).not.toContain('planted');
});

it('the function assumes its role on aws through the proxy too', async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const bus = await startEventBus();
  const names = ['directconnect', 'ec2', 'sts'].map((service) => [
    `${service}.eu-west-2.amazonaws.com`,
    cloud.url,
  ]);
  const { env: way, tunnels } = await startEgressProxy({
    ...Object.fromEntries(names),
    'dynamodb.eu-west-3.amazonaws.com': dynamo.url,
    'events.eu-west-3.amazonaws.com': bus.url,
  });
  const { policy, digest } = compileTestPolicy(
    `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    'aws',
  );
  const credentials = { role: `arn:aws:iam::${RECIPIENT_ACCOUNT}:role/acceptor`, externalId: 'x-1' };
  const env = await environment({
    policy: { ...policy, recipient: { ...policy.recipient, credentials } },
    digest,
  });

  const { returned } = await invoke({ ...env, ...way });

  expect(returned).toMatchObject({ status: 'completed' });
  expect(tunnels).toContain('sts.eu-west-2.amazonaws.com');
  expect(cloud.calls().map(({ operation }) => operation)).toContain('AssumeRole');
});

it('the function reports an invalid proxy setting without its value', async () => {
  const env = { ...(await environment(SIMPLE_POLICY)), HTTPS_PROXY: 'user:planted@proxy:3128' };
  const { returned, log } = await invoke(env);
  expect(returned).toEqual({
    threw: 'HTTPS_PROXY must be a URL such as `http://proxy.example:3128`; correct or unset it',
  });
  expect(log).not.toContain('planted');
});

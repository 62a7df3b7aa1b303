import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { type ApiServer, json, startApi } from '../support/apiServer.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

function policy(provider: 'aws' | 'outscale'): string {
  return `version: 1
recipient: { provider: ${provider}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
}

const NO_KEYS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

/** A table that refuses every call, and records the caller. */
async function table(): Promise<ApiServer> {
  const api = await startApi(() => json({ __type: 'ResourceNotFoundException', message: 'no table' }, 400));
  onTestFinished(() => api.close());
  return api;
}

describe('an endpoint of the AWS configuration', () => {
  it('is used for every service of an AWS target, with a ledger of its own', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const dir = folderWith({ 'policy/hub.yaml': policy('aws') });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { code } = await runCli(dir, ['run'], { AWS_ENDPOINT_URL: cloud.url });
    expect({ code, state: await actAs(cloud, RECIPIENT_ACCOUNT).see(id) }).toEqual({
      code: 0,
      state: `pending ${PROD}`,
    });
    const state = join(dir, 'state/vif-acceptor');
    expect(existsSync(join(state, `ledger-http-127-0-0-1-${cloud.port}.json`))).toBe(true);
    expect(existsSync(join(state, 'ledger.json'))).toBe(false);
  });

  it('is listed by doctor, with the setting that chose it', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const dir = folderWith({ 'policy/hub.yaml': policy('aws') });
    const env = { AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_EC2: cloud.url };
    const examined = await runCli(
      dir,
      ['doctor', '--json', '--endpoint', cloud.url, '--ledger', 'dynamodb:tab'],
      {
        ...env,
        AWS_ENDPOINT_URL_DYNAMODB: cloud.url,
      },
    );
    const findings: { check: string; message: string }[] = JSON.parse(examined.stdout).targets[0].findings;
    expect(findings.filter(({ check }) => check === 'endpoint').map(({ message }) => message)).toEqual([
      `Direct Connect: ${cloud.url} (--endpoint)`,
      `EC2: ${cloud.url} (--endpoint)`,
      `STS: ${cloud.url} (--endpoint)`,
      `DynamoDB: ${cloud.url} (AWS_ENDPOINT_URL_DYNAMODB)`,
    ]);
  });

  it('is not used for an OUTSCALE target, and doctor says so', async () => {
    const [cloud, other] = [await startTestCloud(), await table()];
    const dir = folderWith({ 'policy/hub.yaml': policy('outscale') });
    const env = { AWS_ENDPOINT_URL: other.url, AWS_ENDPOINT_URL_DIRECT_CONNECT: other.url };
    const { code, stdout } = await runCli(dir, ['doctor', '--endpoint', cloud.url], env);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /warn +endpoint: AWS_ENDPOINT_URL_DIRECT_CONNECT is not used for OUTSCALE/,
      ),
    });
    expect(other.received).toEqual([]);
  });

  it.each([
    ['AWS_ENDPOINT_URL_EC2', []],
    ['AWS_ENDPOINT_URL_DYNAMODB', ['--ledger', 'dynamodb:table']],
  ])('is refused by name when it is neither https nor on this machine: %s', async (variable, more) => {
    const dir = folderWith({ 'policy/hub.yaml': policy('aws') });
    const { code, stderr } = await runCli(dir, ['run', ...more], { [variable]: 'http://db.example' });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${variable} must be https`),
    });
  });

  it.each(['http://minio.example:9000', 'https://all.example/path', 'no URL'])(
    'does not stop a run that does not use it: %s',
    async (url) => {
      const cloud = await startTestCloud();
      const dir = folderWith({ 'policy/hub.yaml': policy('outscale') });
      const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
      const { code } = await runCli(dir, ['run', '--endpoint', cloud.url], { AWS_ENDPOINT_URL: url });
      expect({ code, state: await actAs(cloud, RECIPIENT_ACCOUNT).see(id) }).toEqual({
        code: 0,
        state: `pending ${PROD}`,
      });
    },
  );
});

describe('--profile', () => {
  it('gives an AWS target its keys and the endpoints of the profile', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const config = `[profile lab]
aws_access_key_id = ${RECIPIENT_ACCOUNT}
aws_secret_access_key = secret
services = here
[services here]
direct_connect =
  endpoint_url = ${cloud.url}
`;
    const dir = folderWith({ 'policy/hub.yaml': policy('aws'), '.aws/config': config });
    const env = { AWS_ACCESS_KEY_ID: ACME };
    expect((await runCli(dir, ['plan', '--profile', 'lab'], env)).code).toBe(0);
    expect(cloud.calls().map(({ account }) => account)).toEqual(cloud.calls().map(() => RECIPIENT_ACCOUNT));
  });

  it('also gives a ledger in a table its keys, region and endpoint', async () => {
    const [cloud, api] = [await startTestCloud({ dialect: 'aws' }), await table()];
    const config = `[profile lab]
aws_access_key_id = ${RECIPIENT_ACCOUNT}
aws_secret_access_key = secret
region = eu-south-9
endpoint_url = ${api.url}
`;
    const dir = folderWith({ 'policy/hub.yaml': policy('aws'), '.aws/config': config });
    const args = ['run', '--endpoint', cloud.url, '--profile', 'lab', '--ledger', 'dynamodb:ledger'];
    const { code, stdout } = await runCli(dir, args, { AWS_ACCESS_KEY_ID: ACME });
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('no table') });
    const signed = api.received.map(({ headers }) => String(headers.authorization));
    expect(signed.length).toBeGreaterThan(0);
    expect(signed.filter((header) => !header.includes(`Credential=${RECIPIENT_ACCOUNT}/`))).toEqual([]);
    expect(signed[0]).toContain('/eu-south-9/dynamodb/');
  });

  it.each([
    [
      'outscale',
      {},
      /credentials: no OUTSCALE credentials: there is no \S+\.osc\/config\.json; .*--profile ignores OSC_ACCESS_KEY and OSC_SECRET_KEY/,
    ],
    [
      'outscale',
      { '.osc/config.json': '{"default": {}}' },
      /\.osc\/config\.json has no profile `nope`; add it, or name another with --profile; --profile ignores OSC_/,
    ],
    [
      'aws',
      {},
      /credentials: there is no AWS profile `nope` in \S+\.aws\/config or \S+\.aws\/credentials: .*--profile ignores AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'aws',
      { '.aws/config': '[profile nope]\nregion = eu-west-2\n' },
      /AWS profile `nope` gives no credentials: /,
    ],
  ] as const)(
    'that is wrong on %s, with the files %j, is the reported cause',
    async (provider, files, cause) => {
      const cloud = await startTestCloud({ dialect: provider });
      const dir = folderWith({ 'policy/hub.yaml': policy(provider), ...files });
      const { code, stdout } = await runCli(dir, ['run', '--endpoint', cloud.url, '--profile', 'nope']);
      expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(cause) });
      expect(cloud.calls()).toEqual([]);
    },
  );
});

it('an AWS_PROFILE that does not exist is named in the error when there are no other keys', async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const dir = folderWith({ 'policy/hub.yaml': policy('aws') });
  const { code, stdout } = await runCli(dir, ['run', '--endpoint', cloud.url], {
    ...NO_KEYS,
    AWS_PROFILE: 'nope',
  });
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/AWS_PROFILE names `nope`, which is not in \S+\.aws\/config and /),
  });
});

it('a ledger in a table without an AWS region fails with the name of the variable to set', async () => {
  const cloud = await startTestCloud();
  const dir = folderWith({ 'policy/hub.yaml': policy('outscale') });
  const args = ['run', '--endpoint', cloud.url, '--ledger', 'dynamodb:ledger'];
  const { code, stdout } = await runCli(dir, args);
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('ledger table `ledger`: no AWS region; set AWS_REGION'),
  });
  const noKeys = await runCli(dir, args, { ...NO_KEYS, AWS_REGION: 'eu-west-3' });
  expect(noKeys.stdout).toContain('ledger table `ledger`: no AWS credentials: set AWS_ACCESS_KEY_ID');
});

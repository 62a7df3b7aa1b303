import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { recipientKey } from '../../core/policy.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { WATCHER_CODE } from '../../infra/bundledFunction.ts';
import { bundleFunction } from '../../scripts/bundle.ts';
import { bundledPackages, packageName } from '../../scripts/cycloneDx.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, compileTestPolicy, PROD, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { startEventBus } from '../support/eventBus.ts';
import { policyFolder } from '../support/lambda.ts';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const file = join(folder, 'index.mjs');
let metafile: Metafile;

beforeAll(async () => {
  metafile = await bundleFunction(file);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** CONTRIBUTING.md explains the purpose of each. */
const PACKAGES = [
  '@aws-lambda-powertools/commons',
  '@aws-lambda-powertools/logger',
  '@aws-lambda-powertools/metrics',
  '@aws-sdk/client-direct-connect',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/core',
  '@aws-sdk/credential-provider-env',
  '@aws-sdk/credential-providers',
  '@aws-sdk/dynamodb-codec',
  '@aws-sdk/endpoint-cache',
  '@aws-sdk/middleware-endpoint-discovery',
  '@aws-sdk/nested-clients',
  '@aws-sdk/signature-v4-multi-region',
  '@aws-sdk/xml-builder',
  '@aws/lambda-invoke-store',
  '@middy/core',
  '@smithy/core',
  '@smithy/node-http-handler',
  '@smithy/protocol-http',
  '@smithy/signature-v4',
  '@smithy/types',
  'mnemonist',
  'obliterator',
];

const exec = promisify(execFile);

/** Calls the bundled handler in its own process, as Lambda does. @returns its result or its error */
async function invoke(
  event: unknown,
  env: Record<string, string>,
): Promise<{ returned: unknown; log: string }> {
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const context = { functionName: 'acceptor', getRemainingTimeInMillis: () => 60_000 };
    const threw = ({ message }) => ({ threw: message });
    const returned = await handler(${JSON.stringify(event)}, context).catch(threw);
    process.stderr.write('returned ' + JSON.stringify(returned));
  `;
  const run = exec(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, env });
  const { stdout, stderr } = await run;
  return { returned: JSON.parse(stderr.slice(stderr.lastIndexOf('returned ') + 9)), log: stdout + stderr };
}

let dynamo: Dynamo;

beforeAll(async () => {
  dynamo = await startDynalite();
});

afterAll(() => dynamo.close());

describe('the bundled watcher', () => {
  let watcher: Metafile;
  beforeAll(async () => {
    watcher = await bundleFunction(join(folder, 'watcher.mjs'), WATCHER_CODE.entry);
  });

  it('loads less than 310 KB of JavaScript', () => {
    const bytes = Object.values(watcher.outputs).reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(310_000);
  });

  it('contains no package that the function does not contain, and no client of a provider or of secrets', () => {
    const packages = [...bundledPackages(watcher)].map(packageName).sort();
    expect(PACKAGES).toEqual(expect.arrayContaining(packages));
    expect(
      packages.filter((name) => /direct-connect|secrets-manager|credential-providers/.test(name)),
    ).toEqual([]);
  });
});

describe('the bundled function', () => {
  it('loads less than 540 KB of JavaScript', () => {
    const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(540_000);
  });

  it.each([
    ['a YAML parser', /node_modules\/yaml\//],
    ['a schema library', /node_modules\/zod\//],
    ['the policy language', /^language\//],
    ['the emulator', /^emulator\//],
    [
      'a source of keys that Lambda does not have',
      /credential-provider-(node|ini|sso|process|login|http|imds|web)/,
    ],
    ['a tracer', /node_modules\/(@aws-lambda-powertools\/tracer|aws-xray-sdk)/],
    ['the code that deploys it', /^infra\/|node_modules\/aws-cdk-lib\//],
  ])('contains no part of %s', (_, path) => {
    const inputs = Object.values(metafile.outputs)
      .flatMap((output) => Object.entries(output.inputs))
      .flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));
    expect(inputs).toContain('lambda/handler.ts');
    expect(inputs.filter((input) => path.test(input))).toEqual([]);
  });

  it('contains exactly these packages', () => {
    expect([...bundledPackages(metafile)].map(packageName).sort()).toEqual(PACKAGES);
  });

  it('imports only modules of Node', () => {
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.map(({ path }) => path).filter((path) => !isBuiltin(path))).toEqual([]);
  });

  it('does not import `node:http`, for which Node would load its implementation of fetch', () => {
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.filter(({ path }) => /^(node:)?http$/.test(path))).toEqual([]);
  });

  it('starts in its own process, and names an unknown target', async () => {
    const env = { VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY), VIF_ACCEPTOR_TABLE: 'ledger' };
    const { returned } = await invoke({ target: 'lyon' }, env);
    expect(returned).toMatchObject({ threw: expect.stringContaining('unknown target `lyon`') });
  });

  it('accepts on aws with its own role', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      'aws',
    );
    const keys = { AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT, AWS_SECRET_ACCESS_KEY: 'secret' };
    const { env, bus } = await functionEnv(cloud, policy);

    const { returned } = await invoke({ target: 'hub' }, { ...env, ...keys });

    expect(returned).toMatchObject({ status: 'completed', counts: { accepted: 1 } });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
    expect(bus.entries.map(({ DetailType }) => DetailType)).toEqual(['Request Accepted']);
    const ledger = createDynamoLedger(openTable(env.VIF_ACCEPTOR_TABLE ?? '', dynamo.config), systemClock);
    const { receipts } = await ledger.readRecords(recipientKey(policy.policy.recipient), new Date(0));
    expect(receipts).toMatchObject([{ id, answer: { by: 'confirm' } }]);
  });

  it('accepts at OUTSCALE with the key from its secret, and never logs the key', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { policy, digest } = SIMPLE_POLICY;
    const recipient = { ...policy.recipient, credentials: { secret: 'vif-acceptor/outscale' } };
    const secrets = await secretsManager({ accessKey: RECIPIENT_ACCOUNT, secretKey: 'secret' });
    const env = {
      ...(await functionEnv(cloud, { policy: { ...policy, recipient }, digest })).env,
      // The function's own keys are AWS keys, which the emulator refuses.
      ...{
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'of-another-cloud',
      },
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
    };

    const { returned, log } = await invoke({ target: 'hub' }, env);

    expect(returned).toMatchObject({ status: 'completed', counts: { accepted: 1 } });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
    expect(log).not.toContain('"secret"');
    expect(log).not.toContain('of-another-cloud');
  });
});

/** The function's environment as the stack sets it, with an emulator instead of each provider. */
async function functionEnv(cloud: Emulator, loaded: LoadedPolicy) {
  const bus = await startEventBus();
  const env: Record<string, string> = {
    VIF_ACCEPTOR_POLICY_DIR: policyFolder(loaded),
    VIF_ACCEPTOR_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_TABLE: await dynamo.createTable(),
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  };
  return { env, bus };
}

/** Secrets Manager with one secret, on loopback. @returns its endpoint */
async function secretsManager(secret: object): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ Name: 'vif-acceptor/outscale', SecretString: JSON.stringify(secret) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { digestOf } from '../../core/json.ts';
import type { PolicyRecipient } from '../../core/policy.ts';
import { type LoadedPolicy, writePolicy } from '../../core/policyText.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { json, type Reply, startApi } from '../support/apiServer.ts';
import { ACME_1, compileTestPolicy, PROD, startTestCloud } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';

const log: string[] = [];

beforeEach(() => {
  log.length = 0;
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.stubEnv('AWS_ACCESS_KEY_ID', RECIPIENT_ACCOUNT);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'eu-west-3');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

type Provider = PolicyRecipient['provider'];

function targetOf(target: string, provider: Provider, recipient: Partial<PolicyRecipient>): LoadedPolicy {
  const { policy } = compileTestPolicy(
    `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    provider,
  );
  const made = { ...policy, target, recipient: { ...policy.recipient, ...recipient } };
  return { policy: made, digest: digestOf(writePolicy(made)) };
}

/** One process of the function with these targets. */
function functionOf(cloud: Emulator, policies: readonly LoadedPolicy[]) {
  const dir = policyFolder(...policies);
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: dir,
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
      VIF_ACCEPTOR_TARGET_METRICS: 'true',
    },
    clock: systemClock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: functionCredentials,
    ledger: () => createInMemoryLedger(systemClock),
    eventPublisher: recordingPublisher(),
  });
  return { dir, invoke: (target: string) => handler({ target }, lambdaContext()) };
}

/** The targets whose metrics an invocation wrote. */
function measured(): unknown[] {
  const documents = log
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => '_aws' in line);
  log.length = 0;
  return documents.map(({ target, RunCompleted, RunFailed }) => ({ target, RunCompleted, RunFailed }));
}

/** A Secrets Manager in which `good` has our key and `broken` answers as given. */
async function secretsWith(broken: Reply): Promise<void> {
  const api = await startApi(({ body }) =>
    body.includes('"good"')
      ? json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"secret"}` })
      : broken,
  );
  onTestFinished(() => api.close());
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', api.url);
}

const secret = (name: string): Partial<PolicyRecipient> => ({ credentials: { secret: name } });
const holds = (SecretString: string): Reply => json({ SecretString });

interface Row {
  readonly provider: Provider;
  /** the expected problem */
  readonly recipient: Partial<PolicyRecipient>;
  readonly secret?: Reply;
  readonly message: RegExp;
}

const ROWS: Readonly<Record<string, Row>> = {
  'whose region is wrong': {
    provider: 'outscale',
    recipient: { ...secret('good'), region: 'us-east-2' },
    message:
      /run for `broken` failed: none of the policy's gateways .* check that .* the region is `us-east-2`/,
  },
  'whose secret holds the key of another account': {
    provider: 'outscale',
    recipient: { ...secret('other'), region: 'cloudgouv-eu-west-1' },
    secret: holds('{"accessKey":"210987654321","secretKey":"secret"}'),
    message:
      /run for `broken` failed: none of the policy's gateways .* check that the credentials are of account/,
  },
  'whose secret is not there': {
    provider: 'outscale',
    recipient: { ...secret('other'), region: 'us-east-2' },
    secret: json({ __type: 'ResourceNotFoundException', message: 'no such' }, 400),
    message:
      /run for `broken` failed: secret `other` cannot be read: GetSecretValue failed \(client\): ResourceNotFoundException: no such \(HTTP 400\); create it with `\{"accessKey": "…", "secretKey": "…"\}` in it/,
  },
  'whose secret may not be read': {
    provider: 'outscale',
    recipient: { ...secret('other'), region: 'us-east-2' },
    secret: json({ __type: 'AccessDeniedException', message: 'not you' }, 400),
    message:
      /run for `broken` failed: secret `other` cannot be read: .*not you.*needs `secretsmanager:GetSecretValue`/,
  },
  'whose secret is malformed': {
    provider: 'outscale',
    recipient: { ...secret('other'), region: 'us-east-2' },
    secret: holds('planted-secret'),
    message:
      /run for `broken` failed: secret `other` must be `\{"accessKey": "…", "secretKey": "…"\}`; store it again/,
  },
  'that names no secret': {
    provider: 'outscale',
    recipient: { credentials: null, region: 'us-east-2' },
    message: /target `broken` names no secret: add `credentials: \{ secret: NAME \}` under `recipient`/,
  },
  'whose role cannot be assumed': {
    provider: 'aws',
    recipient: {
      region: 'us-east-2',
      credentials: { role: `arn:aws:iam::${RECIPIENT_ACCOUNT}:role/not-ours`, externalId: 'x-1' },
    },
    message:
      /run for `broken` failed: role `arn:aws:iam::\d+:role\/not-ours` cannot be assumed: AssumeRole failed \(credentials\): AccessDenied: .*; check that the role exists, and that its trust policy allows .* `externalId`/,
  },
  'whose role is of another account': {
    provider: 'aws',
    recipient: {
      region: 'us-east-2',
      credentials: { role: `arn:aws:iam::${ACME}:role/x`, externalId: null },
    },
    message:
      /run for `broken` failed: the credentials are of account `210987654321`, and target `broken` is `012345678901`/,
  },
};

describe.each(Object.entries(ROWS))('a target %s', (_, { provider, recipient, secret: reply, message }) => {
  async function world() {
    const cloud = await startTestCloud({ dialect: provider });
    await secretsWith(reply ?? holds('{}'));
    if (message.source.includes('AssumeRole'))
      cloud.addFault({ kind: 'accessDenied', operation: 'AssumeRole', times: 'always' });
    const valid = targetOf('valid', provider, provider === 'aws' ? {} : secret('good'));
    const { invoke } = functionOf(cloud, [valid, targetOf('broken', provider, recipient)]);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    return { cloud, invoke, id };
  }

  it('fails its own run with the problem and its fix, and prints no part of a secret', async () => {
    const { invoke } = await world();
    await expect(invoke('broken')).rejects.toThrow(message);
    expect(log.join('')).not.toContain('planted');
  });

  it('does not stop another target in the same process, before or after it', async () => {
    const { cloud, invoke, id } = await world();
    const fails = () => expect(invoke('broken')).rejects.toThrow(message);
    await fails();
    log.length = 0;
    expect(await invoke('valid')).toMatchObject({ counts: { accepted: 1 }, status: 'completed' });
    expect(measured()).toEqual([{ target: 'valid', RunCompleted: 1, RunFailed: 0 }]);
    await fails();
    log.length = 0;
    expect(await invoke('valid')).toMatchObject({ counts: { pending: 0 }, status: 'completed' });
    expect(measured()).toEqual([{ target: 'valid', RunCompleted: 1, RunFailed: 0 }]);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
  });
});

it('a target without a policy file stops no other', async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const broken = targetOf('broken', 'aws', { region: 'us-east-2' });
  const { dir, invoke } = functionOf(cloud, [targetOf('valid', 'aws', {}), broken]);
  rmSync(join(dir, 'broken.json'));
  for (const _ of [1, 2]) {
    await expect(invoke('broken')).rejects.toThrow(/unknown target `broken`: this function has `valid`/);
    expect(await invoke('valid')).toMatchObject({ status: 'completed' });
  }
});

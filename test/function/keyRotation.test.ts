import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, outcomesById, PROD, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { startKeyRotationProxy } from '../support/keyRotationProxy.ts';
import { lambdaContext, policyFolder, requestsInLog } from '../support/lambda.ts';
import { startSecretsManager } from '../support/secretsManager.ts';

const POLICY: LoadedPolicy = {
  policy: {
    ...SIMPLE_POLICY.policy,
    recipient: { ...SIMPLE_POLICY.policy.recipient, credentials: { secret: 'vif-acceptor/outscale' } },
  },
  digest: SIMPLE_POLICY.digest,
};

const log: string[] = [];

beforeEach(() => {
  log.length = 0;
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AWSACCESSKEY');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret');
  vi.stubEnv('AWS_REGION', 'eu-west-3');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** One process of the function, with the key of its secret, against an emulator that knows `KEYONE`. */
async function world() {
  const cloud = await startTestCloud();
  const gate = await startKeyRotationProxy(cloud, RECIPIENT_ACCOUNT, 'KEYONE');
  const secrets = await startSecretsManager('KEYONE', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(POLICY),
      VIF_ACCEPTOR_ENDPOINT: gate.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: gate.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
    },
    clock: systemClock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: functionCredentials,
    ledger: () => createInMemoryLedger(systemClock),
    eventPublisher: recordingPublisher(),
  });
  let vlan = 100;
  return {
    cloud,
    gate,
    secrets,
    invoke: async () => {
      log.length = 0;
      const answer = await handler({ target: 'hub' }, lambdaContext());
      return { answer, ...requestsInLog(log) };
    },
    offer: () => {
      vlan += 1;
      return actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
    },
    rotate: () => {
      secrets.hold('KEYTWO', 'secret');
      gate.keys.clear();
      gate.keys.add('KEYTWO');
    },
  };
}

it('accepts with the new key as soon as the old one is refused, in the same process', async () => {
  const { gate, secrets, invoke, offer, rotate } = await world();
  const first = await offer();
  expect(outcomesById(await invoke())).toEqual({ [first]: `accepted acme.default ${PROD}` });

  rotate();
  const second = await offer();
  const report = await invoke();

  expect(report.answer).toMatchObject({ status: 'completed', lists: { failures: 0, warnings: 0 } });
  expect(outcomesById(report)).toEqual({ [second]: `accepted acme.default ${PROD}` });
  expect(secrets.received).toHaveLength(2);
  expect(gate.calls).toContain('ConfirmPrivateVirtualInterface KEYTWO');
});

it.each(['DescribeVirtualInterfaces', 'DescribeVpnGateways', 'ConfirmPrivateVirtualInterface'])(
  'accepts everything when the key is replaced during a run, before %s',
  async (operation) => {
    const { cloud, gate, secrets, invoke, offer, rotate } = await world();
    const ids = [await offer(), await offer(), await offer()];
    gate.before(operation, rotate);

    expect((await invoke()).answer).toMatchObject({
      status: 'completed',
      counts: { accepted: 3 },
      lists: { failures: 0 },
    });

    const { see } = actAs(cloud, RECIPIENT_ACCOUNT);
    expect(await Promise.all(ids.map(see))).toEqual(ids.map(() => `pending ${PROD}`));
    // Each was confirmed once, and only the refused call was made again.
    const confirms = cloud.calls().filter((call) => call.operation === 'ConfirmPrivateVirtualInterface');
    expect(confirms.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(gate.calls.filter((call) => call.endsWith('KEYTWO')).length).toBeGreaterThan(0);
    expect(secrets.received).toHaveLength(2);
  },
);

it('fails with the name of the secret, and no part of its content, when the new key is wrong; and works again when it is corrected', async () => {
  const { gate, secrets, invoke, offer, rotate } = await world();
  await invoke();
  rotate();
  secrets.hold('KEYTWO', 'planted-secret');
  const id = await offer();

  await expect(invoke()).rejects.toThrow(
    /run for `hub` failed: DescribeVirtualInterfaces failed \(credentials\): SignatureDoesNotMatch: .*; secret `vif-acceptor\/outscale` was read again, and its new key is refused too; the secret key is wrong/,
  );
  expect(log.join('')).not.toMatch(/planted|KEYTWO|KEYONE/);

  gate.calls.length = 0;
  secrets.hold('KEYTWO', 'secret');
  expect(outcomesById(await invoke())).toEqual({ [id]: `accepted acme.default ${PROD}` });
});

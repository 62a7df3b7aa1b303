import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { createLogger } from '../../lambda/logger.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';
import { MALICIOUS_NAMES, UNPRINTABLE } from '../support/maliciousNames.ts';
import { formsOf } from '../support/wireItems.ts';

const KEY = 'planted-bgp-key';
/** A policy that names an agreed key, so that every key is compared. */
const WITH_AGREED_KEY = compileTestPolicy(
  `owners: { acme: { connections: [${ACME_1}], grants: { prod: { gateway: ${PROD}, match: { bgpKey: "sha256:${'0'.repeat(64)}" } } } } }`,
);

/** The deployed function with its own log, but with test credentials and an emulator. */
function functionOn({ url }: Emulator, secretAccessKey: string, policy = SIMPLE_POLICY) {
  return createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(policy),
      VIF_ACCEPTOR_ENDPOINT: url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: url,
      VIF_ACCEPTOR_TABLE: 'ledger',
    },
    clock: systemClock,
    logger: createLogger('vif-acceptor'),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey }),
    ledger: () => createInMemoryLedger(systemClock),
    eventPublisher: recordingPublisher(),
  });
}

/** Everything that is written during an action. */
async function logOf(action: () => Promise<unknown>): Promise<string> {
  const log: string[] = [];
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  await action().finally(() => vi.restoreAllMocks());
  return log.join('');
}

describe('the log of the function', () => {
  it('shows text of requesters as one JSON object per line without control characters, and makes no metric of it', async () => {
    const cloud = await startTestCloud();
    for (const [i, [, name]] of MALICIOUS_NAMES.entries())
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan: 100 + i,
        name,
        authKey: KEY,
      });
    const run = functionOn(cloud, 'secret', WITH_AGREED_KEY);
    const log = await logOf(() => run({ target: 'hub' }, lambdaContext()));
    expect(log.match(UNPRINTABLE)).toBeNull();
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [first, ...others] = lines;
    const requests = others.map(({ request }) => request);
    expect(first.report.counts).toMatchObject({ held: MALICIOUS_NAMES.length });
    expect(requests).toHaveLength(MALICIOUS_NAMES.length);
    expect(requests[0].name).toContain('\\u{');
    expect(first.run.metrics).toMatchObject({ Held: MALICIOUS_NAMES.length });
    expect(JSON.stringify(first.run.metrics)).not.toContain('script');
    expect(requests[0].peers).toMatchObject([{ hasKey: true, agreedKey: 'none' }]);
    for (const form of formsOf(KEY)) expect(log).not.toContain(form);
    expect(requests[0].decision.reasons).toEqual([
      { code: 'unknown-requester', message: expect.any(String) },
    ]);
    expect(requests[0].manualOverrideCommand).toBeNull();
  });

  it('shows a manual override command as its text', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const owners = `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`;
    const frozen = compileTestPolicy(`freeze: true\n${owners}`);
    const log = await logOf(() => functionOn(cloud, 'secret', frozen)({ target: 'hub' }, lambdaContext()));
    const shown = log
      .trimEnd()
      .split('\n')
      .flatMap((line) => JSON.parse(line).request ?? []);
    const options = `--virtual-interface-id ${id} --virtual-gateway-id ${PROD} --region eu-west-2 --endpoint-url ${cloud.url}`;
    expect(shown).toMatchObject([
      { manualOverrideCommand: `aws directconnect confirm-private-virtual-interface ${options}` },
    ]);
  });

  it('contains no secret key when the API refuses it', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 100, authKey: KEY });
    const log = await logOf(async () => {
      const call = functionOn(cloud, 'planted-secret-key')({ target: 'hub' }, lambdaContext());
      await expect(call).rejects.toThrow('failed (credentials)');
    });
    expect(log).toContain('run failed');
    expect(log).not.toContain('planted');
  });
});

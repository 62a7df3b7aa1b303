import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, compileTestPolicy, PROD, startTestCloud } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';

/** The function as it runs in Lambda over an account on AWS, and the owner of an interface that it accepts. */
async function startFunction() {
  const log: string[] = [];
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const cloud = await startTestCloud({ dialect: 'aws' });
  const policy = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');
  const clock = { now: () => cloud.clock.now(), monotonic: () => performance.now() };
  const ledger = createInMemoryLedger(clock);
  const eventPublisher = recordingPublisher();
  const handler = createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(policy),
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
    },
    clock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: () => ledger,
    eventPublisher,
  });
  /** Invokes the function after some time: its metric, and the published events. */
  const invoke = async (time: string) => {
    cloud.clock.advance(time);
    log.length = 0;
    await handler({ target: 'hub' }, lambdaContext());
    const lines = log.join('').split('\n').filter(Boolean);
    const metric = lines.map((line) => JSON.parse(line)).find(({ run }) => run?.metrics)?.run
      .metrics.UnexpectedRoutes;
    return { metric, events: eventPublisher.takePublished() };
  };
  return { cloud, invoke };
}

it('the function reports a default route that the owner of an accepted interface advertises, until it is withdrawn', async () => {
  const { cloud, invoke } = await startFunction();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const advertise = (routes: object[]) =>
    fetch(`${cloud.url}/_simulator/interfaces/${id}`, { method: 'POST', body: JSON.stringify({ routes }) });
  expect(await invoke('PT5M')).toEqual({ metric: 0, events: [`Request Accepted ${id}`] });
  await advertise([{ cidr: '0.0.0.0/0' }]);
  expect(await invoke('PT5M')).toEqual({ metric: 1, events: [`Unexpected Routes ${id}`] });
  expect(await invoke('PT5M')).toEqual({ metric: 1, events: [] });
  await advertise([]);
  expect(await invoke('PT1H')).toEqual({ metric: 0, events: [] });
});

import { describe, expect, it } from 'vitest';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  type Runner,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { observeLedger } from '../support/observedLedgers.ts';

const LISTING = 'DescribeVirtualInterfaces';

type Cloud = Awaited<ReturnType<typeof startTestCloud>>;

/** The calls of one more run to the API and to the ledger. */
async function costs(cloud: Cloud, runner: Runner, overrides: Parameters<Runner['run']>[0] = {}) {
  const ledger = observeLedger(runner.ledger);
  cloud.clearCalls();
  const report = await runner.run({ ...overrides, ports: { ...runner.ports, ...overrides.ports, ledger } });
  expect(report.status).toBe('completed');
  return { api: cloud.calls().map(({ operation }) => operation), ledger: ledger.calls() };
}

const QUIET = { api: [LISTING], ledger: ['open', 'close listed'] };

describe('an idle run makes one listing, and opens and closes the ledger once,', () => {
  it('when there are no interfaces at all', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
    await runner.run();
    expect(await costs(cloud, runner)).toEqual(QUIET);
  });

  it('when an accepted interface is followed, and once it is available', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(await costs(cloud, runner)).toEqual(QUIET);
    cloud.clock.advance('PT5M');
    // The run that sees it become available checks once whether its gateway has a route.
    expect(await costs(cloud, runner)).toEqual({
      api: [LISTING, 'DescribeVpnGateways', 'DescribeRouteTables'],
      ledger: ['open', 'write accepted', 'close accepted listed'],
    });
    expect(await costs(cloud, runner)).toEqual(QUIET);
  });

  it('when the pending requests are held as before', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runner.run();
    cloud.clock.advance('PT5M');
    expect(await costs(cloud, runner)).toEqual(QUIET);
  });

  it('also without a publisher', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runner.run();
    expect(await costs(cloud, runner)).toEqual(QUIET);
  });

  it('with as many pages as the listing has', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const acme = actAs(cloud, ACME);
    for (let vlan = 1; vlan <= 101; vlan += 1)
      cloud.forceState(await acme.offer({ connection: ACME_1, vlan }), 'available');
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      'aws',
    );
    const runner = createRunner(cloud, policy, { eventPublisher: recordingPublisher() });
    await runner.run();
    expect(await costs(cloud, runner)).toEqual({ ...QUIET, api: [LISTING, LISTING] });
  });
});

it('an hour after the last check, the credentials are verified again', async () => {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  await runner.run();
  const { clock } = runner.ports;
  const later = (ms: number) => ({
    ...runner.ports,
    clock: { ...clock, monotonic: () => clock.monotonic() + ms },
  });
  expect(await costs(cloud, runner, { ports: later(3_500_000) })).toEqual(QUIET);
  const { api } = await costs(cloud, runner, { ports: later(3_600_000) });
  expect(api).toEqual(['DescribeVpnGateways', LISTING]);
});

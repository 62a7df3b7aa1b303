import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  DC_GATEWAY,
  PROD,
  type Runner,
  startTestCloud,
} from '../support/cloud.ts';
import { routesFor } from '../support/emulatedRoutes.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { failingOn, observeLedger } from '../support/observedLedgers.ts';

const VPC = 'vpc-1';
const TABLES = 'DescribeRouteTables';
const ASSOCIATIONS = 'DescribeDirectConnectGatewayAssociations';

/** A runner whose runs make no calls for the watch on what owners advertise: `watchAdvertisedRoutes.test.ts` is about it. */
function withoutRouteWatch({ ports: { directConnect, gateways, ...others }, ...runner }: Runner): Runner {
  const ports = {
    ...others,
    directConnect: { ...directConnect, advertisedPrefixes: () => Promise.resolve([]) },
    gateways: { ...gateways, readNetworks: () => Promise.resolve({ networks: [], elsewhere: [] }) },
  };
  return { ...runner, ports, run: (overrides = {}, ledger) => runner.run({ ports, ...overrides }, ledger) };
}

/** A cloud, runs over it, and an interface that one of them accepted and that is not yet available. */
async function accepted(dialect: 'outscale' | 'aws', gateway = PROD) {
  const cloud = await startTestCloud({ dialect });
  const policy = compileTestPolicy(
    `owners: { acme: { connections: [${ACME_1}, ${ACME_2}], gateway: ${gateway} } }`,
    dialect,
  );
  const eventPublisher = recordingPublisher();
  const runner = withoutRouteWatch(createRunner(cloud, policy, { eventPublisher }));
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  expect(await runner.run()).toMatchObject({ counts: { accepted: 1 }, followUps: [], warnings: [] });
  eventPublisher.takePublished();
  return {
    ...{ id, cloud, runner, publisher: eventPublisher, routes: routesFor(cloud) },
    /** Makes the interface available and executes a run: its report, events and calls. */
    later: async (time = 'PT5M', overrides: Parameters<typeof runner.run>[0] = {}) => {
      cloud.clock.advance(time);
      cloud.clearCalls();
      const { status, followUps, warnings } = await runner.run(overrides);
      const asked = cloud.calls().map(({ operation }) => operation);
      return { status, followUps, warnings, events: eventPublisher.takePublished(), asked };
    },
  };
}

const WELL = { status: 'completed', followUps: [], warnings: [], events: [] };
const QUIET = { ...WELL, asked: ['DescribeVirtualInterfaces'] };

describe.each(['outscale', 'aws'] as const)('an accepted interface that is available on %s', (dialect) => {
  it('whose gateway propagates to no route table is reported, once, with the fix', async () => {
    const { id, cloud, publisher, routes, later } = await accepted(dialect);
    await routes.stopPropagating(PROD, VPC);
    const table = await routes.tableOf(VPC);
    const fix =
      `aws ec2 enable-vgw-route-propagation --route-table-id ${table} --gateway-id ${PROD} ` +
      `--region eu-west-2 --endpoint-url ${cloud.url}`;
    const message = `available, but carries no traffic: gateway \`${PROD}\` does not propagate its routes to a route table of \`${VPC}\` (\`${table}\`), and no route there targets it`;
    expect(await later()).toMatchObject({
      status: 'completed',
      followUps: [{ id, owner: 'acme', gateway: PROD, problem: 'unrouted', message, fix }],
      warnings: [],
      events: [`Accepted Interface Not Available ${id}`],
    });
    expect(publisher.delivered.at(-1)?.detail).toMatchObject({
      problem: 'unrouted',
      message: `\`${id}\` of owner \`acme\`, accepted for gateway \`${PROD}\`: ${message}; to fix it: ${fix}`,
      notification: { toDo: fix },
    });
    // It is reported, and nothing is reversed.
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`available ${PROD}`);
    expect(await later()).toEqual(QUIET);
    expect(await later('P2D')).toEqual(QUIET);
  });

  it('that has a route is checked in that run only', async () => {
    const { later } = await accepted(dialect);
    expect(await later('PT1S')).toEqual(QUIET);
    expect(await later()).toMatchObject({ ...WELL, asked: expect.arrayContaining([TABLES]) });
    expect(await later()).toEqual(QUIET);
  });

  it('that has a static route counts as routed too', async () => {
    const { routes, later } = await accepted(dialect);
    await routes.stopPropagating(PROD, VPC);
    await routes.addRoute(PROD, VPC);
    expect(await later()).toMatchObject({ ...WELL, asked: expect.arrayContaining([TABLES]) });
    expect(await later()).toEqual(QUIET);
  });

  it('whose gateway was detached meanwhile is reported as such', async () => {
    const { id, routes, later } = await accepted(dialect);
    await routes.detach(PROD, VPC);
    expect(await later()).toMatchObject({
      followUps: [{ id, problem: 'unrouted', fix: expect.stringContaining('attach-vpn-gateway') }],
      events: [`Accepted Interface Not Available ${id}`],
    });
  });

  it('whose routes may not be read is reported as unknown, once, and fails no run', async () => {
    const { id, cloud, routes, later } = await accepted(dialect);
    await routes.stopPropagating(PROD, VPC);
    cloud.addFault({ kind: 'accessDenied', operation: TABLES, times: 'always' });
    expect(await later()).toMatchObject({
      status: 'completed',
      followUps: [],
      warnings: [
        {
          code: 'routes-unknown',
          message: expect.stringMatching(
            new RegExp(
              `^whether gateway \`${PROD}\` of ${id} has an onward route is not known, and not checked again: ${TABLES} failed \\(credentials\\): .*may not call ${TABLES}: grant them that permission, or,`,
            ),
          ),
        },
      ],
      events: [],
    });
    expect(await later()).toEqual(QUIET);
    expect(await later('P2D')).toEqual(QUIET);
  });
});

describe('an accepted interface on a Direct Connect gateway', () => {
  it('that has no association is reported, once, with the fix', async () => {
    const { id, routes, later } = await accepted('aws', DC_GATEWAY);
    await routes.dissociate(DC_GATEWAY);
    expect(await later()).toMatchObject({
      status: 'completed',
      followUps: [
        {
          id,
          problem: 'unrouted',
          message: `available, but carries no traffic: Direct Connect gateway \`${DC_GATEWAY}\` is not associated with a virtual private gateway`,
          fix: expect.stringContaining(`--direct-connect-gateway-id ${DC_GATEWAY} --gateway-id VGW_ID`),
        },
      ],
      warnings: [],
      events: [`Accepted Interface Not Available ${id}`],
    });
    expect(await later()).toEqual(QUIET);
  });

  it('that has an association is checked once, without reading route tables', async () => {
    const { later } = await accepted('aws', DC_GATEWAY);
    expect(await later()).toEqual({ ...WELL, asked: ['DescribeVirtualInterfaces', ASSOCIATIONS] });
    expect(await later()).toEqual(QUIET);
  });

  it('whose associations may not be read is reported as unknown, once', async () => {
    const { cloud, later } = await accepted('aws', DC_GATEWAY);
    cloud.addFault({ kind: 'accessDenied', operation: ASSOCIATIONS, times: 'always' });
    const { status, warnings } = await later();
    expect([status, warnings.map(({ code }) => code)]).toEqual(['completed', ['routes-unknown']]);
    expect(await later()).toEqual(QUIET);
  });
});

describe('a check of routes that fails', () => {
  it('is a warning, and the next run tries again', async () => {
    const { id, cloud, routes, later } = await accepted('outscale');
    await routes.stopPropagating(PROD, VPC);
    // A read is attempted three times.
    cloud.addFault({ kind: 'throttle', operation: TABLES, times: 3 });
    expect(await later()).toMatchObject({
      status: 'completed',
      followUps: [],
      warnings: [{ code: 'routes-unknown', message: expect.stringMatching(/the next run tries again$/) }],
      events: [],
    });
    expect(await later()).toMatchObject({ warnings: [], events: [`Accepted Interface Not Available ${id}`] });
    expect(await later()).toEqual(QUIET);
  });

  it('is given up after a day, which is reported', async () => {
    const { id, cloud, later } = await accepted('outscale');
    cloud.addFault({ kind: 'emptyObject', operation: TABLES, times: 'always' });
    expect((await later()).warnings).toHaveLength(1);
    expect((await later('PT23H')).warnings).toHaveLength(1);
    expect((await later('PT1H')).warnings).toEqual([
      {
        code: 'routes-unknown',
        message: `whether gateway \`${PROD}\` of ${id} has an onward route is not known, and after a day not checked again: ${TABLES} failed (malformed); check it with the AWS CLI`,
      },
    ]);
    expect(await later()).toEqual(QUIET);
  });

  it('for lack of time is left to the next run', async () => {
    const { later } = await accepted('outscale');
    expect(await later('PT5M', { remaining: () => 1999 })).toMatchObject({
      status: 'completed',
      warnings: [{ code: 'routes-unknown', message: expect.stringContaining('no time was left to check') }],
      asked: ['DescribeVirtualInterfaces'],
    });
    expect(await later()).toMatchObject({ ...WELL, asked: expect.arrayContaining([TABLES]) });
  });

  it('does not affect the next acceptance, which is checked once the permission is granted', async () => {
    const { cloud, routes, later } = await accepted('outscale');
    cloud.addFault({ kind: 'accessDenied', operation: TABLES, times: 1 });
    expect((await later()).warnings).toHaveLength(1);
    await routes.stopPropagating(PROD, VPC);
    const next = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    await later();
    expect(await later()).toMatchObject({
      followUps: [{ id: next }],
      events: [`Accepted Interface Not Available ${next}`],
    });
  });
});

describe('the check of routes', () => {
  it('is made once for all interfaces that became available on one gateway', async () => {
    const { id, cloud, routes, runner, publisher, later } = await accepted('outscale');
    const other = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 102 });
    await runner.run();
    publisher.takePublished();
    await routes.stopPropagating(PROD, VPC);
    const { followUps, events, asked } = await later();
    expect(followUps.map(({ id }) => id).sort()).toEqual([id, other].sort());
    expect(events).toHaveLength(2);
    expect(asked).toEqual(['DescribeVirtualInterfaces', 'DescribeVpnGateways', TABLES]);
  });

  it('comes after the pending requests', async () => {
    const { cloud, later } = await accepted('outscale');
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    const { asked } = await later();
    expect(asked.indexOf('ConfirmPrivateVirtualInterface')).toBeGreaterThan(0);
    expect(asked.indexOf(TABLES)).toBeGreaterThan(asked.indexOf('ConfirmPrivateVirtualInterface'));
  });

  it('of a plan changes nothing: the run after it reports the result', async () => {
    const { id, routes, later } = await accepted('outscale');
    await routes.stopPropagating(PROD, VPC);
    for (let time = 1; time <= 2; time += 1)
      expect(await later('PT5M', { dryRun: true })).toMatchObject({
        followUps: [{ id, problem: 'unrouted' }],
        events: [],
      });
    expect((await later()).events).toEqual([`Accepted Interface Not Available ${id}`]);
  });

  it('is recorded as done after its result, so that an interrupted write repeats the event', async () => {
    const { runner, routes, later } = await accepted('outscale');
    await routes.stopPropagating(PROD, VPC);
    const ledger = observeLedger(runner.ledger);
    await later('PT5M', { ports: { ...runner.ports, ledger } });
    expect(ledger.calls()).toEqual([
      'open',
      'write accepted',
      'write queued accepted listed',
      'close delivered',
    ]);
  });

  it('whose result could not be written is repeated, and published once', async () => {
    const { id, runner, routes, later } = await accepted('outscale');
    await routes.stopPropagating(PROD, VPC);
    const { ledger, ...ports } = runner.ports;
    const broken = await later('PT5M', { ports: { ...ports, ledger: failingOn('queued', ledger) } });
    expect(broken.status).toBe('failed');
    expect((await later()).events).toEqual([`Accepted Interface Not Available ${id}`]);
    expect(await later()).toEqual(QUIET);
  });

  it('is in the report also without a publisher', async () => {
    const { id, runner, routes, later } = await accepted('outscale');
    await routes.stopPropagating(PROD, VPC);
    const ports = { ...runner.ports, eventPublisher: null };
    expect(await later('PT5M', { ports })).toMatchObject({ followUps: [{ id, problem: 'unrouted' }] });
    expect(await later('PT5M', { ports })).toEqual(QUIET);
  });
});

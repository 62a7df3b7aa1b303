import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  DC_GATEWAY,
  LAB,
  PROD,
  startTestCloud,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

const LIST_ROUTES = 'ListVirtualInterfaceRoutes';

/** Two owners on AWS, of which acme may advertise 10.20.0.0/16. */
function policyFor(routes = 'routes: [10.20.0.0/16]', gateway = PROD, globexGateway = gateway) {
  return compileTestPolicy(
    `owners:
  acme: { connections: [${ACME_1}], contact: noc@acme.example, grants: { prod: { gateway: ${gateway}, ${routes} } } }
  globex: { connections: [${ACME_2}], gateway: ${globexGateway} }`,
    'aws',
  );
}

async function advertise(cloud: Emulator, id: string, ...prefixes: string[]): Promise<void> {
  const body = JSON.stringify({ routes: prefixes.map((cidr) => ({ cidr, asPath: [65010] })) });
  const answer = await fetch(`${cloud.url}/_simulator/interfaces/${id}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}

/** A cloud with one available interface of acme for each VLAN, and runs over it. */
async function accepted({ vlans = [101], policy = policyFor() } = {}) {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const publisher = recordingPublisher();
  const runner = createRunner(cloud, policy, { eventPublisher: publisher });
  const offer = (connection: string, vlan: number) => actAs(cloud, ACME).offer({ connection, vlan });
  const ids: string[] = [];
  for (const vlan of vlans) ids.push(await offer(ACME_1, vlan));
  while (((await runner.run()).counts?.pending ?? 0) > 0) cloud.clock.advance('PT1S');
  publisher.takePublished();
  const later = async (time = 'PT5M', overrides: Parameters<typeof runner.run>[0] = {}) => {
    cloud.clock.advance(time);
    cloud.clearCalls();
    const { status, unexpectedRoutes, warnings } = await runner.run(overrides);
    const asked = cloud.calls().filter(({ operation }) => operation === LIST_ROUTES).length;
    const codes = unexpectedRoutes.map(({ id, findings }) =>
      [id, ...findings.map(({ code, prefix }) => `${code} ${prefix ?? 'all'}`)].join(', '),
    );
    const warned = warnings.map(({ code }) => code);
    return { status, codes, warned, events: publisher.takePublished(), asked };
  };
  return { id: ids[0] ?? '', ids, cloud, publisher, runner, offer, later };
}

const QUIET = { status: 'completed', codes: [], warned: [], events: [], asked: 0 };
const READ = { ...QUIET, asked: 1 };

describe('the routes of an accepted interface', () => {
  it('are read when it is available, and then once an hour', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '10.20.0.0/16', '10.20.1.0/24');
    expect(await later()).toEqual(READ);
    expect(await later('PT55M')).toEqual(QUIET);
    expect(await later()).toEqual(READ);
  });

  it('with a default route are reported once, with what to do, until they change', async () => {
    const { id, cloud, publisher, later } = await accepted();
    await advertise(cloud, id, '0.0.0.0/0', '10.20.0.0/16');
    const found = { ...QUIET, codes: [`${id}, default-route 0.0.0.0/0`] };
    expect(await later()).toEqual({ ...found, events: [`Unexpected Routes ${id}`], asked: 1 });
    expect(publisher.delivered.at(-1)?.detail).toMatchObject({
      interface: { id, owner: 'acme', gateway: PROD, connection: ACME_1 },
      prefixes: 2,
      findings: [{ code: 'default-route', prefix: '0.0.0.0/0', overlaps: null, counts: null }],
      findingCount: 1,
      notification: {
        who: 'owner acme (noc@acme.example)',
        toDo: expect.stringContaining(`--virtual-interface-id ${id} `),
      },
    });
    // It is reported by every run, published once, and nothing is undone.
    expect(await later()).toEqual(found);
    expect(await later('PT55M')).toEqual({ ...found, asked: 1 });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`available ${PROD}`);

    await advertise(cloud, id, '10.20.0.0/16');
    expect(await later('PT1H')).toEqual(READ);
    await advertise(cloud, id, '0.0.0.0/0');
    expect(await later('PT1H')).toEqual({ ...found, events: [`Unexpected Routes ${id}`], asked: 1 });
  });

  it('are published again when something is added, and not when a part is over', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '10.30.0.0/16');
    expect((await later()).events).toEqual([`Unexpected Routes ${id}`]);
    await advertise(cloud, id, '10.30.0.0/16', '10.31.0.0/16');
    expect((await later('PT1H')).events).toEqual([`Unexpected Routes ${id}`]);
    await advertise(cloud, id, '10.31.0.0/16');
    expect(await later('PT1H')).toEqual({ ...READ, codes: [`${id}, outside-routes 10.31.0.0/16`] });
  });

  it('are evaluated again at once when the policy agrees to something else', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '10.30.0.0/16');
    expect((await later()).codes).toEqual([`${id}, outside-routes 10.30.0.0/16`]);
    const loaded = policyFor('routes: [10.0.0.0/8], maxPrefixes: 5');
    expect(await later('PT5M', { loaded })).toEqual(READ);
    expect((await later('PT5M', { loaded: policyFor('maxPrefixes: 0') })).codes).toEqual([
      `${id}, too-many-prefixes all`,
    ]);
  });

  it('are evaluated by the grants that match now if the policy no longer names the owner', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '10.30.0.0/16');
    const renamed = compileTestPolicy(
      `owners: { emca: { connections: [${ACME_1}], grants: { other: { gateway: ${PROD}, routes: [10.20.0.0/16] } } } }`,
      'aws',
    );
    expect((await later('PT5M', { loaded: renamed })).codes).toEqual([`${id}, outside-routes 10.30.0.0/16`]);
  });

  it.each([
    [
      'is not valid any more',
      `grants: { prod2: { gateway: ${PROD}, routes: [10.20.0.0/16], until: 2020-01-01T00:00:00Z } }`,
    ],
    ['is for another interface', `grants: { prod2: { gateway: ${PROD}, match: { vlan: [999] } } }`],
  ])('are reported without an agreement while the grant that replaces theirs %s', async (_, grants) => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '10.30.0.0/16');
    expect((await later()).codes).toEqual([`${id}, outside-routes 10.30.0.0/16`]);
    const loaded = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], ${grants} } }`, 'aws');
    const without = { ...READ, codes: [`${id}, no-agreement all`] };
    expect(await later('PT5M', { loaded })).toEqual({ ...without, events: [`Unexpected Routes ${id}`] });
    expect(await later('PT1H', { loaded })).toEqual(without);
    expect((await later()).codes).toEqual([`${id}, outside-routes 10.30.0.0/16`]);
  });

  it('of which nothing was agreed are not reported when their grant is removed', async () => {
    const { id, cloud, later } = await accepted({
      policy: compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws'),
    });
    await advertise(cloud, id, '10.30.0.0/16');
    expect(await later()).toEqual(READ);
    const loaded = compileTestPolicy(
      `owners: { globex: { connections: [${ACME_2}], gateway: ${PROD} } }`,
      'aws',
    );
    expect(await later('PT1H', { loaded })).toEqual(READ);
    expect(await later('PT1H', { loaded })).toEqual(READ);
  });

  it('that overlap a VPC of the gateway are reported', async () => {
    const { id, cloud, later } = await accepted({ policy: policyFor('maxPrefixes: 9') });
    await advertise(cloud, id, '10.0.7.0/24');
    expect(await later()).toMatchObject({
      codes: [`${id}, overlaps-vpc 10.0.7.0/24`],
      events: [`Unexpected Routes ${id}`],
    });
  });

  it('that overlap what another owner advertises on the same gateway are reported for both', async () => {
    const { id, cloud, runner, offer, later } = await accepted();
    const other = await offer(ACME_2, 201);
    await runner.run();
    await advertise(cloud, id, '10.20.0.0/16');
    await advertise(cloud, other, '10.20.9.0/24');
    await later();
    const { codes } = await later('PT1H');
    expect(codes.sort()).toEqual(
      [`${id}, overlaps-owner 10.20.0.0/16`, `${other}, overlaps-owner 10.20.9.0/24`].sort(),
    );
  });

  it('may overlap those of an owner on another gateway, and those of the same owner', async () => {
    const { ids, cloud, runner, offer, later } = await accepted({
      vlans: [101, 102],
      policy: policyFor('maxPrefixes: 9', PROD, LAB),
    });
    const other = await offer(ACME_2, 201);
    await runner.run();
    for (const id of [...ids, other]) await advertise(cloud, id, '10.20.0.0/16');
    await later();
    expect((await later('PT1H')).codes).toEqual([]);
  });

  it('are forgotten with the interface', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '0.0.0.0/0');
    expect((await later()).codes).toHaveLength(1);
    await actAs(cloud, ACME).withdraw(id);
    expect((await later('PT30M')).codes).toEqual([]);
  });
});

describe('routes that cannot be read', () => {
  it('because the permission is missing are one call an hour, and one warning a day', async () => {
    const { cloud, later } = await accepted({ vlans: [101, 102, 103] });
    cloud.addFault({ kind: 'accessDenied', operation: LIST_ROUTES, times: 'always' });
    const forbidden = { ...READ, warned: ['advertised-routes-unknown'] };
    expect(await later()).toEqual(forbidden);
    expect(await later()).toEqual(QUIET);
    expect(await later('PT1H')).toEqual(READ);
    expect(await later('P1D')).toEqual(forbidden);
  });

  it('are read within an hour after the permission is granted', async () => {
    const { id, cloud, later } = await accepted();
    cloud.addFault({ kind: 'accessDenied', operation: LIST_ROUTES, times: 1 });
    await later();
    await advertise(cloud, id, '0.0.0.0/0');
    expect(await later('PT1H')).toMatchObject({ codes: [`${id}, default-route 0.0.0.0/0`], warned: [] });
  });

  it('of one interface do not affect the others', async () => {
    const { ids, cloud, later } = await accepted({ vlans: [101, 102] });
    for (const id of ids) await advertise(cloud, id, '0.0.0.0/0');
    cloud.addFault({ kind: 'emptyObject', operation: LIST_ROUTES, times: 1 });
    const { codes, warned, status } = await later();
    expect([codes.length, warned, status]).toEqual([1, ['advertised-routes-unknown'], 'completed']);
    expect(await later('PT1H')).toMatchObject({ codes: [expect.anything(), expect.anything()], warned: [] });
  });

  it('because the API throttles are left to a later run, and fail no run', async () => {
    const { cloud, later } = await accepted({ vlans: [101, 102] });
    // A read is attempted three times.
    cloud.addFault({ kind: 'throttle', operation: LIST_ROUTES, times: 3 });
    expect(await later()).toMatchObject({
      status: 'completed',
      warned: ['advertised-routes-unknown'],
      asked: 3,
    });
    expect(await later()).toMatchObject({ warned: [], asked: 1 });
  });

  it('keep what was found before', async () => {
    const { id, cloud, later } = await accepted();
    await advertise(cloud, id, '0.0.0.0/0');
    await later();
    cloud.addFault({ kind: 'accessDenied', operation: LIST_ROUTES, times: 'always' });
    expect(await later('PT1H')).toMatchObject({ codes: [`${id}, default-route 0.0.0.0/0`], events: [] });
  });
});

describe('the networks of the VPCs', () => {
  it('that may not be described are one warning a day, and the routes are evaluated without them', async () => {
    const { id, cloud, later } = await accepted({ vlans: [101, 102] });
    await advertise(cloud, id, '10.0.7.0/24', '10.30.0.0/16');
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVpcs', times: 'always' });
    expect(await later()).toMatchObject({
      codes: [`${id}, outside-routes 10.0.7.0/24, outside-routes 10.30.0.0/16`],
      warned: ['advertised-routes-unknown'],
    });
    expect(await later('PT1H')).toMatchObject({ warned: [] });
    expect(await later('P1D')).toMatchObject({ warned: ['advertised-routes-unknown'] });
  });

  it('that can no longer be described do not end an overlap that was found', async () => {
    const { id, cloud, later } = await accepted({ policy: policyFor('maxPrefixes: 9') });
    await advertise(cloud, id, '10.0.7.0/24');
    await later();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVpcs', times: 'always' });
    expect(await later('PT1H')).toMatchObject({ codes: [`${id}, overlaps-vpc 10.0.7.0/24`], events: [] });
    await advertise(cloud, id, '192.168.0.0/24');
    expect((await later('PT1H')).codes).toEqual([]);
  });

  it('that can no longer be described do not hide a more urgent finding behind many overlaps', async () => {
    const { id, cloud, later } = await accepted({ policy: policyFor('maxPrefixes: 99') });
    const many = Array.from({ length: 60 }, (_, i) => `10.0.${i}.0/24`);
    await advertise(cloud, id, ...many);
    await later();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVpcs', times: 'always' });
    await advertise(cloud, id, ...many, '0.0.0.0/0');
    const { codes, events } = await later('PT1H');
    expect(codes[0]).toMatch(`${id}, default-route 0.0.0.0/0, overlaps-vpc `);
    expect(events).toEqual([`Unexpected Routes ${id}`]);
  });

  it('behind a Direct Connect gateway are those of its virtual private gateways', async () => {
    const { id, cloud, later } = await accepted({ policy: policyFor('maxPrefixes: 9', DC_GATEWAY) });
    await advertise(cloud, id, '10.0.7.0/24');
    expect(await later()).toMatchObject({ codes: [`${id}, overlaps-vpc 10.0.7.0/24`], warned: [] });
  });
});

it('a gateway whose networks are elsewhere is a warning once', async () => {
  const { id, runner, later } = await accepted();
  const elsewhere = { networks: [], elsewhere: ['tgw-1a2b3c4d'] };
  const gateways = { ...runner.ports.gateways, readNetworks: () => Promise.resolve(elsewhere) };
  const ports = { ...runner.ports, gateways };
  expect((await later('PT5M', { ports })).warned).toEqual(['advertised-routes-unknown']);
  expect((await later('P2D', { ports })).warned).toEqual([]);
  const { acceptances } = await runner.ledger.readState('aws/eu-west-2/012345678901');
  expect(acceptances[id]?.routes?.unread).toEqual(['networks-elsewhere']);
});

describe('the reads of many interfaces', () => {
  const vlans = Array.from({ length: 25 }, (_, i) => 101 + i);

  it('spread over several runs, those that wait longest first', async () => {
    const { later } = await accepted({ vlans });
    const asked: number[] = [];
    for (let run = 0; run < 3; run += 1) asked.push((await later()).asked);
    expect(asked[0]).toBeLessThanOrEqual(20);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(vlans.length);
  });

  it('are not begun when little time is left', async () => {
    const { later } = await accepted();
    expect(await later('PT5M', { remaining: () => 1999 })).toMatchObject({ status: 'completed', asked: 0 });
    expect(await later()).toEqual(READ);
  });

  it('that the permission is missing for are one call, and no more are recorded as tried than a run may read', async () => {
    const { cloud, runner, later } = await accepted({ vlans });
    cloud.addFault({ kind: 'accessDenied', operation: LIST_ROUTES, times: 'always' });
    const tried = async () => {
      const { acceptances } = await runner.ledger.readState('aws/eu-west-2/012345678901');
      return Object.values(acceptances).filter(({ routes }) => routes !== null).length;
    };
    expect(await later()).toEqual({ ...READ, warned: ['advertised-routes-unknown'] });
    expect(await tried()).toBe(20);
    expect(await later()).toEqual(READ);
    expect(await tried()).toBe(vlans.length);
    expect(await later()).toEqual(QUIET);
  });

  it('come after the confirms of the run', async () => {
    const { cloud, offer, later } = await accepted();
    await offer(ACME_1, 102);
    await later();
    const operations = cloud.calls().map(({ operation }) => operation);
    expect(operations.indexOf(LIST_ROUTES)).toBeGreaterThan(
      operations.indexOf('ConfirmPrivateVirtualInterface'),
    );
  });
});

it('a plan reads no routes, and shows what the last run found', async () => {
  const { id, cloud, later } = await accepted();
  await advertise(cloud, id, '0.0.0.0/0');
  expect(await later('PT5M', { dryRun: true })).toEqual(QUIET);
  await later();
  expect(await later('PT2H', { dryRun: true })).toEqual({
    ...QUIET,
    codes: [`${id}, default-route 0.0.0.0/0`],
  });
});

it('an event that was not delivered is delivered later, once', async () => {
  const { id, cloud, publisher, later } = await accepted();
  await advertise(cloud, id, '0.0.0.0/0');
  publisher.deliverAtMost(0);
  expect((await later()).events).toEqual([]);
  publisher.deliverAtMost(10);
  expect((await later()).events).toEqual([`Unexpected Routes ${id}`]);
  expect((await later()).events).toEqual([]);
});

it('on OUTSCALE, which does not list routes, nothing is asked', async () => {
  const cloud = await startTestCloud({ dialect: 'outscale' });
  const runner = createRunner(
    cloud,
    compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`),
  );
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await runner.run();
  cloud.clock.advance('PT5M');
  cloud.clearCalls();
  expect(await runner.run()).toMatchObject({ status: 'completed', unexpectedRoutes: [], warnings: [] });
  expect(cloud.calls().map(({ operation }) => operation)).not.toContain(LIST_ROUTES);
});

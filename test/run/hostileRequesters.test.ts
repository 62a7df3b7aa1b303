import { describe, expect, it, onTestFinished } from 'vitest';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  LAB,
  outcomesById,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { ALLOWED_OFFER, NARROW_POLICY } from '../support/narrowPolicy.ts';

/** Attacks by requesters who want to be accepted, or another request to expire, and their effect: docs/threat-model.md. */

/** IDs that are easily taken for the rightful one. */
const LOOK_ALIKES = ['dxcon-1111111l', 'dxcon-11111112', 'dxcon-l1111111', 'dxcon-1i111111'];

async function cloudWithLookAlikes(): Promise<Emulator> {
  const connection = (account: string, id: string) => ({ account, id, name: 'acme-core', location: 'PAR1' });
  const scenario = readScenario({
    region: 'eu-west-2',
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1', asn: 64512 }],
    connections: [connection(ACME, ACME_1), ...LOOK_ALIKES.map((id) => connection(UNKNOWN_REQUESTER, id))],
  });
  const simulator = await startEmulator({ dialect: 'outscale', scenario });
  onTestFinished(() => simulator.close());
  return simulator;
}

describe('a requester who imitates another one', () => {
  it('by copying every field, on connections with similar IDs, is held, and delays no other request', async () => {
    const cloud = await cloudWithLookAlikes();
    const copies: string[] = [];
    for (const connection of LOOK_ALIKES)
      copies.push(await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection, ...ALLOWED_OFFER }));
    const rightful = await actAs(cloud, ACME).offer({ connection: ACME_1, ...ALLOWED_OFFER });
    const report = await createRunner(cloud, NARROW_POLICY).run();
    expect(outcomesById(report)).toEqual({
      [rightful]: `accepted acme.prod ${PROD}`,
      ...Object.fromEntries(copies.map((id) => [id, 'held unknown-requester'])),
    });
    for (const id of copies) expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('with a copy that was offered first takes neither the VLAN nor the addresses of the rightful request', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, NARROW_POLICY);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, ...ALLOWED_OFFER });
    await runner.run();
    const rightful = await actAs(cloud, ACME).offer({ connection: ACME_1, ...ALLOWED_OFFER });
    expect(outcomesById(await runner.run())[rightful]).toBe(`accepted acme.prod ${PROD}`);
  });
});

describe('a flood of requests', () => {
  it('of an unknown requester neither delays allowed requests nor goes unreported', async () => {
    const cloud = await startTestCloud();
    const eventPublisher = recordingPublisher();
    for (let i = 0; i < 300; i += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan: 1000 + i,
        subnet: `${i % 200}.${(i % 60) * 4}`,
      });
    const rightful = await actAs(cloud, ACME).offer({ connection: ACME_1, ...ALLOWED_OFFER });
    const report = await createRunner(cloud, NARROW_POLICY, { eventPublisher }).run();
    expect(outcomesById(report)[rightful]).toBe(`accepted acme.prod ${PROD}`);
    expect(report.counts).toMatchObject({ pending: 301, accepted: 1, held: 300 });
    expect(eventPublisher.takePublished().filter((event) => event.startsWith('Request Held'))).toHaveLength(
      300,
    );
  });

  it('of one owner, more than a run may accept, lets every other owner have its turn in the same run', async () => {
    const cloud = await startTestCloud();
    const loaded = compileTestPolicy(`limits: { acceptsPerRun: 3 }
owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  zeta: { connections: [${ACME_2}], gateway: ${LAB} }
`);
    for (let i = 0; i < 20; i += 1) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 100 + i });
    const last = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 900 });
    const report = await createRunner(cloud, loaded).run();
    expect(report.counts).toMatchObject({ accepted: 3 });
    expect(outcomesById(report)[last]).toBe(`accepted zeta.default ${LAB}`);
  });
});

describe('a requester who withdraws a request and offers it again', () => {
  it('is evaluated again and reported each time, and leaves no slot of a limit taken', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const loaded = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`,
    );
    const runner = createRunner(cloud, loaded, { eventPublisher: publisher });
    const [acme, unknown] = [actAs(cloud, ACME), actAs(cloud, UNKNOWN_REQUESTER)];
    for (let i = 0; i < 3; i += 1) {
      const offered = await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 200 + i });
      const id = await acme.offer({ connection: ACME_1, vlan: 101 });
      expect(outcomesById(await runner.run())).toEqual({
        [id]: `accepted acme.default ${PROD}`,
        [offered]: 'held unknown-requester',
      });
      await acme.withdraw(id);
      await unknown.withdraw(offered);
      cloud.clock.advance('PT20M');
      await runner.run();
      const events = publisher.takePublished();
      for (const event of [`Request Accepted ${id}`, `Request Held ${offered}`, `Request Ended ${offered}`])
        expect(events).toContain(event);
    }
  });

  it('and whose request is `deleting` for a while has it neither accepted nor reported as ended before its end', async () => {
    const cloud = await startTestCloud({ withdrawalTime: 'PT30M' });
    const publisher = recordingPublisher();
    const unknown = actAs(cloud, UNKNOWN_REQUESTER);
    const acme = actAs(cloud, ACME);
    const loaded = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`,
    );
    const runner = createRunner(cloud, loaded, { eventPublisher: publisher });
    const observed = await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect(outcomesById(await runner.run())).toEqual({ [observed]: 'held unknown-requester' });
    await unknown.withdraw(observed);
    const neverObserved = await acme.offer({ connection: ACME_1, vlan: 101 });
    await acme.withdraw(neverObserved);
    const again = await acme.offer({ connection: ACME_1, vlan: 102 });
    publisher.takePublished();

    const meanwhile = await runner.run();
    // Fail closed: an interface that is being deleted may have been accepted, so it counts until it has ended.
    expect(outcomesById(meanwhile)).toEqual({ [again]: 'held owner-limit' });
    expect(meanwhile).toMatchObject({ status: 'completed', ended: [] });
    expect(publisher.takePublished()).toEqual([`Request Held ${again}`]);

    cloud.clock.advance('PT30M');
    const after = await runner.run();
    expect(outcomesById(after)).toEqual({ [again]: `accepted acme.default ${PROD}` });
    expect(after.ended).toMatchObject([{ id: observed, as: 'rejected' }]);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(neverObserved)).toBe('rejected');
  });

  it.each([
    ['rejected', 'PT0S'],
    ['deleting', 'PT30M'],
  ])(
    'between the listing and the description is reported as gone, also when its request is %s',
    async (state, withdrawalTime) => {
      const cloud = await startTestCloud({ withdrawalTime });
      const acme = actAs(cloud, ACME);
      const id = await acme.offer({ connection: ACME_1, ...ALLOWED_OFFER });
      const runner = createRunner(cloud, NARROW_POLICY);
      const { ports } = runner;
      const describe = async (asked: string) => {
        await acme.withdraw(id);
        return ports.directConnect.describe(asked);
      };
      const report = await runner.run({
        ports: { ...ports, directConnect: { ...ports.directConnect, describe } },
      });
      expect(report.status).toBe('completed');
      expect(outcomesById(report)[id]).toMatch(/^gone /);
      expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(state);
    },
  );

  it('between the listing and the confirm does not get another request accepted in its place', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const id = await acme.offer({ connection: ACME_1, ...ALLOWED_OFFER });
    const runner = createRunner(cloud, NARROW_POLICY);
    const { ports } = runner;
    let again = '';
    // Its second connection belongs to no owner of this policy.
    const describe = async (asked: string) => {
      await acme.withdraw(id);
      again = await acme.offer({ connection: ACME_2, ...ALLOWED_OFFER });
      return ports.directConnect.describe(asked);
    };
    const swapping = { ...ports, directConnect: { ...ports.directConnect, describe } };
    const report = await runner.run({ ports: swapping });
    expect(outcomesById(report)[id]).toMatch(/^gone /);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(again)).toBe('confirming');
  });
});

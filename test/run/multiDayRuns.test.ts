import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  LAB,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

describe('over several days', () => {
  it('the deadline is an interval that contains the true expiry, and an expired request is published with the reasons why it was held', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await runner.run();
    cloud.clock.advance('PT3M');
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    cloud.clock.advance('PT2M');

    const { requests } = await runner.run();
    expect(requests).toMatchObject([
      {
        id,
        firstSeen: '2026-11-02T08:05:00.000Z',
        deadline: { earliest: '2026-11-09T08:00:00.000Z', latest: '2026-11-09T08:05:00.000Z' },
      },
    ]);

    cloud.clock.advance('P6D');
    expect((await runner.run()).requests).toMatchObject(requests.map(({ deadline }) => ({ deadline })));
    cloud.clock.advance('P1D');
    expect((await runner.run()).ended).toMatchObject([
      {
        id,
        as: 'expired',
        held: [{ code: 'unknown-requester' }],
        pendingSeconds: 7 * 24 * 3600,
        failures: 0,
      },
    ]);
    expect((await runner.run()).ended).toEqual([]);
  });

  it('the earliest expiry is unknown for requests that the very first run finds', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    const { requests } = await createRunner(cloud, SIMPLE_POLICY).run();
    expect(requests).toMatchObject([{ deadline: { earliest: null, latest: '2026-11-09T08:00:00.000Z' } }]);
  });

  it.each([
    [
      'rejected',
      'withdrawn by the requester',
      async (cloud: Cloud, id: string) => actAs(cloud, UNKNOWN_REQUESTER).withdraw(id),
    ],
    [
      'acceptedByOthers',
      'accepted manually',
      async (cloud: Cloud, id: string) => actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB),
    ],
  ] as const)('a request that ends as %s (%s) is published once', async (as, _, act) => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runner.run();
    await act(cloud, id);
    expect((await runner.run()).ended).toMatchObject([{ id, as }]);
    expect((await runner.run()).ended).toEqual([]);
  });

  it('a request in an unknown state is held and recorded, and accepted once it is confirming', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await runner.run();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.forceState(id, 'approving');
    const { requests } = await runner.run();
    expect(requests).toMatchObject([
      { id, outcome: 'held', decision: { reasons: [{ code: 'unreadable' }] } },
    ]);
    cloud.clock.advance('P1D');
    cloud.forceState(id, 'confirming');
    const accepted = await runner.run();
    expect(accepted.requests).toMatchObject([
      { id, outcome: 'accepted', firstSeen: requests[0]?.firstSeen, deadline: requests[0]?.deadline },
    ]);
  });

  it('a frozen policy holds everything and reports what may expire; when it is unfrozen, the request is accepted', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const frozen = compileTestPolicy(
      `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    );
    const report = await createRunner(cloud, frozen).run();
    expect(outcomesById(report)).toEqual({ [id]: 'held frozen' });
    const message = expect.stringContaining('2026-11-09T08:00:00.000Z');
    expect(report.requests[0]?.decision).toMatchObject({ reasons: [{ code: 'frozen', message }] });
    expect(outcomesById(await createRunner(cloud, SIMPLE_POLICY).run())).toEqual({
      [id]: `accepted acme.default ${PROD}`,
    });
  });

  it('a grant starts and ends by the clock', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const window = 'from: 2026-11-03T00:00:00Z, until: 2026-11-04T00:00:00Z';
    const policy = compileTestPolicy(`
owners: { acme: { connections: [${ACME_1}, ${ACME_2}], grants: { soon: { gateway: ${PROD}, match: { vlan: [101] }, ${window} } } } }`);
    const runner = createRunner(cloud, policy);
    expect(outcomesById(await runner.run())).toEqual({ [id]: 'held grant-not-started' });
    cloud.clock.advance('P1D');
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.soon ${PROD}` });
    const late = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 101 });
    cloud.clock.advance('P1D');
    expect(outcomesById(await runner.run())).toEqual({ [late]: 'held grant-ended' });
  });

  it('an accepted interface is followed, and an interface that no grant justifies is reported as ungranted', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const foreign = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(foreign, PROD);

    const first = await runner.run();
    expect(first.ungranted).toMatchObject([{ id: foreign, connection: UNKNOWN_CONNECTION, gateway: PROD }]);
    expect(first.followUps).toEqual([]);

    cloud.forceState(id, 'down');
    expect((await runner.run()).followUps).toEqual([]);
    cloud.clock.advance('PT2H');
    expect((await runner.run()).followUps).toMatchObject([{ id, owner: 'acme', problem: 'down' }]);
    expect((await runner.run()).followUps).toMatchObject([{ id, problem: 'down' }]);
    cloud.forceState(id, 'available');
    expect((await runner.run()).followUps).toEqual([]);
    cloud.forceState(id, 'down');
    expect((await runner.run()).followUps).toEqual([]);
  });

  it('an accepted interface that is deleted before it becomes available is published as gone, once', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await runner.run();
    cloud.forceState(id, 'deleted');
    expect((await runner.run()).followUps).toMatchObject([{ id, problem: 'gone' }]);
    expect((await runner.run()).followUps).toEqual([]);
  });

  it('a request that came and expired between two runs is published once, as unobserved', async () => {
    const cloud = await startTestCloud({ expiredLingers: 'P30D' });
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await runner.run();
    cloud.clock.advance('PT1H');
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.clock.advance('P8D');
    const { ended, requests } = await runner.run();
    expect(ended).toMatchObject([{ id, as: 'expired', firstSeen: null, pendingSeconds: null }]);
    expect(requests).toEqual([]);
    expect((await runner.run()).ended).toEqual([]);
  });
});

type Cloud = Awaited<ReturnType<typeof startTestCloud>>;

import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, compileTestPolicy, PROD, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { startEmulatedRuns } from '../support/emulatedRuns.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const FROZEN = compileTestPolicy(
  `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
);

describe('the events of a request are each published once, for a request', () => {
  it('that is held until it expires', async () => {
    const { cloud, publisher, after } = await startEmulatedRuns();
    expect(await after(null)).toEqual([]);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect(await after('PT5M')).toEqual([`Request Held ${id}`]);
    expect(await after('PT5M')).toEqual([]);
    // 72, 24 and 6 hours before the earliest expiry, and the end itself
    for (const time of ['P3DT23H50M', 'P2D', 'PT18H']) {
      expect(await after(time)).toEqual([`Deadline Near ${id}`]);
      expect(await after(null)).toEqual([]);
    }
    expect(await after('PT6H')).toEqual([`Request Expired ${id}`]);
    expect(await after('PT1H')).toEqual([]);

    const [held, ...others] = publisher.delivered.map(({ detail }) => detail);
    expect(held).toMatchObject({ request: { id }, reasons: [{ code: 'unknown-requester' }] });
    expect(others.map(({ hours }) => hours)).toEqual([72, 24, 6, undefined]);
    expect(others.at(-1)).toMatchObject({ as: 'expired', reasons: [{ code: 'unknown-requester' }] });
  });

  it('that the very first run finds: it may expire at any moment, which is published at once', async () => {
    const { cloud, after } = await startEmulatedRuns();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect((await after(null)).sort()).toEqual([`Deadline Near ${id}`, `Request Held ${id}`]);
    expect(await after('PT5M')).toEqual([]);
  });

  it('that is held, then allowed, and becomes available late', async () => {
    const { cloud, publisher, after } = await startEmulatedRuns();
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect(await after('PT5M', { loaded: FROZEN })).toEqual([`Request Held ${id}`]);
    expect(await after('PT5M')).toEqual([`Request Accepted ${id}`]);
    cloud.forceState(id, 'down');
    expect(await after('PT1H')).toEqual([]);
    expect(await after('PT1H')).toEqual([`Accepted Interface Not Available ${id}`]);
    expect(publisher.delivered.at(-1)?.detail).toMatchObject({
      problem: 'down',
      message: expect.any(String),
    });
    expect(await after('PT1H')).toEqual([]);
    cloud.forceState(id, 'available');
    expect(await after('PT1H')).toEqual([]);
    cloud.forceState(id, 'down');
    expect(await after('P1D')).toEqual([]);
  });

  it('that is accepted, and gone before it becomes available', async () => {
    const { cloud, after } = await startEmulatedRuns();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect(await after(null)).toEqual([`Request Accepted ${id}`]);
    cloud.forceState(id, 'deleted');
    expect(await after(null)).toEqual([`Accepted Interface Not Available ${id}`]);
    expect(await after(null)).toEqual([]);
  });

  it('that is withdrawn', async () => {
    const { cloud, after } = await startEmulatedRuns();
    await after(null);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await after('PT5M');
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    expect(await after('PT5M')).toEqual([`Request Ended ${id}`]);
    expect(await after('PT5M')).toEqual([]);
  });

  it('that came and expired between two runs', async () => {
    const { cloud, after } = await startEmulatedRuns({ expiredLingers: 'P30D' });
    await after(null);
    cloud.clock.advance('PT1H');
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect(await after('P8D')).toEqual([`Request Expired ${id}`]);
    expect(await after('PT5M')).toEqual([]);
  });

  it('that is accepted manually, which is not an acceptance of this program', async () => {
    const { cloud, publisher, runner, after } = await startEmulatedRuns();
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await after('PT5M', { loaded: FROZEN });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    cloud.clock.advance('PT5M');
    const report = await runner.run();
    expect(report).toMatchObject({ status: 'completed', counts: { accepted: 0 }, followUps: [] });
    expect(report.ended).toMatchObject([{ id, as: 'acceptedByOthers', held: [{ code: 'frozen' }] }]);
    expect(publisher.takePublished()).toEqual([`Request Ended ${id}`]);
    expect((await runner.ledger.readState(RECIPIENT)).acceptances).toEqual({});
    expect(await runner.ledger.readRecords(RECIPIENT, new Date(0))).toMatchObject({
      receipts: [],
      ended: [{ id, as: 'acceptedByOthers' }],
    });
  });
});

import { expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, OWN_CONNECTION, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { startEmulatedRuns } from '../support/emulatedRuns.ts';
import { failingOn } from '../support/observedLedgers.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const EVER = new Date(0);

it('an end that was published before an outage of a week is not published again after it', async () => {
  const { cloud, after } = await startEmulatedRuns({ expiredLingers: 'P30D' });
  await after(null);
  const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
  await after('PT5M');
  expect(await after('P7D')).toEqual([`Request Expired ${id}`]);
  expect(await after('P8D')).toEqual([]);
});

it('a request that came and expired during an outage is published once and recorded', async () => {
  const { cloud, runner, after } = await startEmulatedRuns({ expiredLingers: 'P30D' });
  await after(null);
  cloud.clock.advance('PT1H');
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  expect(await after('P8D')).toEqual([`Request Expired ${id}`]);
  expect((await runner.ledger.readRecords(KEY, EVER)).ended).toMatchObject([
    { id, as: 'expired', firstSeen: null },
  ]);
  expect(await after('P8D')).toEqual([]);
});

it('an interface that is listed as confirming again after it was accepted is not accepted again, and the report says so', async () => {
  const { cloud, runner, after } = await startEmulatedRuns();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  expect(await after(null)).toEqual([`Request Accepted ${id}`]);
  cloud.forceState(id, 'confirming');
  expect(await runner.run()).toMatchObject({ requests: [], ignored: [{ id, code: 'unsettled' }] });
  expect((await runner.ledger.readRecords(KEY, EVER)).receipts).toHaveLength(1);
  // It is reported if that lasts.
  expect(await after('PT3H')).toEqual([`Accepted Interface Not Available ${id}`]);
});

it('a failure to record an acceptance is published once', async () => {
  const { cloud, runner } = await startEmulatedRuns();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const { failures } = await runner.run({}, failingOn('accepted', runner.ledger));
  expect(failures).toMatchObject([{ code: 'ledger', message: expect.stringContaining(id) }]);
});

it('an acceptance that is learnt of when the interface is long down is published as both, once', async () => {
  const { cloud, runner, publisher, after } = await startEmulatedRuns();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await runner.run({}, failingOn('accepted', runner.ledger));
  publisher.takePublished();
  cloud.forceState(id, 'down');
  expect(await after('PT3H')).toEqual([`Request Accepted ${id}`, `Accepted Interface Not Available ${id}`]);
  expect(await after('PT5M')).toEqual([]);
});

it('a deadline is published also while runs fail', async () => {
  const { cloud, after } = await startEmulatedRuns();
  await after(null);
  const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
  await after('PT5M');
  cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces', times: 'always' });
  expect(await after('PT5M')).toEqual(['Run Failed']);
  expect(await after('P4D')).toEqual([`Deadline Near ${id}`]);
  expect(await after('P1D')).toEqual([]);
  expect(await after('P1D')).toEqual([`Deadline Near ${id}`]);
});

it('what we offered to others is not published as a request while our own connections cannot be listed', async () => {
  const { cloud, after } = await startEmulatedRuns();
  await actAs(cloud, RECIPIENT_ACCOUNT).offer({
    connection: OWN_CONNECTION,
    vlan: 101,
    to: UNKNOWN_REQUESTER,
  });
  expect(await after(null)).toEqual([]);
  cloud.addFault({ kind: 'accessDenied', operation: 'DescribeConnections' });
  expect(await after('PT5M')).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { LedgerFailure } from '../../run/portErrors.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  OWN_CONNECTION,
  outcomesById,
  PROD,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { startEmulatedRuns } from '../support/emulatedRuns.ts';
import { observeLedger } from '../support/observedLedgers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const FROZEN = compileTestPolicy(
  `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
);

describe('no event is published', () => {
  it('about interfaces that we offered to others, whatever becomes of them', async () => {
    const { cloud, after } = await startEmulatedRuns();
    const id = await actAs(cloud, RECIPIENT_ACCOUNT).offer({
      connection: OWN_CONNECTION,
      vlan: 101,
      to: UNKNOWN_REQUESTER,
    });
    expect(await after(null)).toEqual([]);
    await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
    expect(await after('PT5M')).toEqual([]);
    await actAs(cloud, RECIPIENT_ACCOUNT).offer({
      connection: OWN_CONNECTION,
      vlan: 102,
      to: UNKNOWN_REQUESTER,
    });
    expect([...(await after('PT5M')), ...(await after('P8D'))]).toEqual([]);
  });

  it('about interfaces that we offered to others and that expired between two runs, though they are still listed', async () => {
    const { cloud, runner } = await startEmulatedRuns({ expiredLingers: 'P30D' });
    await runner.run();
    cloud.clock.advance('PT1H');
    await actAs(cloud, RECIPIENT_ACCOUNT).offer({
      connection: OWN_CONNECTION,
      vlan: 101,
      to: UNKNOWN_REQUESTER,
    });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    cloud.clock.advance('P8D');
    const { ended } = await runner.run();
    // One of the same age that was offered to us is published.
    expect(ended.map((end) => [end.id, end.as])).toEqual([[id, 'expired']]);
  });

  it('about an ungranted interface, which the report of every run names', async () => {
    const { cloud, runner, after } = await startEmulatedRuns();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    for (let run = 0; run < 2; run += 1) {
      expect((await runner.run()).ungranted).toMatchObject([
        { id, connection: UNKNOWN_CONNECTION, gateway: PROD },
      ]);
    }
    expect(await after('PT5M')).toEqual([]);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`available ${PROD}`);
  });

  it('by a plan, which writes nothing either', async () => {
    const { cloud, publisher, runner, after } = await startEmulatedRuns();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    await after(null, { loaded: FROZEN });
    cloud.clock.advance('P6D');
    const ledger = observeLedger(runner.ledger);
    const before = await runner.ledger.readState(RECIPIENT);

    const plan = await runner.run({ dryRun: true, ports: { ...runner.ports, ledger } });

    expect(outcomesById(plan)[allowed]).toBe(`wouldAccept acme.default ${PROD}`);
    expect(publisher.takePublished()).toEqual([]);
    expect(ledger.calls()).toEqual(['peek']);
    expect(await runner.ledger.readState(RECIPIENT)).toEqual(before);
  });

  it('by a plan that fails', async () => {
    const { cloud, after } = await startEmulatedRuns();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    expect(await after(null, { dryRun: true })).toEqual([]);
  });

  it('by a plan that cannot read its ledger', async () => {
    const { runner, publisher } = await startEmulatedRuns();
    const readState = () => Promise.reject(new LedgerFailure('the disk is gone'));
    const ports = { ...runner.ports, ledger: { ...runner.ledger, readState } };
    const report = await runner.run({ dryRun: true, ports });
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
    expect(publisher.takePublished()).toEqual([]);
  });

  it('by a run that finds another run with the lease', async () => {
    const { cloud, runner, after } = await startEmulatedRuns();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const other = await runner.ledger.open(RECIPIENT, 60_000);
    expect(await after(null)).toEqual([]);
    await other?.close([]);
    expect(await after(null)).toHaveLength(1);
  });
});

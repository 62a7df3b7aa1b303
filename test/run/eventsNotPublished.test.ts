import { describe, expect, it } from 'vitest';
import { LedgerFailure } from '../../run/portErrors.ts';
import { ACME, actAs, STRANGER, US } from '../support/accounts.ts';
import { ACME_1, OURS, outcomes, PROD, policyOf, STRANGERS } from '../support/cloud.ts';
import { stage } from '../support/emulatedRuns.ts';
import { watched } from '../support/observedLedgers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const FROZEN = policyOf(`freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`);

describe('nothing is announced', () => {
  it('of what we offered to others, whatever becomes of it', async () => {
    const { cloud, after } = await stage();
    const id = await actAs(cloud, US).offer({ connection: OURS, vlan: 101, to: STRANGER });
    expect(await after(null)).toEqual([]);
    await actAs(cloud, US).withdraw(id);
    expect(await after('PT5M')).toEqual([]);
    await actAs(cloud, US).offer({ connection: OURS, vlan: 102, to: STRANGER });
    expect([...(await after('PT5M')), ...(await after('P8D'))]).toEqual([]);
  });

  it('of what we offered to others and what expired while no pass ran, though it is listed still', async () => {
    const { cloud, runner } = await stage({ expiredLingers: 'P30D' });
    await runner.pass();
    cloud.clock.advance('PT1H');
    await actAs(cloud, US).offer({ connection: OURS, vlan: 101, to: STRANGER });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    cloud.clock.advance('P8D');
    const { ended } = await runner.pass();
    // One of the same age that was offered to us is told.
    expect(ended.map((end) => [end.id, end.as])).toEqual([[id, 'expired']]);
  });

  it('of an orphan, which every pass tells in its report', async () => {
    const { cloud, runner, after } = await stage();
    const id = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 102 });
    await actAs(cloud, US).confirm(id, PROD);
    for (let pass = 0; pass < 2; pass += 1) {
      expect((await runner.pass()).orphans).toMatchObject([{ id, connection: STRANGERS, gateway: PROD }]);
    }
    expect(await after('PT5M')).toEqual([]);
    expect(await actAs(cloud, US).see(id)).toBe(`available ${PROD}`);
  });

  it('by a plan, which writes nothing either', async () => {
    const { cloud, announcer, runner, after } = await stage();
    await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 101 });
    const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    await after(null, { loaded: FROZEN });
    cloud.clock.advance('P6D');
    const ledger = watched(runner.ledger);
    const before = await runner.ledger.peek(RECIPIENT);

    const plan = await runner.pass({ dryRun: true, ports: { ...runner.ports, ledger } });

    expect(outcomes(plan)[allowed]).toBe(`wouldAccept acme.default ${PROD}`);
    expect(announcer.news()).toEqual([]);
    expect(ledger.calls()).toEqual(['peek']);
    expect(await runner.ledger.peek(RECIPIENT)).toEqual(before);
  });

  it('by a plan that fails', async () => {
    const { cloud, after } = await stage();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    expect(await after(null, { dryRun: true })).toEqual([]);
  });

  it('by a plan that cannot read its ledger', async () => {
    const { runner, announcer } = await stage();
    const peek = () => Promise.reject(new LedgerFailure('the disk is gone'));
    const ports = { ...runner.ports, ledger: { ...runner.ledger, peek } };
    const report = await runner.pass({ dryRun: true, ports });
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
    expect(announcer.news()).toEqual([]);
  });

  it('by a pass that found another one at work', async () => {
    const { cloud, runner, after } = await stage();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const other = await runner.ledger.open(RECIPIENT, 60_000);
    expect(await after(null)).toEqual([]);
    await other?.close([]);
    expect(await after(null)).toHaveLength(1);
  });
});

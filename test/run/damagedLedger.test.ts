import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, outcomesById, PROD, SIMPLE_POLICY } from '../support/cloud.ts';
import { startEmulatedRuns } from '../support/emulatedRuns.ts';
import { withDamagedItems } from '../support/observedLedgers.ts';

const WHY = 'item `intent/…` is damaged: restore it';

describe('a ledger item that cannot be read', () => {
  it('holds its request, which may be under acceptance, and no other request', async () => {
    const { cloud, runner } = await startEmulatedRuns();
    const acme = actAs(cloud, ACME);
    const id = await acme.offer({ connection: ACME_1, vlan: 101 });
    const other = await acme.offer({ connection: ACME_1, vlan: 102 });

    const report = await runner.run({}, withDamagedItems({ [id]: WHY }, runner.ledger));

    expect(outcomesById(report)).toEqual({
      [id]: 'held unreadable',
      [other]: `accepted acme.default ${PROD}`,
    });
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger', message: WHY }] });
    expect(JSON.stringify(report.requests)).toContain(`its ledger entry cannot be read: ${WHY}`);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });

  it('takes a slot of every limit in which it may count', async () => {
    const { cloud, runner } = await startEmulatedRuns();
    const acme = actAs(cloud, ACME);
    const id = await acme.offer({ connection: ACME_1, vlan: 101 });
    const other = await acme.offer({ connection: ACME_1, vlan: 102 });
    const { policy, digest } = SIMPLE_POLICY;
    const owners = policy.owners.map((owner) => ({ ...owner, limit: 1 }));
    const loaded = { policy: { ...policy, owners }, digest };
    const report = await runner.run({ loaded }, withDamagedItems({ [id]: WHY }, runner.ledger));
    expect(outcomesById(report)[other]).toBe('held owner-limit');
  });

  it('is published once, as the failure of the runs', async () => {
    const { runner, publisher } = await startEmulatedRuns();
    const damaged = withDamagedItems({ 'dxvif-00000000': WHY }, runner.ledger);
    for (let run = 0; run < 3; run += 1) expect((await runner.run({}, damaged)).status).toBe('failed');
    expect(publisher.takePublished()).toEqual(['Run Failed']);
    expect(publisher.delivered[0]?.detail).toMatchObject({ failures: [{ code: 'ledger', message: WHY }] });
  });
});

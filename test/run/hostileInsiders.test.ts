import { describe, expect, it } from 'vitest';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { recipientKey } from '../../core/policy.ts';
import { ACME, actAs, STRANGER, US } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  outcomes,
  PROD,
  policyOf,
  runnerOf,
  STRANGERS,
  startCloud,
} from '../support/cloud.ts';
import { recordingAnnouncer } from '../support/eventPublishers.ts';
import { anAcceptance, anIntent, aSighting } from '../support/ledgerBuilders.ts';
import { NARROW, RIGHTFUL } from '../support/narrowPolicy.ts';

/** Whoever has a hand in it already, and what it comes to: docs/threat-model.md. */

describe('an owner of ours gone rogue', () => {
  it('gets no other gateway, VLAN, addresses, ASN or name than its grants give, and no more than its limit', async () => {
    const cloud = await startCloud();
    const acme = actAs(cloud, ACME);
    const offers = [
      { ...RIGHTFUL, vlan: 102 },
      { ...RIGHTFUL, name: 'acme-prod-1 ' },
      { ...RIGHTFUL, asn: 64512 },
      { ...RIGHTFUL, subnet: '11.4' },
    ];
    const ids: string[] = [];
    for (const [i, offer] of offers.entries())
      ids.push(await acme.offer({ connection: ACME_1, ...offer, vlan: offer.vlan + i * 10 }));
    ids.push(await acme.offer({ connection: ACME_2, ...RIGHTFUL }));
    const report = await runnerOf(cloud, NARROW).pass();
    expect(report.counts).toMatchObject({ accepted: 0, held: ids.length });
  });

  it('takes no address that another interface on the same gateway has', async () => {
    const cloud = await startCloud();
    const loaded = policyOf(`owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  zeta: { connections: [${ACME_2}], gateway: ${PROD} }
`);
    const runner = runnerOf(cloud, loaded);
    await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 7, subnet: '10.4' });
    await runner.pass();
    const rogue = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 8, subnet: '10.4' });
    expect(outcomes(await runner.pass())[rogue]).toBe('held peers-overlap');
  });
});

describe('whoever can write the ledger', () => {
  const FORGED = { grants: ['prod'], gateway: PROD, connection: STRANGERS };

  async function forged(changes: (id: string, now: string) => readonly LedgerChange[]) {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, NARROW, { announcer });
    const stranger = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, ...RIGHTFUL });
    const session = await runner.ledger.open(recipientKey(NARROW.policy.recipient), 60_000);
    await session?.close(changes(stranger, cloud.clock.now().toISOString()));
    return { cloud, announcer, runner, stranger };
  }

  it('has nobody accepted: what it remembers of a request is no reason to confirm it', async () => {
    const { cloud, runner, stranger } = await forged((id, at) => [
      { kind: 'sighted', id, sighting: aSighting({ connection: ACME_1, held: [] }) },
      { kind: 'intended', id, intent: anIntent({ grants: ['prod'], gateway: PROD, at }) },
    ]);
    for (let pass = 0; pass < 4; pass += 1)
      expect(outcomes(await runner.pass())).toEqual({ [stranger]: 'held unknown-requester' });
    expect(await actAs(cloud, US).see(stranger)).toBe('confirming');
  });

  it.each([
    ['that it came up', { availableAt: '2026-11-02T08:00:00.000Z' }],
    ['that it will be accepted', { at: '2036-11-02T08:00:00.000Z' }],
    ['that it was accepted', {}],
  ])('keeps a request from being judged by writing %s, and people are told within hours', async (_, lie) => {
    const { cloud, announcer, runner, stranger } = await forged((id, at) => [
      { kind: 'accepted', id, acceptance: anAcceptance({ ...FORGED, at, ...lie }), receipt: null },
    ]);
    expect((await runner.pass()).ignored).toMatchObject([{ id: stranger, code: 'unsettled' }]);
    cloud.clock.advance('PT3H');
    await runner.pass();
    await runner.pass();
    expect(announcer.news()).toEqual([`Accepted Interface Not Available ${stranger}`]);
    expect(await actAs(cloud, US).see(stranger)).toBe('confirming');
  });
});

describe('whoever has a key that may confirm', () => {
  it('and lets themselves in is told: as accepted by somebody else, and as standing there without a grant', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, NARROW, { announcer });
    const seen = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 300 });
    await runner.pass();
    await actAs(cloud, US).confirm(seen, PROD);
    const unseen = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 301, subnet: '9.4' });
    await actAs(cloud, US).confirm(unseen, PROD);
    const report = await runner.pass();
    expect(announcer.news()).toContain(`Request Ended ${seen}`);
    expect(report.ended).toMatchObject([{ id: seen, as: 'acceptedByOthers' }]);
    expect(report.orphans.map(({ id }) => id).sort()).toEqual([seen, unseen].sort());
  });
});

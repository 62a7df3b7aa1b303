import { describe, expect, it } from 'vitest';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { recipientKey } from '../../core/policy.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { anAcceptance, anIntent, anObservation } from '../support/ledgerBuilders.ts';
import { ALLOWED_OFFER, NARROW_POLICY } from '../support/narrowPolicy.ts';

/** Attacks by parties that already have some access, and their effect: docs/threat-model.md. */

describe('a malicious owner of the policy', () => {
  it('gets no other gateway, VLAN, addresses, ASN or name than its grants allow, and no more than its limit', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const offers = [
      { ...ALLOWED_OFFER, vlan: 102 },
      { ...ALLOWED_OFFER, name: 'acme-prod-1 ' },
      { ...ALLOWED_OFFER, asn: 64512 },
      { ...ALLOWED_OFFER, subnet: '11.4' },
    ];
    const ids: string[] = [];
    for (const [i, offer] of offers.entries())
      ids.push(await acme.offer({ connection: ACME_1, ...offer, vlan: offer.vlan + i * 10 }));
    ids.push(await acme.offer({ connection: ACME_2, ...ALLOWED_OFFER }));
    const report = await createRunner(cloud, NARROW_POLICY).run();
    expect(report.counts).toMatchObject({ accepted: 0, held: ids.length });
  });

  it('takes no address that another interface on the same gateway has', async () => {
    const cloud = await startTestCloud();
    const loaded = compileTestPolicy(`owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  zeta: { connections: [${ACME_2}], gateway: ${PROD} }
`);
    const runner = createRunner(cloud, loaded);
    await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 7, subnet: '10.4' });
    await runner.run();
    const rogue = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 8, subnet: '10.4' });
    expect(outcomesById(await runner.run())[rogue]).toBe('held peers-overlap');
  });
});

describe('an attacker who can write the ledger', () => {
  const FORGED = { grants: ['prod'], gateway: PROD, connection: UNKNOWN_CONNECTION };

  async function forged(changes: (id: string, now: string) => readonly LedgerChange[]) {
    const cloud = await startTestCloud();
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, NARROW_POLICY, { eventPublisher });
    const unknown = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      ...ALLOWED_OFFER,
    });
    const session = await runner.ledger.open(recipientKey(NARROW_POLICY.policy.recipient), 60_000);
    await session?.close(changes(unknown, cloud.clock.now().toISOString()));
    return { cloud, publisher: eventPublisher, runner, unknown };
  }

  it('cannot have a request accepted: the content of the ledger is no reason to confirm', async () => {
    const { cloud, runner, unknown } = await forged((id, at) => [
      { kind: 'observed', id, observation: anObservation({ connection: ACME_1, held: [] }) },
      { kind: 'intended', id, intent: anIntent({ grants: ['prod'], gateway: PROD, at }) },
    ]);
    for (let run = 0; run < 4; run += 1)
      expect(outcomesById(await runner.run())).toEqual({ [unknown]: 'held unknown-requester' });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(unknown)).toBe('confirming');
  });

  it.each([
    ['that it came up', { availableAt: '2026-11-02T08:00:00.000Z' }],
    ['that it will be accepted', { at: '2036-11-02T08:00:00.000Z' }],
    ['that it was accepted', {}],
  ])(
    'can keep a request from being evaluated by writing %s, but that is reported within hours',
    async (_, lie) => {
      const { cloud, publisher, runner, unknown } = await forged((id, at) => [
        { kind: 'accepted', id, acceptance: anAcceptance({ ...FORGED, at, ...lie }), receipt: null },
      ]);
      expect((await runner.run()).ignored).toMatchObject([{ id: unknown, code: 'unsettled' }]);
      cloud.clock.advance('PT3H');
      await runner.run();
      await runner.run();
      expect(publisher.takePublished()).toEqual([`Accepted Interface Not Available ${unknown}`]);
      expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(unknown)).toBe('confirming');
    },
  );
});

describe('an attacker with a key that may confirm', () => {
  it('can accept a request, but it is reported as accepted by another party and as an ungranted interface', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, NARROW_POLICY, { eventPublisher: publisher });
    const seen = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 300 });
    await runner.run();
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(seen, PROD);
    const unseen = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 301,
      subnet: '9.4',
    });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(unseen, PROD);
    const report = await runner.run();
    expect(publisher.takePublished()).toContain(`Request Ended ${seen}`);
    expect(report.ended).toMatchObject([{ id: seen, as: 'acceptedByOthers' }]);
    expect(report.ungranted.map(({ id }) => id).sort()).toEqual([seen, unseen].sort());
  });
});

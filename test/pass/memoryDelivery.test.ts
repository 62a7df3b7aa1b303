import { describe, expect, it } from 'vitest';
import type { Announcer } from '../../lambda/ports.ts';
import { ACME, actAs, STRANGER, US } from '../support/accounts.ts';
import { recordingAnnouncer } from '../support/announcer.ts';
import {
  ACME_1,
  outcomes,
  PROD,
  type Runner,
  runnerOf,
  SIMPLE,
  STRANGERS,
  startCloud,
} from '../support/cloud.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const CONFIRM = 'ConfirmPrivateVirtualInterface';

async function queued({ ledger }: Runner): Promise<string[]> {
  return Object.keys((await ledger.peek(RECIPIENT)).outbox);
}

describe('an announcer that fails', () => {
  it('changes no acceptance, and what it did not deliver is delivered by the next pass, the same', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, SIMPLE, { announcer });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    announcer.deliverAtMost(0);

    const failed = await runner.pass();

    expect(outcomes(failed)).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'announcement' }] });
    expect(failed.failures[0]?.message).toBe(
      '1 of 1 announcements could not be delivered: the bus is down; the next pass tries again',
    );
    expect(await actAs(cloud, US).see(id)).toBe(`pending ${PROD}`);
    const { acceptances } = await runner.ledger.peek(RECIPIENT);
    expect(acceptances).toHaveProperty(id);
    const waiting = await queued(runner);

    announcer.deliverAtMost(Number.POSITIVE_INFINITY);
    cloud.clock.advance('PT5M');
    expect((await runner.pass()).status).toBe('completed');
    expect(announcer.delivered.map((told) => told.id)).toEqual(waiting);
    // It says when it was found out, not when it was delivered.
    expect(announcer.delivered).toMatchObject([{ type: 'Request Accepted', at: '2026-11-02T08:00:00.000Z' }]);
    expect(announcer.news()).toEqual([`Request Accepted ${id}`]);
    expect(await queued(runner)).toEqual([]);
    expect(cloud.calls().filter(({ operation }) => operation === CONFIRM)).toHaveLength(1);
  });

  it('for several passes piles up what happened meanwhile, in the end told completely and once', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, SIMPLE, { announcer });
    await runner.pass();
    announcer.deliverAtMost(0);
    const id = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 101 });
    for (const time of ['PT5M', 'P5D', 'P2D']) {
      cloud.clock.advance(time);
      expect(await runner.pass()).toMatchObject({ failures: [{ code: 'announcement' }] });
    }
    announcer.deliverAtMost(Number.POSITIVE_INFINITY);
    await runner.pass();
    expect(announcer.news()).toEqual([`Request Held ${id}`, `Deadline Near ${id}`, `Request Expired ${id}`]);
    await runner.pass();
    expect(announcer.news()).toEqual([]);
  });

  it('in part is asked again for the other part only', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, SIMPLE, { announcer });
    await runner.pass();
    for (const vlan of [101, 102, 103]) await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan });
    announcer.deliverAtMost(1);
    for (const left of ['2 of 3', '1 of 2']) {
      const { failures } = await runner.pass();
      expect(failures).toMatchObject([
        { message: expect.stringContaining(`${left} announcements could not`) },
      ]);
    }
    expect((await runner.pass()).status).toBe('completed');
    await runner.pass();
    expect(new Set(announcer.delivered.map(({ id }) => id)).size).toBe(3);
    expect(announcer.delivered).toHaveLength(3);
  });

  it('is not asked while there is no time to wait for it, and nothing is lost by that', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, SIMPLE, { announcer });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect(await runner.pass({ remaining: () => 4999 })).toMatchObject({
      status: 'completed',
      counts: { accepted: 1 },
    });
    expect(announcer.news()).toEqual([]);
    await runner.pass();
    expect(announcer.news()).toEqual([`Request Accepted ${id}`]);
  });

  it('is asked for ten at once, as long as there is time, and for the others by the next pass', async () => {
    const cloud = await startCloud();
    const announcer = recordingAnnouncer();
    const runner = runnerOf(cloud, SIMPLE, { announcer });
    await runner.pass();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan });
    const remaining = () => (announcer.delivered.length < 20 ? 5000 : 4999);
    expect((await runner.pass({ remaining })).status).toBe('completed');
    expect(announcer.delivered).toHaveLength(20);
    expect(await queued(runner)).toHaveLength(5);
    await runner.pass();
    expect(new Set(announcer.delivered.map(({ id }) => id)).size).toBe(25);
    expect(announcer.delivered).toHaveLength(25);
  });

  it.each([
    ['takes nothing at all is asked twice', 0, 2, 0],
    ['refuses ten for what one of them is is asked for the others', 1, 3, 15],
  ])('that %s', async (_, from, asked, taken) => {
    const cloud = await startCloud();
    const delivered: string[] = [];
    let calls = 0;
    const announcer: Announcer = {
      announce: async (announcements) => {
        calls += 1;
        if (from === 0 || calls === from) return { delivered: [], problem: 'refused' };
        delivered.push(...announcements.map(({ id }) => id));
        return { delivered: announcements.map(({ id }) => id), problem: null };
      },
    };
    const runner = runnerOf(cloud, SIMPLE);
    await runner.pass();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan });
    await runner.pass({ ports: { ...runner.ports, announcer } });
    expect([calls, delivered.length]).toEqual([asked, taken]);
  });

  it('cannot be one that nobody named: then nothing is remembered as told', async () => {
    const cloud = await startCloud();
    const runner = runnerOf(cloud, SIMPLE);
    const announcer = recordingAnnouncer();
    await runner.pass();
    const id = await actAs(cloud, STRANGER).offer({ connection: STRANGERS, vlan: 101 });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    expect((await runner.pass()).counts).toMatchObject({ accepted: 1, held: 1 });
    expect(await queued(runner)).toEqual([]);
    await runner.pass({ ports: { ...runner.ports, announcer } });
    expect(announcer.news()).toEqual([`Request Held ${id}`]);
  });
});

import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../core/runReport.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  createRunner,
  outcomesById,
  PROD,
  type Runner,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { startEventBus } from '../support/eventBus.ts';
import { busPublisher, recordingPublisher } from '../support/eventPublishers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const CONFIRM = 'ConfirmPrivateVirtualInterface';

async function queued({ ledger }: Runner): Promise<string[]> {
  return Object.keys((await ledger.readState(RECIPIENT)).outbox);
}

let last: RunReport | null = null;

function failuresOfLast(): RunReport['failures'] {
  return last?.failures ?? [];
}

/** Holds of so many requests of a stranger that no run had time to deliver, and runs whose receiver refuses some events. */
async function withQueue(count: number) {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const inner = recordingPublisher();
  await runner.run();
  for (let vlan = 101; vlan < 101 + count; vlan += 1)
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
  await runner.run({ ports: { ...runner.ports, eventPublisher: inner }, remaining: () => 4999 });
  expect(await queued(runner)).toHaveLength(count);
  return {
    cloud,
    runner,
    /** Runs once. @returns the IDs that were refused */
    refusing: async (
      refuses: (id: string) => boolean,
      refusesAll: (ids: readonly string[]) => boolean = () => false,
    ): Promise<Set<string>> => {
      const refused = new Set<string>();
      const eventPublisher: EventPublisher = {
        publish: async (events) => {
          const isWhole = refusesAll(events.map(({ id }) => id));
          const taken = events.filter(({ id }) => !isWhole && !refuses(id));
          for (const { id } of events) if (!taken.some((one) => one.id === id)) refused.add(id);
          await inner.publish(taken);
          const problem = taken.length === events.length ? null : 'refused';
          return { delivered: taken.map(({ id }) => id), problem };
        },
      };
      last = await runner.run({ ports: { ...runner.ports, eventPublisher } });
      return refused;
    },
    delivered: () => inner.takePublished(),
  };
}

describe('an announcer that fails', () => {
  it('changes no acceptance, and what it did not deliver is delivered by the next pass, the same', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    announcer.deliverAtMost(0);

    const failed = await runner.run();

    expect(outcomesById(failed)).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'announcement' }] });
    expect(failed.failures[0]?.message).toBe(
      '1 of 1 announcements could not be delivered: the bus is down; the next pass tries again',
    );
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
    const { acceptances } = await runner.ledger.readState(RECIPIENT);
    expect(acceptances).toHaveProperty(id);
    const waiting = await queued(runner);

    announcer.deliverAtMost(Number.POSITIVE_INFINITY);
    cloud.clock.advance('PT5M');
    expect((await runner.run()).status).toBe('completed');
    expect(announcer.delivered.map((told) => told.id)).toEqual(waiting);
    // It says when it was found out, not when it was delivered.
    expect(announcer.delivered).toMatchObject([{ type: 'Request Accepted', at: '2026-11-02T08:00:00.000Z' }]);
    expect(announcer.takePublished()).toEqual([`Request Accepted ${id}`]);
    expect(await queued(runner)).toEqual([]);
    expect(cloud.calls().filter(({ operation }) => operation === CONFIRM)).toHaveLength(1);
  });

  it('for several passes piles up what happened meanwhile, in the end told completely and once', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    await runner.run();
    announcer.deliverAtMost(0);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    for (const time of ['PT5M', 'P5D', 'P2D']) {
      cloud.clock.advance(time);
      expect(await runner.run()).toMatchObject({ failures: [{ code: 'announcement' }] });
    }
    announcer.deliverAtMost(Number.POSITIVE_INFINITY);
    await runner.run();
    expect(announcer.takePublished()).toEqual([
      `Request Held ${id}`,
      `Deadline Near ${id}`,
      `Request Expired ${id}`,
    ]);
    await runner.run();
    expect(announcer.takePublished()).toEqual([]);
  });

  it('in part is asked again for the other part only', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    await runner.run();
    for (const vlan of [101, 102, 103])
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    announcer.deliverAtMost(1);
    const { failures } = await runner.run();
    expect(failures).toMatchObject([{ message: expect.stringContaining('2 of 3 announcements could not') }]);
    // What was refused in a call goes alone in the next run.
    expect((await runner.run()).status).toBe('completed');
    await runner.run();
    expect(new Set(announcer.delivered.map(({ id }) => id)).size).toBe(3);
    expect(announcer.delivered).toHaveLength(3);
  });

  it('is not asked while there is no time to wait for it, which is a failure, and nothing is lost by that', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { counts, failures } = await runner.run({ remaining: () => 4999 });
    expect(counts).toMatchObject({ accepted: 1 });
    expect(failures).toMatchObject([{ code: 'announcement', message: expect.stringContaining('1 of 1 ') }]);
    expect(announcer.takePublished()).toEqual([]);
    await runner.run();
    expect(announcer.takePublished()).toEqual([`Request Accepted ${id}`]);
  });

  it('is asked for ten at once, as long as there is time, and for the others by the next pass', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    await runner.run();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    const remaining = () => (announcer.delivered.length < 20 ? 5000 : 4999);
    expect((await runner.run({ remaining })).failures).toMatchObject([
      { code: 'announcement', message: expect.stringContaining('5 of 25 ') },
    ]);
    expect(announcer.delivered).toHaveLength(20);
    expect(await queued(runner)).toHaveLength(5);
    expect((await runner.run()).status).toBe('completed');
    expect(new Set(announcer.delivered.map(({ id }) => id)).size).toBe(25);
    expect(announcer.delivered).toHaveLength(25);
  });

  it.each([
    ['takes nothing at all is asked twice', 0, 2, 0],
    ['refuses ten for what one of them is is asked for the others', 1, 3, 15],
  ])('that %s', async (_, from, asked, taken) => {
    const cloud = await startTestCloud();
    const delivered: string[] = [];
    let calls = 0;
    const announcer: EventPublisher = {
      publish: async (announcements) => {
        calls += 1;
        if (from === 0 || calls === from) return { delivered: [], problem: 'refused' };
        delivered.push(...announcements.map(({ id }) => id));
        return { delivered: announcements.map(({ id }) => id), problem: null };
      },
    };
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await runner.run();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    await runner.run({ ports: { ...runner.ports, eventPublisher: announcer } });
    expect([calls, delivered.length]).toEqual([asked, taken]);
  });

  it('for all events of a run begins in the next run with the events behind those that it was asked for', async () => {
    const { cloud, runner, refusing, delivered } = await withQueue(25);
    const poison = await refusing(() => true);
    expect(poison.size).toBe(20);
    // They are refused whatever comes, and stand before all others.
    await refusing((id) => poison.has(id));
    cloud.clock.advance('PT5M');
    const later = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 });
    await refusing((id) => poison.has(id));
    expect(delivered()).toContain(`Request Held ${later}`);
    expect((await queued(runner)).toSorted()).toEqual([...poison].sort());
  });

  it('for one event costs those that came in one call with it one run, and is asked for each of them alone', async () => {
    const { runner, refusing } = await withQueue(25);
    const [poison = ''] = await queued(runner);
    // A call with that event in it is refused as a whole, as one that is too large.
    const calls: (readonly string[])[] = [];
    const whole = (ids: readonly string[]): boolean => {
      calls.push(ids);
      return ids.includes(poison);
    };
    await refusing(() => false, whole);
    expect(await queued(runner)).toHaveLength(10);
    await refusing(() => false, whole);
    expect(await queued(runner)).toEqual([poison]);
    expect(calls.slice(-10).map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('for one event in ten runs that deliver others gives that event up, and names it in a failure', async () => {
    const { cloud, runner, refusing } = await withQueue(1);
    const [poison = ''] = await queued(runner);
    for (let run = 1; run <= 10; run += 1) {
      expect(await queued(runner)).toContain(poison);
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 + run });
      await refusing((id) => id === poison);
    }
    expect(await queued(runner)).toEqual([]);
    expect(failuresOfLast()).toMatchObject([
      { code: 'announcement', message: expect.stringContaining(poison) },
    ]);
    await refusing(() => false);
    expect(failuresOfLast()).toEqual([]);
  });

  it('for want of capacity is no refusal: the event is delivered when the bus takes it, in however many runs', async () => {
    const { cloud, runner } = await withQueue(2);
    const [, late = ''] = await queued(runner);
    let isBusy = true;
    let places: readonly string[] = [];
    const bus = await startEventBus((place) =>
      isBusy && places[place] === late ? 'ThrottlingException' : null,
    );
    const inner = busPublisher(bus);
    const announcer: EventPublisher = {
      publish: (events) => {
        places = [...places, ...events.map(({ id }) => id)];
        return inner.publish(events);
      },
    };
    const run = () => runner.run({ ports: { ...runner.ports, eventPublisher: announcer } });
    for (let count = 1; count <= 12; count += 1) {
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 + count });
      expect((await run()).failures).toMatchObject([{ code: 'announcement' }]);
      expect(await queued(runner)).toEqual([late]);
    }
    isBusy = false;
    expect((await run()).failures).toEqual([]);
    expect(bus.entries.map(({ Detail }) => JSON.parse(Detail).id)).toContain(late);
  });

  it('for many events in calls of their own asks in each run for those first that were refused least', async () => {
    const { cloud, runner, refusing } = await withQueue(12);
    const ids = await queued(runner);
    const innocent = ids.at(-1) ?? '';
    for (let run = 1; run <= 4; run += 1) {
      expect(await queued(runner)).toContain(innocent);
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 + run });
      await refusing((id) => ids.includes(id) && (run === 1 || id !== innocent));
    }
    expect((await queued(runner)).toSorted()).toEqual(ids.slice(0, -1).toSorted());
  });

  it('for every event, however many runs, makes it give up none', async () => {
    const { runner, refusing } = await withQueue(3);
    const before = await queued(runner);
    for (let run = 1; run <= 12; run += 1) await refusing(() => true);
    expect((await queued(runner)).toSorted()).toEqual(before.toSorted());
  });

  it('cannot be one that nobody named: then nothing is remembered as told', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const announcer = recordingPublisher();
    await runner.run();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    expect((await runner.run()).counts).toMatchObject({ accepted: 1, held: 1 });
    expect(await queued(runner)).toEqual([]);
    await runner.run({ ports: { ...runner.ports, eventPublisher: announcer } });
    expect(announcer.takePublished()).toEqual([`Request Held ${id}`]);
  });
});

describe('a queue of 5,000 events that nobody takes', () => {
  const DOWN: EventPublisher = { publish: async () => ({ delivered: [], problem: 'the bus is down' }) };

  async function withFullQueue() {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: DOWN });
    const leaving = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 99 });
    await runner.run();
    const [event] = Object.values((await runner.ledger.readState(RECIPIENT)).outbox);
    if (event === undefined) throw new Error('no event is queued');
    const session = await runner.ledger.open(RECIPIENT, 60_000);
    await session?.close(
      Array.from({ length: 5000 }, (_, place) => ({
        kind: 'queued' as const,
        event: { ...event, id: `filler-${place}` },
        mark: null,
      })),
    );
    const added = async () => (await queued(runner)).filter((id) => !id.startsWith('filler-'));
    return { cloud, runner, leaving, added };
  }

  it('takes no more that strangers cause, takes what was accepted, and the run fails for it', async () => {
    const { cloud, runner, leaving, added } = await withFullQueue();
    const before = await added();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(leaving);
    const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const report = await runner.run();
    expect(outcomesById(report)[allowed]).toMatch(/^accepted /);
    expect(report.failures.map(({ code }) => code)).toEqual(['announcement', 'announcement']);
    const { outbox } = await runner.ledger.readState(RECIPIENT);
    const fresh = (await added()).filter((id) => !before.includes(id));
    expect(fresh.map((id) => outbox[id]?.type)).toEqual(['Request Accepted']);
  });

  it('takes that somebody else accepted a request, which no stranger can cause', async () => {
    const { cloud, runner, leaving, added } = await withFullQueue();
    const before = await added();
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(leaving, PROD);
    const report = await runner.run();
    expect(report.ended).toMatchObject([{ id: leaving, as: 'acceptedByOthers' }]);
    const { outbox } = await runner.ledger.readState(RECIPIENT);
    const fresh = (await added()).filter((id) => !before.includes(id));
    expect(fresh.map((id) => [outbox[id]?.type, outbox[id]?.detail.as])).toEqual([
      ['Request Ended', 'acceptedByOthers'],
    ]);
  });

  it('has what is held still, once there is room again', async () => {
    const { cloud, runner } = await withFullQueue();
    const held = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runner.run();
    const announcer = recordingPublisher();
    const working = { ports: { ...runner.ports, announcer } };
    await runner.run(working);
    await runner.run(working);
    expect(announcer.takePublished()).toContain(`Request Held ${held}`);
  });
});

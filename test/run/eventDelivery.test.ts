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

/** Hold events of many requests that no run had time to deliver, and runs whose receiver refuses some events. */
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
    /** Executes a run. @returns the IDs of the refused events */
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

describe('a publisher that fails', () => {
  it('changes no acceptance, and the next run delivers the same events', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    publisher.deliverAtMost(0);

    const failed = await runner.run();

    expect(outcomesById(failed)).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'event-delivery' }] });
    expect(failed.failures[0]?.message).toBe(
      '1 of 1 events could not be delivered: the bus is down; the next run tries again',
    );
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
    const { acceptances } = await runner.ledger.readState(RECIPIENT);
    expect(acceptances).toHaveProperty(id);
    const waiting = await queued(runner);

    publisher.deliverAtMost(Number.POSITIVE_INFINITY);
    cloud.clock.advance('PT5M');
    expect((await runner.run()).status).toBe('completed');
    expect(publisher.delivered.map(({ id }) => id)).toEqual(waiting);
    // It has the time at which the hold was found, not that of its delivery.
    expect(publisher.delivered).toMatchObject([{ type: 'Request Accepted', at: '2026-11-02T08:00:00.000Z' }]);
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);
    expect(await queued(runner)).toEqual([]);
    expect(cloud.calls().filter(({ operation }) => operation === CONFIRM)).toHaveLength(1);
  });

  it('during several runs delays the events of that time, all of which are delivered once in the end', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    await runner.run();
    publisher.deliverAtMost(0);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    for (const time of ['PT5M', 'P5D', 'P2D']) {
      cloud.clock.advance(time);
      expect(await runner.run()).toMatchObject({ failures: [{ code: 'event-delivery' }] });
    }
    publisher.deliverAtMost(Number.POSITIVE_INFINITY);
    await runner.run();
    expect(publisher.takePublished()).toEqual([
      `Request Held ${id}`,
      `Deadline Near ${id}`,
      `Request Expired ${id}`,
    ]);
    await runner.run();
    expect(publisher.takePublished()).toEqual([]);
  });

  it('for some events is called again for these only', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    await runner.run();
    for (const vlan of [101, 102, 103])
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    publisher.deliverAtMost(1);
    const { failures } = await runner.run();
    expect(failures).toMatchObject([{ message: expect.stringContaining('2 of 3 events could not') }]);
    // An event that was refused together with others goes alone in the next run.
    expect((await runner.run()).status).toBe('completed');
    await runner.run();
    expect(new Set(publisher.delivered.map(({ id }) => id)).size).toBe(3);
    expect(publisher.delivered).toHaveLength(3);
  });

  it('is not called without enough time for it, which is a failure, and no event is lost', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { counts, failures } = await runner.run({ remaining: () => 4999 });
    expect(counts).toMatchObject({ accepted: 1 });
    expect(failures).toMatchObject([{ code: 'event-delivery', message: expect.stringContaining('1 of 1 ') }]);
    expect(publisher.takePublished()).toEqual([]);
    await runner.run();
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);
  });

  it('is called with ten events at once while time is left, and with the others by the next run', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    await runner.run();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    const remaining = () => (publisher.delivered.length < 20 ? 5000 : 4999);
    expect((await runner.run({ remaining })).failures).toMatchObject([
      { code: 'event-delivery', message: expect.stringContaining('5 of 25 ') },
    ]);
    expect(publisher.delivered).toHaveLength(20);
    expect(await queued(runner)).toHaveLength(5);
    expect((await runner.run()).status).toBe('completed');
    expect(new Set(publisher.delivered.map(({ id }) => id)).size).toBe(25);
    expect(publisher.delivered).toHaveLength(25);
  });

  it.each([
    ['takes nothing at all is asked twice', 0, 2, 0],
    ['refuses ten for what one of them is is asked for the others', 1, 3, 15],
  ])('that %s', async (_, from, asked, taken) => {
    const cloud = await startTestCloud();
    const delivered: string[] = [];
    let calls = 0;
    const publisher: EventPublisher = {
      publish: async (events) => {
        calls += 1;
        if (from === 0 || calls === from) return { delivered: [], problem: 'refused' };
        delivered.push(...events.map(({ id }) => id));
        return { delivered: events.map(({ id }) => id), problem: null };
      },
    };
    const runner = createRunner(cloud, SIMPLE_POLICY);
    await runner.run();
    for (let vlan = 101; vlan <= 125; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    await runner.run({ ports: { ...runner.ports, eventPublisher: publisher } });
    expect([calls, delivered.length]).toEqual([asked, taken]);
  });

  it('for all events of a run is called in the next run with the events behind those', async () => {
    const { cloud, runner, refusing, delivered } = await withQueue(25);
    const poison = await refusing(() => true);
    expect(poison.size).toBe(20);
    // They are always refused, and come before all others.
    await refusing((id) => poison.has(id));
    cloud.clock.advance('PT5M');
    const later = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 });
    await refusing((id) => poison.has(id));
    expect(delivered()).toContain(`Request Held ${later}`);
    expect((await queued(runner)).toSorted()).toEqual([...poison].sort());
  });

  it('for one event delays the others of its call by one run, and is then called with each of them alone', async () => {
    const { runner, refusing } = await withQueue(25);
    const [poison = ''] = await queued(runner);
    // A call with that event is refused as a whole, for example because it is too large.
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

  it('for one event in ten runs that deliver others makes the run give up that event, and name it in a failure', async () => {
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
      { code: 'event-delivery', message: expect.stringContaining(poison) },
    ]);
    await refusing(() => false);
    expect(failuresOfLast()).toEqual([]);
  });

  it('for lack of capacity refuses nothing: the event is delivered when the bus takes it, after however many runs', async () => {
    const { cloud, runner } = await withQueue(2);
    const [, late = ''] = await queued(runner);
    let isBusy = true;
    let places: readonly string[] = [];
    const bus = await startEventBus((place) =>
      isBusy && places[place] === late ? 'ThrottlingException' : null,
    );
    const inner = busPublisher(bus);
    const publisher: EventPublisher = {
      publish: (events) => {
        places = [...places, ...events.map(({ id }) => id)];
        return inner.publish(events);
      },
    };
    const run = () => runner.run({ ports: { ...runner.ports, eventPublisher: publisher } });
    for (let count = 1; count <= 12; count += 1) {
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 200 + count });
      expect((await run()).failures).toMatchObject([{ code: 'event-delivery' }]);
      expect(await queued(runner)).toEqual([late]);
    }
    isBusy = false;
    expect((await run()).failures).toEqual([]);
    expect(bus.entries.map(({ Detail }) => JSON.parse(Detail).id)).toContain(late);
  });

  it('for many events in calls of their own is called in each run with those first that were refused least', async () => {
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

  it('for every event, in however many runs, does not make the run give up any', async () => {
    const { runner, refusing } = await withQueue(3);
    const before = await queued(runner);
    for (let run = 1; run <= 12; run += 1) await refusing(() => true);
    expect((await queued(runner)).toSorted()).toEqual(before.toSorted());
  });

  it('cannot be the absent one: without a publisher, nothing is recorded as published', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const publisher = recordingPublisher();
    await runner.run();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    expect((await runner.run()).counts).toMatchObject({ accepted: 1, held: 1 });
    expect(await queued(runner)).toEqual([]);
    await runner.run({ ports: { ...runner.ports, eventPublisher: publisher } });
    expect(publisher.takePublished()).toEqual([`Request Held ${id}`]);
  });
});

describe('a queue of 5,000 undelivered events', () => {
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

  it('accepts no more events whose number requesters control, accepts those of acceptances, and fails the run', async () => {
    const { cloud, runner, leaving, added } = await withFullQueue();
    const before = await added();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(leaving);
    const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const report = await runner.run();
    expect(outcomesById(report)[allowed]).toMatch(/^accepted /);
    expect(report.failures.map(({ code }) => code)).toEqual(['event-delivery', 'event-delivery']);
    const { outbox } = await runner.ledger.readState(RECIPIENT);
    const fresh = (await added()).filter((id) => !before.includes(id));
    expect(fresh.map((id) => outbox[id]?.type)).toEqual(['Request Accepted']);
  });

  it('accepts the event that another party accepted a request, whose number requesters do not control', async () => {
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

  it('accepts the events of requests that are still held once there is room again', async () => {
    const { cloud, runner } = await withFullQueue();
    const held = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runner.run();
    const publisher = recordingPublisher();
    const working = { ports: { ...runner.ports, eventPublisher: publisher } };
    await runner.run(working);
    await runner.run(working);
    expect(publisher.takePublished()).toContain(`Request Held ${held}`);
  });
});

import { describe, expect, it } from 'vitest';
import type { Observation } from '../../core/ledgerEntries.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { RunReport } from '../../core/runReport.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, Ports } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { aVif } from '../support/builders.ts';
import {
  ACME_1,
  createRunner,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { anObservation } from '../support/ledgerBuilders.ts';

/** What a run does before its first confirm costs the same however many requests others create: counted in calls and writes. */

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const MANY = 10_000;
/** more than three runs describe */
const SOME = 3400;

function idOf(place: number): string {
  return `dxvif-f${String(place).padStart(7, '0')}`;
}

function vlanOf(place: number): number {
  return (place % 4094) + 1;
}

const PLACES = Array.from({ length: MANY }, (_, place) => place);

/** Requests that were withdrawn and forgotten by the API; the ledger has an observation of each. */
const VANISHED: LedgerChange[] = PLACES.map((place) => ({
  kind: 'observed',
  id: idOf(place),
  observation: anUnknownObservation({
    vlan: vlanOf(place),
    firstSeen: new Date(Date.UTC(2026, 10, 2, 6, 0, 0, place)).toISOString(),
  }),
}));

/** Requests that were just offered, as a listing shows them. */
const OFFERED: VirtualInterface[] = PLACES.map((place) =>
  aVif({ id: idOf(place), connection: UNKNOWN_CONNECTION, vlan: vlanOf(place), name: `flood-${place}` }),
);

function anUnknownObservation(given: Partial<Observation> = {}): Observation {
  const notListedAt = '2026-11-02T05:55:00.000Z';
  return anObservation({
    connection: UNKNOWN_CONNECTION,
    name: 'flood',
    notListedAt,
    request: null,
    ...given,
  });
}

/** A cloud with one allowed request, and runs over it that record their calls and writes in order. */
async function begin(changes: readonly LedgerChange[] = [], offered: readonly VirtualInterface[] = []) {
  const cloud = await startTestCloud();
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
  // The credentials are verified before, so that all runs make the same calls.
  await runner.run();
  const session = await runner.ledger.open(RECIPIENT, 60_000);
  await session?.close(changes);
  const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  let done: string[] = [];
  const { directConnect } = runner.ports;
  const noting = (work: Partial<Ports['directConnect']> = {}): Ports => ({
    ...runner.ports,
    ledger: notingLedger(runner.ledger, (write) => done.push(write)),
    eventPublisher: {
      publish: (events) => {
        done.push('publish');
        return eventPublisher.publish(events);
      },
    },
    directConnect: {
      ...directConnect,
      list: async () => {
        done.push('list');
        return [...(await directConnect.list()), ...offered];
      },
      // Each of these is a call; the answer for an interface that the API forgot is known.
      describe: (id) => {
        done.push(id === allowed ? 'describe allowed' : 'describe');
        return id === allowed ? directConnect.describe(id) : Promise.resolve(null);
      },
      confirm: (kind, id, gateway) => {
        done.push('confirm');
        return directConnect.confirm(kind, id, gateway);
      },
      ...work,
    },
  });
  return {
    cloud,
    allowed,
    publisher: eventPublisher,
    noting,
    runner,
    /** Executes a run. @returns its calls and writes, before the first confirm and in all */
    run: async (overrides: Parameters<typeof runner.run>[0] = {}) => {
      done = [];
      const report = await runner.run({ ports: noting(), ...overrides });
      const until = done.indexOf('confirm');
      return { report, before: done.slice(0, until === -1 ? undefined : until), all: done };
    },
    state: () => runner.ledger.readState(RECIPIENT),
  };
}

/** A ledger that records how many changes each write has. */
function notingLedger(ledger: Ledger, note: (write: string) => void): Ledger {
  return {
    ...ledger,
    open: async (key, leaseMs) => {
      const session = await ledger.open(key, leaseMs);
      if (session === null) return null;
      return {
        ...session,
        write: (changes) => {
          note(`write ${changes.length}`);
          return session.write(changes);
        },
      };
    },
  };
}

/** A ledger that accepts this many writes of a run and no more, as if the run were killed. */
function endingAfter(writes: number, ledger: Ledger): Ledger {
  return {
    ...ledger,
    open: async (key, leaseMs) => {
      const session = await ledger.open(key, leaseMs);
      if (session === null) return null;
      let left = writes;
      return {
        ...session,
        write: async (changes) => {
          left -= 1;
          if (left < 0) throw new LedgerFailure('the run was killed');
          await session.write(changes);
        },
      };
    },
  };
}

/** The calls and writes of a listing, a description, and an intent with its first observation and its policy. */
const BEFORE_CONFIRM = ['list', 'describe allowed', 'write 3'];

function accepted({ report }: { readonly report: RunReport }, id: string): void {
  expect(outcomesById(report)[id]).toBe(`accepted acme.default ${PROD}`);
}

function counted(done: readonly string[], call: string): number {
  return done.filter((one) => one === call).length;
}

describe(`${MANY} requests of an unknown requester that vanished`, () => {
  it('cost a hundred descriptions before the first confirm, and no write', async () => {
    const { run, allowed } = await begin(VANISHED);
    const one = await run();
    accepted(one, allowed);
    expect(counted(one.before, 'describe')).toBe(100);
    expect(one.before.filter((call) => call !== 'describe')).toEqual(BEFORE_CONFIRM);
  });

  it('are described a thousand per run after the confirms, the oldest first, and the end of each is published once', async () => {
    const { cloud, run, state, publisher } = await begin(VANISHED.slice(0, SOME));
    const first = await run();
    expect(counted(first.all, 'describe')).toBe(1100);
    expect(first.report.ended).toHaveLength(1100);
    const left = (await state()).observations;
    expect(Object.keys(left)).toHaveLength(SOME - 1100);
    expect(Object.keys(left)).not.toContain(idOf(1099));
    for (let more = 1100; more < SOME; more += 1100) {
      cloud.clock.advance('PT5M');
      await run();
    }
    expect((await state()).observations).toEqual({});
    const published = publisher.delivered.filter(({ type }) => type === 'Request Ended');
    expect(new Set(published.map(({ id }) => id)).size).toBe(SOME);
  });

  it('keep a listing from counting as complete until each of them is described', async () => {
    const { cloud, run, state } = await begin(VANISHED.slice(0, 1500));
    const before = (await state()).lastListing;
    cloud.clock.advance('PT5M');
    await run();
    expect((await state()).lastListing).toBe(before);
    cloud.clock.advance('PT5M');
    const now = cloud.clock.now().toISOString();
    await run();
    expect((await state()).lastListing).toBe(now);
  });

  it('do not keep a run with a slow API from accepting what is allowed', async () => {
    const { noting, run, allowed, state } = await begin(VANISHED);
    const { directConnect } = noting();
    let calls = 0;
    const remaining = () => 240_000 - calls * 4_000;
    const counting = <A extends unknown[], R>(call: (...args: A) => R) => {
      return (...args: A): R => {
        calls += 1;
        return call(...args);
      };
    };
    const ports = noting({
      list: counting(directConnect.list),
      describe: counting(directConnect.describe),
      confirm: counting(directConnect.confirm),
    });
    accepted(await run({ ports, remaining, leaseMs: 600_000 }), allowed);
    expect(calls).toBeLessThan(60);
    // An interface that was described is not described again.
    expect(Object.keys((await state()).observations).length).toBeLessThan(MANY - 30);
  });

  it('that no run had time to describe are not taken for expired when their expiry is past', async () => {
    const { cloud, run, state } = await begin(VANISHED.slice(0, 1101));
    await run();
    const [last] = Object.entries((await state()).observations);
    expect(last).toMatchObject([idOf(1100), { unlistedSince: '2026-11-02T08:00:00.000Z' }]);
    cloud.clock.advance('P8D');
    expect((await run()).report.ended).toMatchObject([{ id: idOf(1100), as: 'vanished' }]);
  });

  it('that are listed again count as requests again, as if they had never been missing', async () => {
    const offered: VirtualInterface[] = [];
    const { cloud, run, state } = await begin(VANISHED.slice(0, 1101), offered);
    await run();
    cloud.clock.advance('PT5M');
    offered.push(...OFFERED.slice(1100, 1101));
    const { report } = await run();
    const known = { id: idOf(1100), firstSeen: '2026-11-02T06:00:01.100Z' };
    expect(report.requests).toContainEqual(expect.objectContaining(known));
    expect((await state()).observations[idOf(1100)]).toMatchObject({ unlistedSince: null });
    expect(report.ended).toEqual([]);
  });
});

describe(`${MANY} new requests of an unknown requester`, () => {
  it('cost no call and no write before the first confirm', async () => {
    const { run, allowed } = await begin([], OFFERED);
    const one = await run();
    accepted(one, allowed);
    expect(one.before).toEqual(BEFORE_CONFIRM);
    expect(one.report.counts).toMatchObject({ held: MANY, accepted: 1 });
  });

  it('are recorded and published after it, before their listing counts as complete', async () => {
    const { run, state, publisher } = await begin([], OFFERED);
    await run();
    const { observations, lastListing } = await state();
    expect(Object.keys(observations)).toHaveLength(MANY);
    expect(lastListing).toBe('2026-11-02T08:00:00.000Z');
    expect(publisher.delivered.filter(({ type }) => type === 'Request Held')).toHaveLength(MANY);
  });

  it('that there is no time to record fail the run, and the next run records them', async () => {
    const { cloud, run, state, allowed } = await begin([], OFFERED);
    const before = (await state()).lastListing;
    cloud.clock.advance('PT5M');
    const first = await run({ remaining: () => 4_999 });
    accepted(first, allowed);
    expect(first.report.failures.map(({ code }) => code)).toContain('out-of-time');
    const recorded = Object.keys((await state()).observations).length;
    expect(recorded).toBeGreaterThan(0);
    expect(recorded).toBeLessThan(MANY);
    expect((await state()).lastListing).toBe(before);
    cloud.clock.advance('PT5M');
    await run();
    expect(Object.keys((await state()).observations)).toHaveLength(MANY);
    expect((await state()).lastListing).not.toBe(before);
  });
});

it(`${MANY} undelivered events cost no call and no write before the first confirm`, async () => {
  const queued = PLACES.map((place): LedgerChange => {
    const at = '2026-11-02T07:00:00.000Z';
    const event = { id: `event-${place}`, type: 'Request Held', at, detail: { message: 'held' } };
    return { kind: 'queued', event, mark: null };
  });
  const { run, allowed, publisher } = await begin(queued);
  const one = await run();
  accepted(one, allowed);
  expect(one.before).toEqual(BEFORE_CONFIRM);
  expect(publisher.delivered).toHaveLength(MANY + 1);
});

it.each([2, 3, 4, 5, 8, 11])(
  'a run that is killed after %i writes leaves a state that the next run continues, and no event is lost or published twice',
  async (writes) => {
    const { cloud, run, runner, noting, state, publisher, allowed } = await begin(
      VANISHED.slice(0, 800),
      OFFERED.slice(1000, 1800),
    );
    const before = (await state()).lastListing;
    cloud.clock.advance('PT5M');
    const ports = noting();
    await run({ ports: { ...ports, ledger: endingAfter(writes, runner.ledger) } });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(allowed)).toBe(`pending ${PROD}`);
    expect((await state()).lastListing).toBe(before);
    cloud.clock.advance('PT5M');
    const { report } = await run();
    expect(report.status).toBe('completed');
    const { observations, acceptances, lastListing, outbox } = await state();
    expect([Object.keys(observations).length, Object.keys(acceptances), outbox]).toEqual([
      800,
      [allowed],
      {},
    ]);
    expect(lastListing).toBe(report.startedAt);
    const published = Map.groupBy(publisher.delivered, ({ type }) => type);
    const count = (type: string) => new Set(published.get(type)?.map(({ id }) => id)).size;
    expect([count('Request Ended'), count('Request Held'), count('Request Accepted')]).toEqual([800, 800, 1]);
  },
);

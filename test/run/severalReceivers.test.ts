import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEvent } from '../../core/events/event.ts';
import { MAIN_RECEIVER, type QueuedEvent } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ports, Webhook } from '../../run/ports.ts';
import { actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { createRunner, SIMPLE_POLICY, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { type RecordingPublisher, recordingPublisher } from '../support/eventPublishers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: '012345678901',
  policy: { digest: 'sha256:0', revision: 'v1' },
} as const;
const EVERY = Number.POSITIVE_INFINITY;

type TestWebhook = RecordingPublisher & Webhook;

function aWebhook(name: string): TestWebhook {
  return Object.assign(recordingPublisher(), { name, description: `webhook ${name}` });
}

/** Runs of one target with an events file and two webhooks, in a cloud in which requests can be offered. */
async function start() {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const receivers = { file: recordingPublisher(), chat: aWebhook('slack-1'), pager: aWebhook('pagerduty-1') };
  const { file, chat, pager } = receivers;
  let vlan = 100;
  const ports: Ports = { ...runner.ports, eventPublisher: file, webhooks: [chat, pager] };
  await runner.run();
  return {
    ...receivers,
    ports,
    offer: () => {
      vlan += 1;
      return actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    },
    run: (changes: Partial<Ports> = {}, leaseMs = 60_000) => {
      cloud.clock.advance('PT5M');
      return runner.run({ ports: { ...ports, ...changes }, leaseMs });
    },
    /** Queues so many events, the first of which is the oldest. */
    fill: async (count: number, receivers: NonNullable<QueuedEvent['receivers']>) => {
      const session = await runner.ledger.open(RECIPIENT, 60_000);
      const event = createEvent('Run Failed', ORIGIN, '2026-10-01T00:00:00.000Z', [], {
        message: 'filler',
        notification: { who: 'a', why: 'b', byWhen: 'c', toDo: 'd' },
      });
      const at = (place: number): string => (place === 0 ? '2026-09-01T00:00:00.000Z' : event.at);
      await session?.close(
        Array.from({ length: count }, (_, place) => ({
          kind: 'queued' as const,
          event: { ...event, id: `filler-${place}`, at: at(place), receivers },
          mark: null,
        })),
      );
    },
    queue: async () => Object.values((await runner.ledger.readState(RECIPIENT)).outbox),
  };
}

function deliveredIds(publisher: RecordingPublisher): string[] {
  return publisher.delivered.map(({ id }) => id);
}

describe('events with several receivers', () => {
  it('reach each of them once', async () => {
    const { offer, run, queue, file, chat, pager } = await start();
    const id = await offer();
    expect((await run()).status).toBe('completed');
    await run();
    for (const receiver of [file, chat, pager])
      expect(receiver.takePublished()).toEqual([`Request Held ${id}`]);
    expect(await queue()).toEqual([]);
  });

  it('that one of them does not take are delivered to the others, and later to that one only', async () => {
    const { offer, run, queue, file, chat, pager } = await start();
    chat.deliverAtMost(0);
    const id = await offer();
    const { status, failures } = await run();
    expect({ status, codes: failures.map(({ code }) => code) }).toEqual({
      status: 'failed',
      codes: ['event-delivery'],
    });
    expect(failures[0]?.message).toContain('could not be delivered to webhook slack-1: the bus is down');
    expect([file, chat, pager].map((one) => one.takePublished())).toEqual([
      [`Request Held ${id}`],
      [],
      [`Request Held ${id}`],
    ]);
    const [waiting] = await queue();
    expect(waiting?.receivers).toEqual({
      [MAIN_RECEIVER]: { isDone: true },
      'slack-1': { triedInVain: 1 },
      'pagerduty-1': { isDone: true },
    });
    expect(waiting?.triedInVain).toBeUndefined();

    chat.deliverAtMost(EVERY);
    // The run that failed is an event of its own, since the failure became known after its events were queued.
    await run();
    expect(chat.takePublished()).toContain(`Request Held ${id}`);
    for (const receiver of [file, pager])
      expect(receiver.takePublished()).not.toContain(`Request Held ${id}`);
    expect(await queue()).toEqual([]);
  });

  it('wait for a webhook also where there is no file, and one that is no longer named does not keep them', async () => {
    const { offer, run, queue, chat, file } = await start();
    chat.deliverAtMost(0);
    await offer();
    await run({ eventPublisher: null, webhooks: [chat] });
    expect(await queue()).toHaveLength(1);
    // A receiver that is new gets what is queued.
    expect((await run({ eventPublisher: file, webhooks: [] })).status).toBe('completed');
    expect(deliveredIds(file)).toHaveLength(1);
    expect(await queue()).toEqual([]);
  });

  it('that one of them refuses in run after run are given up there only', async () => {
    const { offer, run, queue, file, chat, pager } = await start();
    const refused = await offer();
    const isRefused = (detail: Readonly<Record<string, unknown>>): boolean =>
      JSON.stringify(detail.request ?? null).includes(refused);
    const picky: Webhook = {
      ...chat,
      publish: async (events) => {
        const taken = events.filter(({ detail }) => !isRefused(detail));
        await chat.publish(taken);
        return {
          delivered: taken.map(({ id }) => id),
          problem: taken.length === events.length ? null : 'refused',
        };
      },
    };
    let last = await run({ webhooks: [picky, pager] });
    for (let runs = 1; runs <= 12 && (await queue()).length > 0; runs += 1) {
      await offer();
      last = await run({ webhooks: [picky, pager] });
    }
    expect(last.failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^refused by webhook slack-1 in 10 runs/),
    ]);
    expect(await queue()).toEqual([]);
    for (const receiver of [file, pager]) {
      expect(receiver.takePublished().filter((one) => one === `Request Held ${refused}`)).toHaveLength(1);
    }
    expect(chat.takePublished()).not.toContain(`Request Held ${refused}`);
  });

  it('are delivered while a webhook hangs, which may take a minute of the run at most', async () => {
    const { offer, run, file, chat, ports } = await start();
    for (let i = 0; i < 12; i += 1) await offer();
    let now = 0;
    let calls = 0;
    const clock = { now: () => ports.clock.now(), monotonic: () => now };
    const slow: Webhook = {
      ...chat,
      publish: async (events) => {
        calls += 1;
        now += 40_000;
        return { delivered: events.slice(0, 1).map(({ id }) => id), problem: 'slow' };
      },
    };
    await run({ clock, webhooks: [slow] }, 600_000);
    expect(file.delivered).toHaveLength(12);
    expect(calls).toBe(2);
  });

  it('stay queued for the main receiver after a run that has only a webhook', async () => {
    const { offer, run, queue, file, chat } = await start();
    await run();
    const id = await offer();
    await run({ eventPublisher: null, webhooks: [chat] });
    expect(chat.takePublished()).toEqual([`Request Held ${id}`]);
    await run();
    expect(file.takePublished()).toEqual([`Request Held ${id}`]);
    expect(await queue()).toEqual([]);
  });

  it('are removed after the delivery to a webhook where no recorded run had a main receiver', async () => {
    const { offer, run, queue, chat } = await start();
    const webhookOnly = { eventPublisher: null, webhooks: [chat] };
    await run(webhookOnly);
    await offer();
    expect((await run(webhookOnly)).status).toBe('completed');
    expect(await queue()).toEqual([]);
  });

  it('that fill the queue of one webhook still reach the others, and the oldest of that webhook are given up with a failure', async () => {
    const { offer, run, queue, file, chat, fill } = await start();
    chat.deliverAtMost(0);
    await fill(5000, { [MAIN_RECEIVER]: { isDone: true }, 'pagerduty-1': { isDone: true } });
    const id = await offer();
    const { failures } = await run();
    expect(file.takePublished()).toContain(`Request Held ${id}`);
    expect(failures.map(({ message }) => message.includes('filler-0'))).toEqual([false, true]);
    const left = await queue();
    expect(left).toHaveLength(5000);
    expect(left.map((event) => event.id)).not.toContain('filler-0');
  });

  it('that fill the queue of every webhook are kept, and no more are queued, where there is no file', async () => {
    const { offer, run, queue, chat, fill } = await start();
    chat.deliverAtMost(0);
    await fill(5000, {});
    await offer();
    await run({ eventPublisher: null, webhooks: [chat] });
    expect((await queue()).filter(({ id }) => id.startsWith('filler-'))).toHaveLength(5000);
    expect((await queue()).filter(({ type }) => type === 'Request Held')).toEqual([]);
  });

  it('about a ledger that fails are sent to each receiver directly', async () => {
    const { run, file, chat, pager } = await start();
    const failing = (): Promise<never> => Promise.reject(new LedgerFailure('the ledger is down'));
    const ledger = { open: failing, readState: failing, readRecords: failing, readPolicy: failing };
    await run({ ledger });
    for (const receiver of [file, chat, pager]) expect(receiver.takePublished()).toEqual(['Run Failed']);
  });

  it('reach every receiver exactly once, however the receivers fail in turn', async () => {
    const pattern = fc.array(fc.tuple(fc.boolean(), fc.nat(3), fc.nat(3), fc.nat(3)), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(fc.asyncProperty(pattern, expectEachOnce), { numRuns: 12 });
  });
});

/** @param steps whether a request is offered before a run, and how many events each receiver takes of a call in that run */
async function expectEachOnce(steps: readonly [boolean, number, number, number][]): Promise<void> {
  const { offer, run, queue, file, chat, pager } = await start();
  const receivers = [file, chat, pager];
  const runWith = (most: readonly number[]) => {
    for (const [i, receiver] of receivers.entries()) receiver.deliverAtMost(most[i] ?? EVERY);
    return run();
  };
  for (const [isOffered, ...most] of steps) {
    if (isOffered) await offer();
    await runWith(most);
  }
  await runWith([]);
  await runWith([]);
  expect(await queue()).toEqual([]);
  const [expected = [], ...others] = receivers.map((receiver) => deliveredIds(receiver).sort());
  expect(new Set(expected).size).toBe(expected.length);
  for (const ids of others) expect(ids).toEqual(expected);
}

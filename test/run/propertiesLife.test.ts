import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AcceptorEvent } from '../../core/events/event.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger } from '../../run/ports.ts';
import { createRunner, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { type RequestTimeline, trackRequests } from '../support/requestTimelines.ts';

type Broken = 'nothing' | 'listing' | 'ledger' | 'bus';

/** The next step in the life of a target. */
type Step =
  | { readonly does: 'wait'; readonly hours: number }
  | { readonly does: 'offer'; readonly by: RequestTimeline['by'] }
  | { readonly does: 'withdraw' | 'acceptManually'; readonly which: number }
  | { readonly does: 'run'; readonly broken: Broken };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('wait'), hours: fc.constantFrom(1, 5, 20, 50, 100) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('offer'),
      by: fc.constantFrom('acme', 'unknown', 'unknown'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'acceptManually'), which: fc.nat(5) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('run'),
      broken: fc.constantFrom<Broken[]>('nothing', 'nothing', 'nothing', 'listing', 'ledger', 'bus'),
    }),
  },
);

/** Cannot be opened while the test declares it down. */
function fragile(ledger: Ledger, isDown: () => boolean): Ledger {
  const down = () => Promise.reject(new LedgerFailure('the ledger is down'));
  return { ...ledger, open: (...lease) => (isDown() ? down() : ledger.open(...lease)) };
}

async function live(plot: readonly Step[]): Promise<void> {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const eventPublisher = recordingPublisher();
  const lives = trackRequests(cloud);
  let now: Broken = 'nothing';
  const ledger = fragile(runner.ledger, () => now === 'ledger');

  async function run(broken: Broken): Promise<void> {
    now = broken;
    eventPublisher.deliverAtMost(broken === 'bus' ? 0 : Number.POSITIVE_INFINITY);
    if (broken === 'listing')
      cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    const report = await runner.run({ ports: { ...runner.ports, ledger, eventPublisher } });
    // With the ledger down, nothing is recorded either.
    if (broken !== 'ledger') lives.compare(report);
  }

  for (const next of plot) {
    if (next.does === 'wait') cloud.clock.advance(`PT${next.hours}H`);
    else if (next.does === 'offer') await lives.offer(next.by);
    else if (next.does === 'run') await run(next.broken);
    else await lives[next.does](next.which);
    // Two listings are never made at the same moment.
    cloud.clock.advance('PT1M');
  }
  await run('nothing');
  await run('nothing');
  const { delivered } = eventPublisher;
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(delivered.length);
  for (const life of lives.all()) {
    const own = delivered.filter(({ detail }) => JSON.stringify(detail).includes(`"id":"${life.id}"`));
    expectAllPublished(life, lives.isOver(life), own);
  }
}

/** Every event about a request, once, and no others. */
function expectAllPublished(
  life: RequestTimeline,
  isOver: boolean,
  published: readonly AcceptorEvent[],
): void {
  const of = (type: AcceptorEvent['type']) => published.filter((one) => one.type === type);
  expect(of('Request Held')).toHaveLength(life.isHeld ? 1 : 0);
  expect(of('Request Accepted')).toHaveLength(life.isAccepted ? 1 : 0);
  const hours = of('Deadline Near').map(({ detail }) => String(detail.hours ?? 'unknown'));
  expect(hours.toSorted()).toEqual([...life.marks].toSorted());
  const ends = [...of('Request Ended'), ...of('Request Expired')].map(
    ({ type, detail }) => `${type} ${detail.as}`,
  );
  // A request that came and went between two runs was never observed; an event about it is welcome but not required.
  const mustBePublished = isOver && (life.isHeld || life.marks.size > 0);
  expect(ends.length).toBeGreaterThanOrEqual(mustBePublished ? 1 : 0);
  expect(ends.length).toBeLessThanOrEqual(isOver ? 1 : 0);
  const [end] = ends;
  if (end === undefined) return;
  if (life.end === 'manually') expect(end).toBe('Request Ended acceptedByOthers');
  else if (life.end === null) expect(end).toBe('Request Expired expired');
  // A request that vanished after it could have expired may be published as expired.
  else expect(end).toMatch(/^Request (Ended (rejected|vanished)|Expired expired)$/);
}

it('whichever runs fail and whatever becomes of requests, every event is published, once, and no others', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), live), { numRuns: 150 });
});

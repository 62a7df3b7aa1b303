import fc from 'fast-check';
import type { FaultKind, InjectedFault } from './faultInjection.ts';

/** What becomes of a request, whatever the product does. */
export type Event =
  | { readonly does: 'offer'; readonly by: 'acme' | 'stranger' }
  | { readonly does: 'withdraw' | 'acceptByHand'; readonly which: number };

export interface RunStep {
  readonly does: 'pass';
  readonly peril: InjectedFault | null;
  /** what happens in the middle of it, when its peril is that */
  readonly meanwhile: Event;
  /** how many announcements of each call are delivered */
  readonly delivers: number;
  /** in a process that ran passes before */
  readonly isWarm: boolean;
  /** how long it stands still when its peril is that, in minutes, before another pass comes */
  readonly standsStill: number;
}

export type Step = Event | RunStep | { readonly does: 'wait'; readonly hours: number };

export interface Schedule {
  /** in hours: how far the clock is ahead, until it is set right after so many steps */
  readonly clockAhead: number;
  readonly rightFrom: number;
  readonly steps: readonly Step[];
}

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('offer'), by: fc.constantFrom('acme', 'acme', 'stranger') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'acceptByHand'), which: fc.nat(5) }),
  },
);

const HARMS: readonly FaultKind[] = [
  'refused',
  'answerLost',
  'killedBefore',
  'killedBefore',
  'killedAfter',
  'paused',
  'paused',
  'overtakenBefore',
  'overtakenAfter',
];

/** @param calls how many a pass may make: later ones come to no harm */
function pass(calls: number): fc.Arbitrary<RunStep> {
  const turn = fc.oneof(fc.nat(Math.ceil(calls / 4)), fc.nat(calls));
  return fc.record({
    does: fc.constant('pass'),
    peril: fc.option(fc.record({ kind: fc.constantFrom(...HARMS), turn, lasts: fc.boolean() }), { freq: 4 }),
    meanwhile: event,
    delivers: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 0),
    isWarm: fc.boolean(),
    standsStill: fc.constantFrom(0, 2, 10, 10, 600),
  });
}

/** Requests come and go, time passes, and passes come to grief in every way at any of their calls. */
export function schedules(calls: number): fc.Arbitrary<Schedule> {
  const wait = fc.record({
    does: fc.constant('wait'),
    hours: fc.constantFrom(0.1, 0.1, 1, 5, 20, 50, 100),
  });
  const step = fc.oneof(
    { weight: 2, arbitrary: event },
    { weight: 2, arbitrary: wait },
    { weight: 5, arbitrary: pass(calls) },
  );
  return fc.record({
    clockAhead: fc.constantFrom(0, 0, 0, 12, 1000),
    rightFrom: fc.nat(12),
    steps: fc.array<Step>(step, { minLength: 8, maxLength: 20 }),
  }) as fc.Arbitrary<Schedule>;
}

import fc from 'fast-check';
import type { FaultKind, InjectedFault } from './faultInjection.ts';

/** An action of another party on a request. */
export type Event =
  | { readonly does: 'offer'; readonly by: 'acme' | 'other' }
  | { readonly does: 'withdraw' | 'acceptManually'; readonly which: number };

export interface RunStep {
  readonly does: 'run';
  readonly fault: InjectedFault | null;
  /** what happens during the run, if its fault is that the environment changes */
  readonly meanwhile: Event;
  /** how many events of each call are delivered */
  readonly delivers: number;
  /** whether the process has executed runs before */
  readonly isWarm: boolean;
  /** duration of a pause before another run starts, in minutes */
  readonly pauseMinutes: number;
}

export type Step = Event | RunStep | { readonly does: 'wait'; readonly hours: number };

export interface Schedule {
  /** how many hours the clock is fast, until it is corrected before the step `rightFrom` */
  readonly clockAhead: number;
  readonly rightFrom: number;
  readonly steps: readonly Step[];
}

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('offer'), by: fc.constantFrom('acme', 'acme', 'other') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'acceptManually'), which: fc.nat(5) }),
  },
);

const FAULT_KINDS: readonly FaultKind[] = [
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

/** @param calls number of calls of a run at which faults can be injected */
function runStep(calls: number): fc.Arbitrary<RunStep> {
  const turn = fc.oneof(fc.nat(Math.ceil(calls / 4)), fc.nat(calls));
  return fc.record({
    does: fc.constant('run'),
    fault: fc.option(fc.record({ kind: fc.constantFrom(...FAULT_KINDS), turn, lasts: fc.boolean() }), {
      freq: 4,
    }),
    meanwhile: event,
    delivers: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 0),
    isWarm: fc.boolean(),
    pauseMinutes: fc.constantFrom(0, 2, 10, 10, 600),
  });
}

/** Arbitrary schedules: requests come and go, time passes, and runs have every kind of fault at any of their calls. */
export function schedules(calls: number): fc.Arbitrary<Schedule> {
  const wait = fc.record({
    does: fc.constant('wait'),
    hours: fc.constantFrom(0.1, 0.1, 1, 5, 20, 50, 100),
  });
  const step = fc.oneof(
    { weight: 2, arbitrary: event },
    { weight: 2, arbitrary: wait },
    { weight: 5, arbitrary: runStep(calls) },
  );
  return fc.record({
    clockAhead: fc.constantFrom(0, 0, 0, 12, 1000),
    rightFrom: fc.nat(12),
    steps: fc.array<Step>(step, { minLength: 8, maxLength: 20 }),
  }) as fc.Arbitrary<Schedule>;
}

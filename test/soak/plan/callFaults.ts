import fc from 'fast-check';

export const PLACES = ['api', 'gateways', 'ledger', 'bus'] as const;
export type Place = (typeof PLACES)[number];

/** The kinds of faults that a plan draws for calls. */
const DRAWN_KINDS = [
  // The call is rejected or never arrives:
  'throttled',
  'serverError',
  'denied',
  'resetBefore',
  'hangBefore',
  // The call takes effect, but its answer is lost:
  'resetAfter',
  'hangAfter',
  'errorAfter',
  // The call arrives long after its caller gave up:
  'late',
  // The answer is invalid:
  'html',
  'emptyBody',
  'emptyObject',
  'truncatedBody',
  'halfPage',
  'repeatedToken',
  'garbageItem',
  // The answer is late:
  'slow',
  // The process is killed before the call or right after its effect:
  'killedBefore',
  'killedAfter',
  // Another party acts right before or after the call:
  'overtakenBefore',
  'overtakenAfter',
] as const;

/** The kinds of faults of a call. A plan has at most one pause, because the pause of a process affects the runs after it. */
export const CALL_FAULT_KINDS = [...DRAWN_KINDS, 'paused'] as const;
export type CallFaultKind = (typeof CALL_FAULT_KINDS)[number];

/** A fault in the calls of a run. */
export interface CallFault {
  readonly kind: CallFaultKind;
  /** index of the call in the run, or among the calls to `place` */
  readonly turn: number;
  /** `null` for all calls; `confirm` for confirms */
  readonly place: Place | 'confirm' | null;
  /** whether it affects all later calls to the same place */
  readonly lasts: boolean;
  /** duration in seconds, for faults that delay a call or pause the process */
  readonly seconds: number;
}

const LIMITED_TO_API: readonly CallFaultKind[] = ['halfPage', 'repeatedToken', 'garbageItem'];

export const callFaults: fc.Arbitrary<CallFault> = fc
  .record({
    kind: fc.constantFrom<CallFaultKind[]>(...DRAWN_KINDS),
    turn: fc.oneof({ weight: 3, arbitrary: fc.nat(6) }, { weight: 2, arbitrary: fc.nat(30) }),
    place: fc.constantFrom(...PLACES, 'confirm' as const, 'confirm' as const, null, null, null),
    lasts: fc.boolean(),
    seconds: fc.integer({ min: 2, max: 30 }),
  })
  .map((fault) => {
    if (LIMITED_TO_API.includes(fault.kind)) return { ...fault, place: 'api' as const };
    return fault.place === 'confirm' ? { ...fault, turn: fault.turn % 3 } : fault;
  });

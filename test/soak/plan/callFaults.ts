import fc from 'fast-check';

export const PLACES = ['api', 'gateways', 'ledger', 'bus'] as const;
export type Place = (typeof PLACES)[number];

/** What can befall a call. */
export const CALL_FAULT_KINDS = [
  // It is refused, or never arrives:
  'throttled',
  'serverError',
  'denied',
  'resetBefore',
  'hangBefore',
  // It takes effect, and nobody learns of it:
  'resetAfter',
  'hangAfter',
  'errorAfter',
  // It arrives long after whoever made it gave it up:
  'late',
  // It is answered with what is no answer:
  'html',
  'emptyBody',
  'emptyObject',
  'truncatedBody',
  'halfPage',
  'repeatedToken',
  'garbageItem',
  // The answer takes seconds:
  'slow',
  // The process ends there, before the call or as soon as it took effect:
  'killedBefore',
  'killedAfter',
  // Somebody else acts just before the call, or just after it:
  'overtakenBefore',
  'overtakenAfter',
] as const;
export type CallFaultKind = (typeof CALL_FAULT_KINDS)[number];

/** Harm to the calls of one pass. */
export interface CallFault {
  readonly kind: CallFaultKind;
  /** which of the pass's calls; with `place`, of those */
  readonly turn: number;
  /** `null`: any; `confirm`: of its confirms */
  readonly place: Place | 'confirm' | null;
  /** all later calls to the same place too */
  readonly lasts: boolean;
  /** seconds, where the harm takes time */
  readonly seconds: number;
}

const LIMITED_TO_API: readonly CallFaultKind[] = ['halfPage', 'repeatedToken', 'garbageItem'];

export const callFaults: fc.Arbitrary<CallFault> = fc
  .record({
    kind: fc.constantFrom(...CALL_FAULT_KINDS),
    turn: fc.oneof({ weight: 3, arbitrary: fc.nat(6) }, { weight: 2, arbitrary: fc.nat(30) }),
    place: fc.constantFrom(...PLACES, 'confirm' as const, 'confirm' as const, null, null, null),
    lasts: fc.boolean(),
    seconds: fc.integer({ min: 2, max: 30 }),
  })
  .map((ill) => {
    if (LIMITED_TO_API.includes(ill.kind)) return { ...ill, place: 'api' as const };
    return ill.place === 'confirm' ? { ...ill, turn: ill.turn % 3 } : ill;
  });

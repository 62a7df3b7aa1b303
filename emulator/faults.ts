import {
  accountId,
  InvalidInput,
  integerBetween,
  oneOf,
  optional,
  type Reader,
  writtenObject,
} from './decoders.ts';
import { OPERATION_NAMES } from './operations/operationTable.ts';

/** Kinds of fault, each with the statuses it can have (the first is what it has when none is given). */
const STATUSES = {
  // The operation is not carried out:
  throttle: [],
  serverError: [500, 502, 503, 504, 400],
  accessDenied: [],
  outscaleError: [503, 429],
  reset: [],
  hang: [],
  html: [200, 502],
  emptyBody: [],
  emptyObject: [],
  // It is carried out, and its answer spoilt:
  truncatedPage: [],
  truncatedBody: [],
  repeatedToken: [],
  garbageItem: [],
  // It is carried out, and the answer never comes. With a status that comes instead of the reset:
  failAfterCommit: [500],
  timeoutAfterCommit: [],
} as const satisfies Record<string, readonly number[]>;

export type FaultKind = keyof typeof STATUSES;

/** The keys of the literal above. */
const FAULT_KINDS = Object.keys(STATUSES) as readonly FaultKind[];

export interface Fault {
  readonly kind: FaultKind;
  /** `null`: any */
  readonly operation: string | null;
  readonly account: string | null;
  readonly times: number | 'always';
  /** matching calls that pass unharmed first */
  readonly after: number;
  readonly status: number | null;
}

/** A fault as one writes it down: what is left out is any operation, any account, once, at once. */
export interface FaultInput {
  readonly kind: FaultKind;
  readonly operation?: string;
  readonly account?: string;
  readonly times?: number | 'always';
  readonly after?: number;
  readonly status?: number;
}

const counted = integerBetween(1, 1_000_000);

const readFields = writtenObject<Fault>({
  kind: oneOf(FAULT_KINDS),
  operation: optional(oneOf(OPERATION_NAMES), null),
  account: optional(accountId, null),
  times: optional((value, path) => (value === 'always' ? value : counted(value, path)), 1),
  after: optional(integerBetween(0, 1_000_000), 0),
  status: optional(integerBetween(100, 599), null),
});

/** Throws `Misread`. */
export const readFault: Reader<Fault> = (value, path) => {
  const fault = readFields(value, path);
  const statuses: readonly number[] = STATUSES[fault.kind];
  if (fault.status !== null && !statuses.includes(fault.status)) {
    const known = statuses.length === 0 ? '' : ` or one of ${statuses.join(', ')}`;
    throw new InvalidInput('status', `left out with \`${fault.kind}\`${known}`, fault.status);
  }
  return fault;
};

/** The status of a fault, or the usual one of its kind. */
export function faultStatus({ kind, status }: Fault): number {
  return status ?? STATUSES[kind][0] ?? 500;
}

export interface FaultQueue {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The fault that befalls this call, used up by one; `null` when it is spared. */
  take(operation: string, account: string): Fault | null;
}

export function createFaultQueue(): FaultQueue {
  let waiting: readonly Fault[] = [];
  const replace = (old: Fault, by: readonly Fault[]) => {
    waiting = waiting.flatMap((fault) => (fault === old ? by : [fault]));
  };
  return {
    add: (fault) => {
      // A copy, because the queue tells faults apart by identity and one may be added twice.
      waiting = [...waiting, { ...fault }];
    },
    clear: () => {
      waiting = [];
    },
    list: () => waiting,
    take: (operation, account) => {
      const matching = waiting.filter(
        (fault) =>
          (fault.operation === null || fault.operation === operation) &&
          (fault.account === null || fault.account === account),
      );
      // One fault a call. Those still skipping calls count this one only when it comes before the one that strikes.
      for (const fault of matching) {
        if (fault.after === 0) {
          if (fault.times !== 'always')
            replace(fault, fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []);
          return fault;
        }
        replace(fault, [{ ...fault, after: fault.after - 1 }]);
      }
      return null;
    },
  };
}

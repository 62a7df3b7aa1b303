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

/** Kinds of faults, each with the HTTP statuses that it can have; the first is the default. */
const STATUSES = {
  // The operation is not executed:
  throttle: [],
  serverError: [500, 502, 503, 504, 400],
  accessDenied: [],
  outscaleError: [503, 429],
  reset: [],
  hang: [],
  html: [200, 502],
  emptyBody: [],
  emptyObject: [],
  // The operation is executed, and its answer is damaged:
  truncatedPage: [],
  truncatedBody: [],
  repeatedToken: [],
  garbageItem: [],
  // The operation is executed, and the answer is lost. If a status is given, an error is returned instead of a reset:
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
  /** number of matching calls that succeed first */
  readonly after: number;
  readonly status: number | null;
}

/** A fault as given by the user. Defaults: any operation, any account, once, at the next call. */
export interface FaultInput {
  readonly kind: FaultKind;
  readonly operation?: string;
  readonly account?: string;
  readonly times?: number | 'always';
  readonly after?: number;
  readonly status?: number;
}

const repeatCount = integerBetween(1, 1_000_000);

const readFields = writtenObject<Fault>({
  kind: oneOf(FAULT_KINDS),
  operation: optional(oneOf(OPERATION_NAMES), null),
  account: optional(accountId, null),
  times: optional((value, path) => (value === 'always' ? value : repeatCount(value, path)), 1),
  after: optional(integerBetween(0, 1_000_000), 0),
  status: optional(integerBetween(100, 599), null),
});

/** Throws `InvalidInput`. */
export const readFault: Reader<Fault> = (value, path) => {
  const fault = readFields(value, path);
  const statuses: readonly number[] = STATUSES[fault.kind];
  if (fault.status !== null && !statuses.includes(fault.status)) {
    const known = statuses.length === 0 ? '' : ` or one of ${statuses.join(', ')}`;
    throw new InvalidInput('status', `left out with \`${fault.kind}\`${known}`, fault.status);
  }
  return fault;
};

/** The status of a fault, or the default of its kind. */
export function faultStatus({ kind, status }: Fault): number {
  return status ?? STATUSES[kind][0] ?? 500;
}

export interface FaultQueue {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** Returns the fault of this call and decrements its count; `null` if there is none. */
  take(operation: string, account: string): Fault | null;
}

export function createFaultQueue(): FaultQueue {
  let queue: readonly Fault[] = [];
  const replace = (old: Fault, by: readonly Fault[]) => {
    queue = queue.flatMap((fault) => (fault === old ? by : [fault]));
  };
  return {
    add: (fault) => {
      // A copy: the queue distinguishes faults by identity, and a fault may be added twice.
      queue = [...queue, { ...fault }];
    },
    clear: () => {
      queue = [];
    },
    list: () => queue,
    take: (operation, account) => {
      const matching = queue.filter(
        (fault) =>
          (fault.operation === null || fault.operation === operation) &&
          (fault.account === null || fault.account === account),
      );
      // One fault per call. A fault that skips calls counts this call only if it comes before the fault that is returned.
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

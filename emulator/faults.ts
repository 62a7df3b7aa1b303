import {
  accountId,
  InvalidInput,
  integerBetween,
  looseObject,
  oneOf,
  optional,
  type Reader,
  text,
  writtenObject,
} from './decoders.ts';
import type { Service } from './dialects.ts';
import { pageToken } from './operations/listParameters.ts';
import { OPERATION_NAMES } from './operations/operationTable.ts';
import { ApiError, jsonResponse, type Output, type Reply, type WireCall } from './wire.ts';

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
function faultStatus({ kind, status }: Fault): number {
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

/** Answers a call according to its fault; `run` executes the operation, unless the fault prevents that. */
export function injectFault(fault: Fault, call: WireCall, input: unknown, run: () => Output): Reply {
  const errors = ERRORS[call.service];
  switch (fault.kind) {
    case 'throttle':
      return call.failure(errors.throttled());
    case 'accessDenied':
      return call.failure(errors.denied(call.operation));
    case 'serverError':
      return call.failure(new ApiError(errors.server, 'An internal error has occurred.', faultStatus(fault)));
    case 'outscaleError':
      return outscaleError(faultStatus(fault));
    case 'reset':
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'hang' };
    case 'html': {
      const body = '<!doctype html><html><body><h1>Sorry</h1><p>This is no API.</p></body></html>';
      return { kind: 'response', status: faultStatus(fault), contentType: 'text/html', body };
    }
    case 'emptyBody':
      return { ...call.success({}), body: '' };
    case 'emptyObject':
      return call.success({});
    case 'truncatedPage':
      return call.success(withoutSecondHalf(run()));
    case 'truncatedBody': {
      const whole = call.success(run());
      return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 2)) };
    }
    case 'repeatedToken':
      return call.success({ ...run(), nextToken: readToken(input, '').nextToken });
    case 'garbageItem':
      return call.success(withGarbage(run()));
    case 'failAfterCommit': {
      run();
      if (fault.status === null) return { kind: 'reset' };
      return call.failure(new ApiError(errors.server, 'An internal error has occurred.', fault.status));
    }
    case 'timeoutAfterCommit':
      run();
      return { kind: 'hang' };
    default:
      return fault.kind satisfies never;
  }
}

/** The token of the call itself, or else a token of the first page. */
const readToken = looseObject({ nextToken: optional(text, pageToken(0)) });

const ERRORS = {
  directconnect: {
    throttled: () => new ApiError('ThrottlingException', 'Rate exceeded'),
    denied: (operation: string) =>
      new ApiError('AccessDeniedException', `You are not authorized to perform: directconnect:${operation}`),
    server: 'DirectConnectServerException',
  },
  ec2: {
    throttled: () => new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503),
    denied: (operation: string) =>
      new ApiError('UnauthorizedOperation', `You are not authorized to perform: ec2:${operation}`, 403),
    server: 'InternalError',
  },
  sts: {
    throttled: () => new ApiError('Throttling', 'Rate exceeded'),
    denied: (operation: string) =>
      new ApiError('AccessDenied', `You are not authorized to perform: sts:${operation}`, 403),
    server: 'InternalFailure',
  },
  cloudtrail: {
    throttled: () => new ApiError('ThrottlingException', 'Rate exceeded'),
    denied: (operation: string) =>
      new ApiError('AccessDeniedException', `You are not authorized to perform: cloudtrail:${operation}`),
    server: 'InternalFailure',
  },
  oapi: {
    throttled: () => new ApiError('RequestLimitExceeded', 'The number of requests exceeds the limit.', 503),
    denied: (operation: string) =>
      new ApiError('AccessDenied', `You are not authorized to perform: api:${operation}`, 403),
    server: 'InternalError',
  },
} satisfies Record<Service, unknown>;

/** OUTSCALE's own error form, which no AWS SDK understands: rate limiters answer 503 with code 6, or 429 with code 24. */
function outscaleError(status: number): Reply {
  const Code = status === 429 ? '24' : '6';
  const Details = 'The number of requests exceeds the limit.';
  return jsonResponse(status, { Errors: [{ Code, Type: 'RequestLimitExceeded', Details }] });
}

function withoutSecondHalf(output: Output): Output {
  const { nextToken: _, ...page } = changeFirstList(output, (items) =>
    // A list with one item is unchanged: describing an interface by its ID must return it.
    items.slice(0, Math.ceil(items.length / 2)),
  );
  return page;
}

function withGarbage(output: Output): Output {
  return changeFirstList(output, ([first, ...others]) =>
    typeof first === 'object' && first !== null
      ? [Object.fromEntries(Object.entries(first).map(([key, value]) => [key, garbled(value)])), ...others]
      : [],
  );
}

/** A value of another type. Lists and objects are unchanged, because the SDK itself would fail on those. */
function garbled(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return 42;
    case 'number':
      return 'forty-two';
    case 'boolean':
      return 'perhaps';
    default:
      return value;
  }
}

function changeFirstList(output: Output, change: (items: readonly unknown[]) => readonly unknown[]): Output {
  const found = Object.entries(output).find(([, value]) => Array.isArray(value));
  if (found === undefined || !Array.isArray(found[1])) return output;
  return { ...output, [found[0]]: change(found[1]) };
}

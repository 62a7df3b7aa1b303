import { looseObject, optional, text } from './decoders.ts';
import type { Service } from './dialects.ts';
import { type Fault, faultStatus } from './faults.ts';
import type { Output } from './operations/operation.ts';
import { pageToken } from './operations/paging.ts';
import { ApiError, jsonResponse, type Reply, type WireCall } from './wire.ts';

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

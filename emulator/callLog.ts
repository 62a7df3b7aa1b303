import type { Service } from './dialects.ts';
import type { Reply } from './wire.ts';

/** One call that came in, for tests and for people who watch. */
export interface Call {
  /** by the emulated clock */
  readonly at: string;
  /** `null` when the signature did not hold */
  readonly account: string | null;
  readonly region: string | null;
  readonly service: Service;
  readonly operation: string;
  /** without secrets; `null` when the signature did not hold or the body was malformed */
  readonly input: unknown;
  /** of the answer; `hang` and `reset` where there was none */
  readonly status: number | 'hang' | 'reset';
}

/** as many of the latest calls as are kept */
const KEPT = 10_000;

export interface CallLog {
  add(call: Call): void;
  list(): readonly Call[];
  clear(): void;
}

export function createCallLog(): CallLog {
  let calls: Call[] = [];
  return {
    add: (call) => {
      calls.push({ ...call, input: withoutSecrets(call.input) });
      if (calls.length > KEPT) calls.shift();
    },
    list: () => [...calls],
    clear: () => {
      calls = [];
    },
  };
}

export function replyStatus(reply: Reply): Call['status'] {
  return reply.kind === 'response' ? reply.status : reply.kind;
}

/** deeper than any input of these APIs */
const DEEPEST = 20;

/** What lies deeper is left out: thousands of levels would fill the stack. */
function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((part) => withoutSecrets(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      /^authKey$/i.test(key) ? '***' : withoutSecrets(part, depth + 1),
    ]),
  );
}

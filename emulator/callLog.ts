import type { Service } from './dialects.ts';
import type { Reply } from './wire.ts';

/** A logged call, for tests and for people who watch the emulator. */
export interface Call {
  /** by the emulated clock */
  readonly at: string;
  /** `null` if the signature was invalid */
  readonly account: string | null;
  readonly region: string | null;
  readonly service: Service;
  readonly operation: string;
  /** without secrets; `null` if the signature was invalid or the body malformed */
  readonly input: unknown;
  /** HTTP status of the answer; `hang` or `reset` if there was none */
  readonly status: number | 'hang' | 'reset';
}

/** The log contains this many of the latest calls. */
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

/** Deeper than any input of these APIs. */
const DEEPEST = 20;

/** Replaces secrets, and omits deeper levels: thousands of levels would overflow the stack. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
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

import { parseDuration } from './clock.ts';
import {
  exactObject,
  flag,
  InvalidInput,
  integer,
  integerBetween,
  oneOf,
  optional,
  type Reader,
} from './decoders.ts';
import { DIALECT_NAMES, DIALECTS, type Dialect, type DialectName } from './dialects.ts';

/** How a world is made. Each may be left out; a dialect has its own defaults from `expiry` to `ownerAccountWhileConfirming`. */
export interface Options {
  readonly dialect?: DialectName;
  /** where the clock stands still until advanced, as a `Date` or in ISO 8601; left out, it runs on from the real time */
  readonly now?: Date | string;
  /** the same seed gives the same IDs */
  readonly seed?: number;
  /** from request to `expired`: a duration such as `P7D`, or `never` */
  readonly expiry?: string;
  /** how long expired requests stay listed: a duration */
  readonly expiredLingers?: string;
  readonly requireAttachedGateway?: boolean;
  readonly ownerAccountWhileConfirming?: 'recipient' | 'requester';
  /** how long every answer of an API waits, in milliseconds of real time; 0 when left out */
  readonly latency?: number;
}

type Asked = { readonly [K in keyof Required<Options>]: Exclude<Required<Options>[K], Date> | null };

const instant: Reader<string> = (value, path) => {
  const time = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidInput(path, 'an instant such as `2026-11-01T00:00:00Z`', value);
  }
  return time.toISOString();
};

/** A duration in ISO 8601, read as milliseconds. */
export const isoDuration: Reader<number> = (value, path) => {
  const length = typeof value === 'string' ? parseDuration(value) : null;
  if (length !== null) return length;
  throw new InvalidInput(
    path,
    'a duration of weeks, days, hours, minutes or seconds such as `PT6H` or `P7D`',
    value,
  );
};

/** How long an answer may wait, in milliseconds: longer than any client does. */
export const MAX_LATENCY_MS = 600_000;

export const latencyMs: Reader<number> = integerBetween(0, MAX_LATENCY_MS);

// Kept as text, because options are read again when those of a scenario and those of its starter are joined.
const duration: Reader<string> = (value, path) => {
  isoDuration(value, path);
  return String(value);
};

/** Throws `Misread`. */
export const readOptions: Reader<Asked> = exactObject<Asked>({
  dialect: optional(oneOf(DIALECT_NAMES), null),
  now: optional(instant, null),
  seed: optional(integer, null),
  expiry: optional((value, path) => (value === 'never' ? value : duration(value, path)), null),
  expiredLingers: optional(duration, null),
  requireAttachedGateway: optional(flag, null),
  ownerAccountWhileConfirming: optional(oneOf(['recipient', 'requester']), null),
  latency: optional(latencyMs, null),
});

/** The dialect with what the options change of it. */
export function resolveDialect(options: Asked): Dialect {
  const usual = DIALECTS[options.dialect ?? 'outscale'];
  const { expiry, expiredLingers } = options;
  return {
    ...usual,
    // `never` is no duration: `null`.
    expiry: expiry === null ? usual.expiry : parseDuration(expiry),
    expiredLingers: (expiredLingers === null ? null : parseDuration(expiredLingers)) ?? usual.expiredLingers,
    requireAttachedGateway: options.requireAttachedGateway ?? usual.requireAttachedGateway,
    ownerAccountWhileConfirming: options.ownerAccountWhileConfirming ?? usual.ownerAccountWhileConfirming,
  };
}

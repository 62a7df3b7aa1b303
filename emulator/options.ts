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

/** Options of an emulator, all optional. Each dialect has its own defaults from `expiry` to `ownerAccountWhileConfirming`. */
export interface Options {
  readonly dialect?: DialectName;
  /** time of the clock until it is advanced, as a `Date` or in ISO 8601; default: the clock follows the real time */
  readonly now?: Date | string;
  /** the same seed gives the same IDs */
  readonly seed?: number;
  /** from request to `expired`: a duration such as `P7D`, or `never` */
  readonly expiry?: string;
  /** how long expired requests stay listed: a duration */
  readonly expiredLingers?: string;
  /** how long a withdrawn request is `deleting` until it is `rejected`: a duration */
  readonly withdrawalTime?: string;
  /** how long a deleted interface that was accepted is `deleting` until it is `deleted`: a duration */
  readonly deletionTime?: string;
  /** how long an accepted interface is `pending` until it is `available`: a duration */
  readonly provisioningTime?: string;
  /** how long a new connection or LAG is `requested` until it is `available`: a duration */
  readonly connectionTime?: string;
  /** how long a deleted connection or LAG is `deleting` until it is `deleted`: a duration */
  readonly connectionDeletionTime?: string;
  /** how long after a call the provider's log of calls has it: a duration */
  readonly auditDelay?: string;
  /** how long an association is `associating` until it is `associated`: a duration */
  readonly associationTime?: string;
  /** how long a deleted association is `disassociating` until it disappears: a duration */
  readonly disassociationTime?: string;
  readonly requireAttachedGateway?: boolean;
  readonly ownerAccountWhileConfirming?: 'recipient' | 'requester';
  /** delay of every API answer, in milliseconds of real time; default 0 */
  readonly latency?: number;
}

/** The options that are a time of the dialect. */
const TIMES = [
  'expiredLingers',
  'withdrawalTime',
  'deletionTime',
  'provisioningTime',
  'connectionTime',
  'connectionDeletionTime',
  'auditDelay',
  'associationTime',
  'disassociationTime',
] as const;

type Asked = { readonly [K in keyof Required<Options>]: Exclude<Required<Options>[K], Date> | null };

const instant: Reader<string> = (value, path) => {
  const time = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidInput(path, 'an instant such as `2026-11-01T00:00:00Z`', value);
  }
  return time.toISOString();
};

/** Reads an ISO 8601 duration as milliseconds. */
export const isoDuration: Reader<number> = (value, path) => {
  const length = typeof value === 'string' ? parseDuration(value) : null;
  if (length !== null) return length;
  throw new InvalidInput(
    path,
    'a duration of weeks, days, hours, minutes or seconds such as `PT6H` or `P7D`',
    value,
  );
};

/** Maximum delay of an answer, in milliseconds: longer than any client waits. */
export const MAX_LATENCY_MS = 600_000;

export const latencyMs: Reader<number> = integerBetween(0, MAX_LATENCY_MS);

// Kept as text, because options are read again when those of a scenario and those of its caller are merged.
const duration: Reader<string> = (value, path) => {
  isoDuration(value, path);
  return String(value);
};

/** Throws `InvalidInput`. */
export const readOptions: Reader<Asked> = exactObject<Asked>({
  dialect: optional(oneOf(DIALECT_NAMES), null),
  now: optional(instant, null),
  seed: optional(integer, null),
  expiry: optional((value, path) => (value === 'never' ? value : duration(value, path)), null),
  expiredLingers: optional(duration, null),
  withdrawalTime: optional(duration, null),
  deletionTime: optional(duration, null),
  provisioningTime: optional(duration, null),
  connectionTime: optional(duration, null),
  connectionDeletionTime: optional(duration, null),
  auditDelay: optional(duration, null),
  associationTime: optional(duration, null),
  disassociationTime: optional(duration, null),
  requireAttachedGateway: optional(flag, null),
  ownerAccountWhileConfirming: optional(oneOf(['recipient', 'requester']), null),
  latency: optional(latencyMs, null),
});

/** Returns the dialect with the changes that the options make. */
export function resolveDialect(options: Asked): Dialect {
  const usual = DIALECTS[options.dialect ?? 'outscale'];
  const { expiry } = options;
  const times = TIMES.map((name): [string, number] => {
    const given = options[name];
    return [name, (given === null ? null : parseDuration(given)) ?? usual[name]];
  });
  return {
    ...usual,
    // `never` is not a duration and gives `null`.
    expiry: expiry === null ? usual.expiry : parseDuration(expiry),
    ...Object.fromEntries(times),
    requireAttachedGateway: options.requireAttachedGateway ?? usual.requireAttachedGateway,
    ownerAccountWhileConfirming: options.ownerAccountWhileConfirming ?? usual.ownerAccountWhileConfirming,
  };
}

import { escapeText } from './printableText.ts';

/**
 * Decoders of JSON that this product wrote (compiled policies, ledgers), without a schema library. Every key must be
 * present, so that a truncated file is never read as a permissive policy. `object` refuses unknown keys, `openObject` keeps them.
 */

export class Malformed extends Error {
  override readonly name = 'Malformed';
  /** position of the value, such as `owners[0].grants[1].gateway` */
  readonly path: string;
  /** The same error at another path. */
  readonly withPath: (path: string) => Malformed;
  constructor(path: string, wanted: string, got: unknown) {
    super(`${path === '' ? 'it' : `\`${path}\``} must be ${wanted}, got ${kindOf(got)}`);
    this.path = path;
    this.withPath = (other) => new Malformed(other, wanted, got);
  }
}

export type Decoder<T> = (raw: unknown, path: string) => T;

export function record(raw: unknown, path: string): Record<string, unknown> {
  if (!isRecord(raw)) throw new Malformed(path, 'an object', raw);
  return { ...raw };
}

/** Whether a value is an object with keys, and not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Shape<T> = { readonly [K in keyof T]: Decoder<T[K]> };

/** Makes the decoder of an object from the decoders of its keys: `object`, `openObject` or `archivedObject`. */
export type ObjectDecoder = <T extends object>(shape: Shape<T>) => Decoder<T>;

/** An object with exactly the keys of `shape`. */
export function object<T extends object>(shape: Shape<T>): Decoder<T> {
  const decode = openObject(shape);
  return (raw, path) => {
    const surplus = Object.keys(record(raw, path)).find((key) => !Object.hasOwn(shape, key));
    if (surplus !== undefined) throw new Malformed(at(path, surplus), 'absent', record(raw, path)[surplus]);
    return decode(raw, path);
  };
}

/**
 * An object with at least the keys of `shape`. Other keys are kept unchanged: a later release wrote them, and reads them
 * again after this release has written the value.
 */
export function openObject<T extends object>(shape: Shape<T>): Decoder<T> {
  const decoders = Object.entries<Decoder<unknown>>(shape);
  return (raw, path) => {
    const fields = record(raw, path);
    const missing = decoders.find(([key]) => !Object.hasOwn(fields, key));
    if (missing) throw new Malformed(at(path, missing[0]), 'present', undefined);
    for (const [key, decode] of decoders) fields[key] = decode(fields[key], at(path, key));
    // Every key of the shape was read by the decoder of its type.
    return fields as T;
  };
}

/**
 * As `openObject`, for data on which no decision depends: a key that is missing, since it came in a later release, is
 * `null`.
 */
export function archivedObject<T extends object>(shape: Shape<T>): Decoder<T> {
  const absent = Object.fromEntries(Object.keys(shape).map((key) => [key, null]));
  const decode = openObject(shape);
  return (raw, path) => decode({ ...absent, ...record(raw, path) }, path);
}

export function map<T>(value: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (raw, path) =>
    Object.fromEntries(
      Object.entries(record(raw, path)).map(([key, item]) => [key, value(item, at(path, key))]),
    );
}

export function array<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (raw, path) => {
    if (!Array.isArray(raw)) throw new Malformed(path, 'a list', raw);
    return raw.map((value, i) => item(value, `${path}[${i}]`));
  };
}

/** A list with at least one item, because an empty one would match everything or nothing. */
export function nonEmptyArray<T>(item: Decoder<T>): Decoder<readonly T[]> {
  const decode = array(item);
  return (raw, path) => {
    const items = decode(raw, path);
    if (items.length === 0) throw new Malformed(path, 'a list of at least one', raw);
    return items;
  };
}

export function orNull<T>(decode: Decoder<T>): Decoder<T | null> {
  return (raw, path) => (raw === null ? null : decode(raw, path));
}

export const string: Decoder<string> = (raw, path) => {
  if (typeof raw !== 'string' || raw === '') throw new Malformed(path, 'a text', raw);
  return raw;
};

export function text(wanted: string, fits: (value: string) => boolean): Decoder<string> {
  return (raw, path) => {
    if (typeof raw !== 'string' || !fits(raw)) throw new Malformed(path, wanted, raw);
    return raw;
  };
}

export function integer(from: number, to: number = Number.MAX_SAFE_INTEGER): Decoder<number> {
  return (raw, path) => {
    if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw < from || raw > to) {
      throw new Malformed(path, `a whole number from ${from} to ${to}`, raw);
    }
    return raw;
  };
}

export const boolean: Decoder<boolean> = (raw, path) => {
  if (typeof raw !== 'boolean') throw new Malformed(path, 'true or false', raw);
  return raw;
};

export function oneOf<const T extends string | number | boolean>(values: readonly T[]): Decoder<T> {
  return (raw, path) => {
    const value = values.find((candidate) => candidate === raw);
    if (value === undefined) throw new Malformed(path, values.join(' or '), raw);
    return value;
  };
}

/** An instant as `Date.prototype.toISOString` writes it. */
export const instant: Decoder<string> = text('an instant such as `2026-11-01T00:00:00.000Z`', (value) => {
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
});

/** Keys are escaped too: a key may come from an untrusted source. */
function at(path: string, key: string): string {
  return path === '' ? escapeText(key) : `${path}.${escapeText(key)}`;
}

/** Names the type and never the value: a misplaced value may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text that does not fit' : `${typeof value} ${String(value)}`;
}

/** Decodes equal values only once, so that thousands of equal values take the memory of one. */
export function deduplicated<T>(decode: Decoder<T>): Decoder<T> {
  const read = new Map<string, T>();
  return (raw, path) => {
    const text = JSON.stringify(raw);
    const found = read.get(text);
    if (found !== undefined) return found;
    const value = decode(raw, path);
    read.set(text, value);
    return value;
  };
}

/** Decoders for data from outside: operation inputs, admin requests and scenarios. */

/** The value at `path` is not of the expected form. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  /** such as `allocations[2].vlan`; empty for the whole value */
  readonly path: string;
  readonly missing: boolean;
  constructor(path: string, expected: string, value: unknown) {
    super(`${path === '' ? 'it' : `\`${path}\``} must be ${expected}, got ${formatValue(value)}`);
    this.path = path;
    this.missing = value === undefined || value === null;
  }
}

/** A key that no decoder reads. */
export class UnknownMember extends InvalidInput {
  /** the keys that are read there */
  readonly known: readonly string[];
  constructor(path: string, known: readonly string[], value: unknown) {
    super(path, `left out (known here: ${known.join(', ')})`, value);
    this.known = known;
  }
}

export type Reader<T> = (value: unknown, path: string) => T;

/** A text that matches the pattern. @param expected describes it in the message */
export function textMatching(expected: string, pattern: RegExp): Reader<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new InvalidInput(path, expected, value);
    return value;
  };
}

export const text: Reader<string> = textMatching('a text', /^.*$/s);
export const accountId: Reader<string> = textMatching('an account of 12 digits in quotes', /^[0-9]{12}$/);

export function integerBetween(from: number, to: number): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
      throw new InvalidInput(path, `a whole number from ${from} to ${to}`, value);
    }
    return value;
  };
}

/** Any whole number: the operation checks its range, with the API's own message. */
export const integer: Reader<number> = integerBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** Any finite number. */
export const finiteNumber: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new InvalidInput(path, 'a number', value);
  return value;
};

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new InvalidInput(path, 'true or false', value);
  return value;
};

export function oneOf<const T extends string | number>(values: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new InvalidInput(path, `one of ${values.join(', ')}`, value);
    return found;
  };
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new InvalidInput(path, 'a list', value);
    return value.map((each: unknown, i) => item(each, `${path}[${i}]`));
  };
}

/** Reads an absent value or `null` as `fallback`. */
export function optional<T, F>(reader: Reader<T>, fallback: F): Reader<T | F> {
  return (value, path) => (value === undefined || value === null ? fallback : reader(value, path));
}

/** An object with any keys. */
export const anyObject: Reader<Readonly<Record<string, unknown>>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInput(path, 'an object', value);
  }
  return { ...value };
};

type Shape<T> = { readonly [K in keyof T]: Reader<T[K]> };

/** An object with these keys; others are ignored. */
export function looseObject<T>(shape: Shape<T>): Reader<T> {
  return (value, path) => {
    const fields = anyObject(value, path);
    // Each key of the shape is read by the decoder of its type.
    return Object.fromEntries(
      Object.entries<Reader<unknown>>(shape).map(([key, read]) => [
        key,
        read(fields[key], joinPath(path, key)),
      ]),
    ) as T;
  };
}

/** As `looseObject`, but an unknown key is an error, because it is a mistake of the caller. */
export function exactObject<T>(shape: Shape<T>): Reader<T> {
  const read = looseObject(shape);
  const known = Object.keys(shape);
  return (value, path) => {
    const result = read(value, path);
    const unknown = Object.entries(Object(value)).find(([key]) => !known.includes(key));
    if (unknown === undefined) return result;
    throw new UnknownMember(joinPath(path, unknown[0]), known, unknown[1]);
  };
}

/** As `exactObject`, for files written by people: reports a mistyped key before the key that is missing because of it. */
export function writtenObject<T>(shape: Shape<T>): Reader<T> {
  const read = exactObject(shape);
  const known = Object.keys(shape);
  return (value, path) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const unknown = isObject ? Object.entries(value).find(([key]) => !known.includes(key)) : undefined;
    if (unknown !== undefined) throw new UnknownMember(joinPath(path, unknown[0]), known, unknown[1]);
    return read(value, path);
  };
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = toJson(value);
  return `\`${json.length > 60 ? `${json.slice(0, 60)}…` : json}\``;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Thousands of nested levels overflow the stack.
    return Array.isArray(value) ? '[[…' : '{…';
  }
}

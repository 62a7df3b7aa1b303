/** Any number that another process measured. */
export const finiteNumber: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new InvalidInput(path, 'a number', value);
  return value;
};

/** Reading data from outside: operation inputs, control requests and scenarios. */

/** What stands at `path` cannot be read as what was wanted. */
export class InvalidInput extends Error {
  override readonly name = 'Misread';
  /** as `allocations[2].vlan`; empty for the whole */
  readonly path: string;
  readonly missing: boolean;
  constructor(path: string, wanted: string, got: unknown) {
    super(`${path === '' ? 'it' : `\`${path}\``} must be ${wanted}, got ${show(got)}`);
    this.path = path;
    this.missing = got === undefined || got === null;
  }
}

/** A key that nobody reads. */
export class UnknownMember extends InvalidInput {
  constructor(path: string, known: readonly string[], got: unknown) {
    super(path, `left out (known here: ${known.join(', ')})`, got);
  }
}

export type Reader<T> = (value: unknown, path: string) => T;

/** A text that fits; `wanted` says which, for people. */
export function textMatching(wanted: string, fits: RegExp): Reader<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !fits.test(value)) throw new InvalidInput(path, wanted, value);
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

/** Any whole number: which ones make sense is for the operation to say, in the API's own words. */
export const integer: Reader<number> = integerBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

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

/** What is absent or `null` reads as `fallback`. */
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
    // Every key of the shape is read by the reader that its type demands.
    return Object.fromEntries(
      Object.entries<Reader<unknown>>(shape).map(([key, read]) => [key, read(fields[key], under(path, key))]),
    ) as T;
  };
}

/** As `members`, but a key that nobody reads is an error, because it is a slip of whoever wrote it. */
export function exactObject<T>(shape: Shape<T>): Reader<T> {
  const read = looseObject(shape);
  const known = Object.keys(shape);
  return (value, path) => {
    const result = read(value, path);
    const surplus = Object.entries(Object(value)).find(([key]) => !known.includes(key));
    if (surplus === undefined) return result;
    throw new UnknownMember(under(path, surplus[0]), known, surplus[1]);
  };
}

/** As `exactly`, for what people write: a mistyped key is named before the key that is missing for it. */
export function writtenObject<T>(shape: Shape<T>): Reader<T> {
  const read = exactObject(shape);
  const known = Object.keys(shape);
  return (value, path) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const surplus = isObject ? Object.entries(value).find(([key]) => !known.includes(key)) : undefined;
    if (surplus !== undefined) throw new UnknownMember(under(path, surplus[0]), known, surplus[1]);
    return read(value, path);
  };
}

function under(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = jsonOf(value);
  return `\`${json.length > 60 ? `${json.slice(0, 60)}…` : json}\``;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested in thousands of levels, which fills the stack.
    return Array.isArray(value) ? '[[…' : '{…';
  }
}

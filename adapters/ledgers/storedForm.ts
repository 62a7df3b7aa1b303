import * as d from '../../core/decoders.ts';
import { canonicalJson, digestOf } from '../../core/json.ts';
import { FORMAT_1, from1To2, type ItemKind, type Keys, WHOLE } from './formats/format1.ts';
import { STORED_NAMES } from './formats/storedNames.ts';

/**
 * The stored form of a value of the ledger, which earlier and later releases can read.
 *
 * `data` has the keys of format 1, and `more` has all later keys. Release 0.1.0 rejects unknown keys and reads only `data`, so a
 * store must keep `more` in a place that release 0.1.0 does not read. Every later release ignores unknown keys, and keeps them
 * when it writes the value again. `STORED_NAMES` translates between the names on disk and the names in the code.
 */
export interface StoredValue {
  /** format of the release that last wrote the value */
  readonly format: number;
  /** lowest format that a release must support to read the value: 1, unless a later format changed a meaning */
  readonly needs: number;
  readonly data: unknown;
  /** `null` when there are no later keys */
  readonly more: Readonly<Record<string, unknown>> | null;
}

/** The format that this release writes. It also reads every earlier format. */
export const LEDGER_FORMAT = 2;

/** Conversion from each format to the next one. */
const STEPS: ReadonlyMap<number, typeof from1To2> = new Map([[1, from1To2]]);

/** The value is valid, but only a release with a later format can read it. */
export class WrittenByNewer extends Error {
  override readonly name = 'WrittenByNewer';
  /** lowest format that can read it */
  readonly needs: number;
  constructor(needs: number) {
    super(`needs a release that reads format ${needs}; this release reads formats 1 to ${LEDGER_FORMAT}`);
    this.needs = needs;
  }
}

export function toStored(kind: ItemKind, value: unknown): StoredValue {
  const { data, more } = split(STORED_NAMES[kind].toOld(withoutUnset(value)), FORMAT_1[kind]);
  // Only an object can have later keys.
  return { format: LEDGER_FORMAT, needs: 1, data, more: d.isRecord(more) ? more : null };
}

/**
 * The value without every `agreedKey` that is `null`, which is how an absent one is read. So BGP peers whose key was not compared
 * are stored as before there were agreed keys, and not a second time as later part (`splitList`).
 */
function withoutUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnset);
  if (!d.isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, part]) => !(key === 'agreedKey' && part === null));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutUnset(part)]));
}

/**
 * Converts a stored value to the current format and to the names of the code. The result still has to be decoded.
 * @throws WrittenByNewer, Malformed
 */
function fromStored(kind: ItemKind, { format, needs, data, more }: StoredValue): unknown {
  // Fail closed: a value for later releases only may have another meaning than its keys suggest.
  if (needs > LEDGER_FORMAT) throw new WrittenByNewer(needs);
  let value = d.record(more === null ? data : merged(data, more), '');
  for (let at = format; at < LEDGER_FORMAT; at += 1) value = STEPS.get(at)?.(kind, value) ?? value;
  return STORED_NAMES[kind].toNew(value);
}

/**
 * Decodes a stored value. If a later release wrote it last and it cannot be decoded here, it is not necessarily damaged, and must
 * not be deleted: the later release can read it. Errors name the path on disk.
 * @param at path of the value, for errors
 * @throws WrittenByNewer, Malformed
 */
export function decodeStored<T>(kind: ItemKind, stored: StoredValue, decode: d.Decoder<T>, at = ''): T {
  try {
    return decode(fromStored(kind, stored), '');
  } catch (error) {
    if (!(error instanceof d.Malformed)) throw error;
    if (stored.format > LEDGER_FORMAT) throw new WrittenByNewer(stored.format);
    const path = STORED_NAMES[kind].toOldPath(error.path);
    throw error.withPath([at, path].filter((part) => part !== '').join('.'));
  }
}

/**
 * Whether a value of an unknown kind belongs to a later format and can be ignored.
 * @throws WrittenByNewer
 */
export function isOfLaterKind({ format, needs }: StoredValue): boolean {
  if (needs > LEDGER_FORMAT) throw new WrittenByNewer(needs);
  return format > LEDGER_FORMAT;
}

/** Reads a stored format number. Format 1 stored no number, so `undefined` is 1. @throws Malformed */
export function readFormat(raw: unknown, path: string): number {
  return raw === undefined ? 1 : d.integer(1)(raw, path);
}

/** Splits a value into the part with these keys and the part with all other keys (`undefined` when there is none). */
function split(value: unknown, keys: Keys): { data: unknown; more: unknown } {
  if (keys === WHOLE) return { data: value, more: undefined };
  if (isList(keys)) return splitList(value, keys[0]);
  if (!d.isRecord(value)) return { data: value, more: undefined };
  const data: [string, unknown][] = [];
  const more: [string, unknown][] = [];
  for (const [key, part] of Object.entries(value)) {
    const inner = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (inner === undefined) {
      more.push([key, part]);
      continue;
    }
    const divided = split(part, inner);
    data.push([key, divided.data]);
    if (divided.more !== undefined) more.push([key, divided.more]);
  }
  return { data: Object.fromEntries(data), more: more.length === 0 ? undefined : Object.fromEntries(more) };
}

/** List elements have no keys to merge by, so if one element has a later key, the whole list is stored as the later part. */
function splitList(value: unknown, keys: Keys): { data: unknown; more: unknown } {
  if (!Array.isArray(value)) return { data: value, more: undefined };
  const parts = value.map((element: unknown) => split(element, keys));
  const isPlain = parts.every(({ more }) => more === undefined);
  return { data: parts.map(({ data }) => data), more: isPlain ? undefined : value };
}

/** Reverses `split`. Where both parts have a value that is not an object, the value of `more` is used. */
function merged(data: unknown, more: unknown): unknown {
  if (!d.isRecord(data) || !d.isRecord(more)) return more;
  const entries = Object.entries(more).map(([key, part]) => [
    key,
    Object.hasOwn(data, key) ? merged(data[key], part) : part,
  ]);
  return { ...data, ...Object.fromEntries(entries) };
}

/** Links `more` to its `data` where they are stored apart, because an earlier release may replace `data` only. */
export function digestOfData(data: unknown): string {
  return digestOf(canonicalJson(data));
}

function isList(keys: Keys): keys is readonly [Keys] {
  return Array.isArray(keys);
}

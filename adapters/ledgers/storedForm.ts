import * as d from '../../core/decode.ts';
import { canonicalJson, digestOf } from '../../core/json.ts';
import { FORMAT_1, type ItemKind, type Keys, WHOLE } from './formats/format1.ts';
import { from1To2 } from './formats/from1To2.ts';
import { STORED_NAMES } from './formats/storedNames.ts';

/**
 * How a value of the ledger is stored, so that every later release reads it and an earlier one still does.
 *
 * `data` has the keys of format 1, and `more` has every key that came later. Release 0.1.0 refuses keys that it does not
 * know, and reads `data` alone; a store must keep `more` where that release does not look. Every release since ignores
 * the keys that it does not know, and keeps them when it writes the value again.
 */
export interface StoredValue {
  /** the format of the release that wrote it last */
  readonly format: number;
  /** the oldest format whose releases understand it: 1 unless a change of meaning says otherwise */
  readonly needs: number;
  readonly data: unknown;
  /** `null`: nothing */
  readonly more: Readonly<Record<string, unknown>> | null;
}

/** The format that this release writes. It reads this one and every earlier one. */
export const LEDGER_FORMAT = 2;

/** From each format to the next. */
const STEPS: ReadonlyMap<number, typeof from1To2> = new Map([[1, from1To2]]);

/** Only a release with a later format understands the value. Nothing is wrong with it. */
export class WrittenByNewer extends Error {
  override readonly name = 'WrittenByNewer';
  /** the format that a release must know to read it */
  readonly needs: number;
  constructor(needs: number) {
    super(`needs a release that reads format ${needs}, and this one reads formats 1 to ${LEDGER_FORMAT}`);
    this.needs = needs;
  }
}

export function toStored(kind: ItemKind, value: unknown): StoredValue {
  const { data, more } = split(STORED_NAMES[kind].toOld(value), FORMAT_1[kind]);
  // Only an object has keys that can be later ones.
  return { format: LEDGER_FORMAT, needs: 1, data, more: isRecord(more) ? more : null };
}

/**
 * The value in today's format, still to be decoded.
 * @throws WrittenByNewer, Malformed
 */
function fromStored(kind: ItemKind, { format, needs, data, more }: StoredValue): unknown {
  // Fail closed: what was written for later releases alone may mean something else than it seems to.
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
 * Whether a value is of a kind that came in a later format and that this release need not understand: it is left alone.
 * @throws WrittenByNewer
 */
export function isOfLaterKind({ format, needs }: StoredValue): boolean {
  if (needs > LEDGER_FORMAT) throw new WrittenByNewer(needs);
  return format > LEDGER_FORMAT;
}

/** A format number as it is stored; `undefined` is the first one, in which no number was stored. @throws Malformed */
export function readFormat(raw: unknown, path: string): number {
  return raw === undefined ? 1 : d.integer(1)(raw, path);
}

/** Divides a value into the part that has these keys and the part that has the others; `undefined`: no such part. */
function split(value: unknown, keys: Keys): { data: unknown; more: unknown } {
  if (keys === WHOLE) return { data: value, more: undefined };
  if (isList(keys)) return splitList(value, keys[0]);
  if (!isRecord(value)) return { data: value, more: undefined };
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

/** Elements of a list have no names: when one of them has a later key, the whole list is the later part. */
function splitList(value: unknown, keys: Keys): { data: unknown; more: unknown } {
  if (!Array.isArray(value)) return { data: value, more: undefined };
  const parts = value.map((element: unknown) => split(element, keys));
  const isPlain = parts.every(({ more }) => more === undefined);
  return { data: parts.map(({ data }) => data), more: isPlain ? undefined : value };
}

/** What `split` divided. A part that the other one has too, and is no object, is replaced. */
function merged(data: unknown, more: unknown): unknown {
  if (!isRecord(data) || !isRecord(more)) return more;
  const entries = Object.entries(more).map(([key, part]) => [
    key,
    Object.hasOwn(data, key) ? merged(data[key], part) : part,
  ]);
  return { ...data, ...Object.fromEntries(entries) };
}

/** What ties `more` to its `data` where the two are stored apart: an earlier release may have replaced `data` alone. */
export function digestOfData(data: unknown): string {
  return digestOf(canonicalJson(data));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(keys: Keys): keys is readonly [Keys] {
  return Array.isArray(keys);
}

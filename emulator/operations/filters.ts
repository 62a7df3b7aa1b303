import { exactObject, list, optional, text } from '../decoders.ts';
import { ApiError } from '../wire.ts';
import type { Tag } from '../world.ts';
import { EC2_PAGING } from './listParameters.ts';

interface Filter {
  readonly Name: string;
  readonly Value: readonly string[];
}

/** The `Filter` member of an input of EC2. */
export const FILTERS = optional(list(exactObject<Filter>({ Name: text, Value: list(text) })), []);

/** The members of an input that asks for a page of what matches filters. */
export const LISTING = { Filter: FILTERS, ...EC2_PAGING };

/** Returns an item's values of a filter. */
type ValuesOf<T> = (item: T) => readonly string[];

/** The filters of a listing by their names. */
export type FilterTable<T> = Readonly<Record<string, ValuesOf<T>>>;

/**
 * Returns the items that match every filter; one value of a filter is enough. Throws `ApiError` for an unknown filter.
 * Every listing also has the filters of tags: `tag:KEY`, `tag-key` and `tag-value`.
 */
export function applyFilters<T extends { readonly tags: readonly Tag[] }>(
  items: readonly T[],
  filters: readonly Filter[],
  table: FilterTable<T>,
): readonly T[] {
  refuseExcess(filters);
  return filters.reduce((left, { Name, Value }) => {
    const valuesOf = findFilter(Name, table);
    if (valuesOf === null) throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    const patterns = Value.map(parsePattern);
    return left.filter((item) =>
      valuesOf(item).some((value) => patterns.some((pattern) => matches(pattern, [...value]))),
    );
  }, items);
}

const MAX_FILTERS = 50;
const MAX_VALUES = 200;
const MAX_LENGTH = 255;

/** Throws `ApiError` for more or longer values than EC2 documents: matching them could block the emulator. */
function refuseExcess(filters: readonly Filter[]): void {
  if (filters.length > MAX_FILTERS || filters.some(({ Value }) => Value.length > MAX_VALUES)) {
    const message = `A request has at most ${MAX_FILTERS} filters with ${MAX_VALUES} values each.`;
    throw new ApiError('FilterLimitExceeded', message);
  }
  for (const { Name, Value } of filters) {
    const length = Math.max(...Value.map((value) => [...value].length));
    if (length <= MAX_LENGTH) continue;
    const message = `A value of the filter '${Name}' has ${length} characters, more than ${MAX_LENGTH}.`;
    throw new ApiError('InvalidParameterValue', message);
  }
}

function findFilter<T extends { readonly tags: readonly Tag[] }>(
  name: string,
  table: FilterTable<T>,
): ValuesOf<T> | null {
  if (Object.hasOwn(table, name)) return table[name] ?? null;
  if (name === 'tag-key') return ({ tags }) => tags.map(({ key }) => key);
  if (name === 'tag-value') return ({ tags }) => tags.map(({ value }) => value);
  if (!name.startsWith('tag:')) return null;
  return ({ tags }) => tags.filter(({ key }) => `tag:${key}` === name).map(({ value }) => value);
}

const ANY_TEXT = Symbol('any text');
const ANY_CHARACTER = Symbol('any character');
type Pattern = readonly (string | symbol)[];

/** The value of a filter: `*` matches any text, `?` any character, and a backslash takes the meaning of the character after it. */
function parsePattern(value: string): Pattern {
  const parts = [...value.matchAll(/\\(.)|./gsu)].map(([character, escaped]) => {
    if (escaped !== undefined) return escaped;
    if (character === '*') return ANY_TEXT;
    return character === '?' ? ANY_CHARACTER : character;
  });
  // Several `*` in a row mean the same as one.
  return parts.filter((part, i) => part !== ANY_TEXT || parts[i - 1] !== ANY_TEXT);
}

/** In time proportional to both lengths: a regular expression with many `*` could run for minutes. */
function matches(pattern: Pattern, characters: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  // The last `*` before `next`, and where the text that it matches ends. Only the last one need be tried again.
  let wildcard = -1;
  let end = 0;
  while (at < characters.length) {
    const part = pattern[next];
    if (part === ANY_TEXT) {
      wildcard = next;
      end = at;
      next += 1;
    } else if (part === ANY_CHARACTER || part === characters[at]) {
      at += 1;
      next += 1;
    } else if (wildcard >= 0) {
      end += 1;
      at = end;
      next = wildcard + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((part) => part === ANY_TEXT);
}

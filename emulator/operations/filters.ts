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
  return filters.reduce((left, { Name, Value }) => {
    const valuesOf = findFilter(Name, table);
    if (valuesOf === null) throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    const patterns = Value.map(parsePattern);
    return left.filter((item) =>
      valuesOf(item).some((value) => patterns.some((pattern) => matches(pattern, [...value]))),
    );
  }, items);
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
  return [...value.matchAll(/\\(.)|./gsu)].map(([character, escaped]) => {
    if (escaped !== undefined) return escaped;
    if (character === '*') return ANY_TEXT;
    return character === '?' ? ANY_CHARACTER : character;
  });
}

/** In time proportional to both lengths: a regular expression with many `*` could run for minutes. */
function matches(pattern: Pattern, characters: readonly string[]): boolean {
  // The lengths of beginnings of the text that the beginning of the pattern matches.
  let reached = new Set([0]);
  for (const part of pattern) {
    if (part === ANY_TEXT) {
      const first = Math.min(...reached);
      reached = new Set(Array.from({ length: characters.length + 1 - first }, (_, i) => first + i));
    } else {
      const fits = (at: number) =>
        at < characters.length && (part === ANY_CHARACTER || part === characters[at]);
      reached = new Set([...reached].filter(fits).map((at) => at + 1));
    }
    if (reached.size === 0) return false;
  }
  return reached.has(characters.length);
}

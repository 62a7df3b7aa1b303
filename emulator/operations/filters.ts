import { exactObject, list, optional, text } from '../decoders.ts';
import { ApiError } from '../wire.ts';
import type { Tag } from '../world.ts';
import { EC2_PAGING } from './listParameters.ts';
import { matchesAny, parsePattern } from './wildcards.ts';

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
    return left.filter((item) => matchesAny(patterns, valuesOf(item)));
  }, items);
}

const MAX_FILTERS = 50;
const MAX_VALUES = 200;
const MAX_LENGTH = 255;

/** Throws `ApiError` for more or longer values than EC2 documents. */
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

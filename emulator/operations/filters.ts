import { exactly, list, text } from '../decoders.ts';
import { ApiError } from '../errors.ts';

interface Filter {
  readonly Name: string;
  readonly Value: readonly string[];
}

/** The `Filter` member of an input. */
export const FILTERS = list(exactly<Filter>({ Name: text, Value: list(text) }));

/** What an item has for a filter to be held against. */
export type ValuesOf<T> = (item: T) => readonly string[];

/**
 * Any value of a filter will do; every filter must be passed. Throws `ApiError` for a filter that is none.
 * @param known the filters that there are, by name
 */
export function filtered<T>(
  items: readonly T[],
  filters: readonly Filter[],
  known: (name: string) => ValuesOf<T> | undefined,
): readonly T[] {
  return filters.reduce((left, { Name, Value }) => {
    const valuesOf = known(Name);
    if (valuesOf === undefined)
      throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    return left.filter((item) => valuesOf(item).some((value) => Value.includes(value)));
  }, items);
}

import { exactObject, list, text } from '../decoders.ts';
import { ApiError } from '../wire.ts';
import type { VirtualGateway } from '../world.ts';

const VALUES: Readonly<Record<string, ValuesOf<VirtualGateway>>> = {
  'amazon-side-asn': ({ asn }) => [String(asn)],
  'attachment.state': ({ attachment }) => (attachment === null ? [] : [attachment.state]),
  'attachment.vpc-id': ({ attachment }) => (attachment === null ? [] : [attachment.vpc]),
  state: ({ state }) => [state],
  'tag-key': ({ tags }) => tags.map(({ key }) => key),
  type: ({ type }) => [type],
  'vpn-gateway-id': ({ id }) => [id],
};

/** Returns a filter of virtual private gateways by its name. */
export function gatewayFilter(name: string): ValuesOf<VirtualGateway> | undefined {
  if (name.startsWith('tag:')) {
    return ({ tags }) => tags.filter(({ key }) => `tag:${key}` === name).map(({ value }) => value);
  }
  return Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}

interface Filter {
  readonly Name: string;
  readonly Value: readonly string[];
}

/** The `Filter` member of an input. */
export const FILTERS = list(exactObject<Filter>({ Name: text, Value: list(text) }));

/** Returns an item's values of a filter. */
export type ValuesOf<T> = (item: T) => readonly string[];

/**
 * Returns the items that match every filter; one value of a filter is enough. Throws `ApiError` for an unknown filter.
 * @param known returns a filter by its name
 */
export function applyFilters<T>(
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

import { exactObject, integer, list, optional, text } from '../decoders.ts';
import type { Dialect } from '../dialects.ts';
import { ApiError, clientException } from '../wire.ts';
import type { VirtualGateway } from '../world.ts';

/** The members of an input that request a page. */
export const PAGING = { maxResults: optional(integer, null), nextToken: optional(text, null) };

interface Asked {
  readonly maxResults: number | null;
  readonly nextToken: string | null;
}

interface Page<T> {
  readonly items: readonly T[];
  /** spread into the output; empty on the last page */
  readonly next: { readonly nextToken?: string };
}

/**
 * Returns the requested page. A dialect without paging returns everything.
 * @param refusal creates the service's error for an invalid page
 */
export function paginate<T>(
  all: readonly T[],
  asked: Asked,
  { pageSize }: Dialect,
  refusal: (message: string) => ApiError = clientException,
): Page<T> {
  if (pageSize === null) return { items: all, next: {} };
  const { maxResults, nextToken } = asked;
  if (maxResults !== null && maxResults < 1) throw refusal('maxResults must be at least 1');
  const from = nextToken === null ? 0 : offsetOf(nextToken);
  if (from === null) throw refusal('The nextToken is not valid.');
  const to = from + Math.min(maxResults ?? pageSize, pageSize);
  return { items: all.slice(from, to), next: to < all.length ? { nextToken: pageToken(to) } : {} };
}

/** Opaque to clients. */
export function pageToken(offset: number): string {
  return Buffer.from(`page from ${offset}`).toString('base64url');
}

function offsetOf(token: string): number | null {
  const [, digits] = /^page from (\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return digits === undefined ? null : Number(digits);
}

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

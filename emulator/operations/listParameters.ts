import { integer, optional, text, textMatching } from '../decoders.ts';
import type { Dialect } from '../dialects.ts';
import { ApiError, clientException } from '../wire.ts';

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

/** The query protocol carries text only. */
const numeral = textMatching('a whole number', /^\d{1,9}$/);

/** The members of an input of EC2 that request a page. */
export const EC2_PAGING = { MaxResults: optional(numeral, null), NextToken: optional(text, null) };

interface AskedOfEc2 {
  readonly MaxResults: string | null;
  readonly NextToken: string | null;
}

/** As `paginate`, with the limits and errors of EC2. Most listings return at most 1000 items, those of route tables 100. */
export function paginateEc2<T>(
  all: readonly T[],
  { MaxResults, NextToken: nextToken }: AskedOfEc2,
  dialect: Dialect,
  most = 1000,
): Page<T> {
  const invalid = (message: string) => new ApiError('InvalidParameterValue', message);
  const maxResults = MaxResults === null ? null : Number(MaxResults);
  if (maxResults !== null && (maxResults < 5 || maxResults > most)) {
    throw invalid(
      `Value ( ${maxResults} ) for parameter MaxResults is invalid. It must be between 5 and ${most}.`,
    );
  }
  return paginate(all, { maxResults, nextToken }, dialect, invalid);
}

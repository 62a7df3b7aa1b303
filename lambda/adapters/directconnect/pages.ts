import { ListingIncomplete } from '../../errors.ts';

export interface Page {
  readonly items: unknown;
  readonly nextToken: unknown;
}

/** More pages than any account has interfaces for: an endless listing ends. */
const MOST_PAGES = 1000;

/**
 * Follows every page. What may not be the whole is an error, never a short listing.
 * @param ask one page; `null` asks for the first
 * @throws ListingIncomplete, and what `ask` throws
 */
export async function allPages(
  operation: string,
  ask: (nextToken: string | null) => Promise<Page>,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  const seen = new Set<string>();
  let token: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer: Page = await ask(token);
    // An empty answer reads as success with nothing in it.
    if (!Array.isArray(answer.items)) throw new ListingIncomplete(`page ${page} of ${operation} has no list`);
    items.push(...answer.items);
    const next = answer.nextToken ?? '';
    if (next === '') return items;
    if (typeof next !== 'string')
      throw new ListingIncomplete(`page ${page} of ${operation} has an unreadable token`);
    if (seen.has(next)) throw new ListingIncomplete(`page ${page} of ${operation} repeats a token`);
    seen.add(next);
    token = next;
  }
  throw new ListingIncomplete(`${operation} has more than ${MOST_PAGES} pages`);
}

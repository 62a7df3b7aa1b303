import type { RunFailure } from '../../run/portErrors.ts';

export interface Page {
  readonly items: unknown;
  readonly nextToken: unknown;
}

/** For items that are read when all are there. */
export function keepRaw(raw: unknown): unknown {
  return raw;
}

/** More pages than any account has interfaces for: an endless listing ends. */
const MOST_PAGES = 1000;
/** The same for items, which are not counted by whoever sends them all in one page. */
const MOST_ITEMS = 100_000;

/**
 * Follows every page. What may not be the whole is an error, never a short listing.
 * @param ask one page; `null` asks for the first
 * @param incomplete the error for that
 * @param read each item as it comes, so that no more than a page is kept as it came
 * @throws what `incomplete` makes, and what `ask` throws
 */
export async function readAllPages<T>(
  ask: (nextToken: string | null) => Promise<Page>,
  incomplete: (why: string) => RunFailure,
  read: (raw: unknown, index: number) => T,
): Promise<readonly T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let token: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer: Page = await ask(token);
    // An empty answer reads as success with nothing in it.
    if (!Array.isArray(answer.items)) throw incomplete(`page ${page} has no list`);
    if (items.length + answer.items.length > MOST_ITEMS)
      throw incomplete(`it has more than ${MOST_ITEMS} items`);
    // One by one: as arguments, so many would fill the stack.
    for (const item of answer.items) items.push(read(item, items.length));
    const next = answer.nextToken ?? '';
    if (next === '') return items;
    if (typeof next !== 'string') throw incomplete(`page ${page} has an unreadable token`);
    if (seen.has(next)) throw incomplete(`page ${page} repeats a token`);
    seen.add(next);
    token = next;
  }
  throw incomplete(`it has more than ${MOST_PAGES} pages`);
}

import type { RunFailure } from '../../run/portErrors.ts';

export interface Page {
  readonly items: unknown;
  readonly nextToken: unknown;
}

/** Keeps an item as it came, to be parsed once all pages are read. */
export function keepRaw(raw: unknown): unknown {
  return raw;
}

/** The most pages that are read, more than any account has, so that an endless listing ends. */
const MOST_PAGES = 1000;
/** The most items that are read, even if all come in one page. */
const MOST_ITEMS = 100_000;

/**
 * Reads all pages of a listing. A listing that may be incomplete is an error, never a shorter list.
 * @param ask requests a page; `null`: the first
 * @param incomplete creates the error for an incomplete listing
 * @param read parses each item as it comes, so that at most one page is kept in raw form
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
    // The SDK takes an empty answer for a success without a list.
    if (!Array.isArray(answer.items)) throw incomplete(`page ${page} has no list`);
    if (items.length + answer.items.length > MOST_ITEMS)
      throw incomplete(`it has more than ${MOST_ITEMS} items`);
    // One by one: as arguments of one call, so many would overflow the stack.
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

/** The most that one call of an API takes. */
export interface CallLimit {
  readonly items: number;
  readonly bytes: number;
}

/**
 * Splits a list into batches that each fit one call, in order. An item that is too large by itself has its own batch.
 * @param countOf for how many items of the call it counts
 */
export function splitIntoBatches<T>(
  list: readonly T[],
  limit: CallLimit,
  textOf: (item: T) => string,
  countOf: (item: T) => number = () => 1,
): T[][] {
  const batches: T[][] = [];
  let [bytes, items] = [0, 0];
  for (const item of list) {
    const size = Buffer.byteLength(textOf(item));
    const count = countOf(item);
    const last = batches.at(-1);
    if (last === undefined || items + count > limit.items || bytes + size > limit.bytes) {
      batches.push([item]);
      [bytes, items] = [size, count];
    } else {
      last.push(item);
      [bytes, items] = [bytes + size, items + count];
    }
  }
  return batches;
}

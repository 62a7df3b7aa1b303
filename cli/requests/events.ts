import type { AnnouncementType } from '../../lambda/core/announcement.ts';
import type { Item } from './items.ts';

/** Events after which a request waits no longer. */
const ENDS: ReadonlySet<string> = new Set<AnnouncementType>([
  'Request Accepted',
  'Request Ended',
  'Request Expired',
]);

/** Whether it still waited when the event was published. */
export function isPending({ event }: Item): boolean {
  return event === null || !ENDS.has(event);
}

/**
 * Events come one after the other and tell of one request many times. It is taken from the last one that carries all of it; an event
 * of what only the ledger knew carries less. Items that are in no event stay as they are.
 * @param isWanted asked of the last event of each request
 */
export function lastOfEach<T extends Item>(
  items: readonly T[],
  isWanted: (item: Item) => boolean,
): readonly T[] {
  const plain = items.filter(({ event }) => event === null);
  const byRequest = Map.groupBy(
    items.filter(({ event }) => event !== null),
    ({ raw: { id } }) => id,
  );
  const told = [...byRequest.values()].flatMap((events) => {
    const last = events.at(-1);
    if (last === undefined || !isWanted(last)) return [];
    return [events.findLast(({ raw }) => Object.hasOwn(raw, 'peers')) ?? last];
  });
  return [...plain, ...told];
}

import { digestOf } from '../core/json.ts';
import { compareByCodePoint } from '../core/printableText.ts';

export interface StableGroupsProps<T> {
  /** identifies an item */
  readonly keyOf: (item: T) => string;
  /** the number of groups; further ones are returned only for items that fit nowhere */
  readonly groups: number;
  /** whether items fit one group. Items that fit with more items fit with fewer */
  readonly fits: (group: readonly T[]) => boolean;
}

/**
 * Divides items among groups so that the group of an item hardly depends on the other items.
 *
 * Each item has an order of preference of the groups, by a hash of its key and the group (rendezvous hashing). Items take turns by a hash
 * of their keys, and each takes the first group of its order that has room. So an item that is added, removed or changed moves no other
 * item, unless a group is full: then it can move an item with a later turn out of that group, which can move another one in turn.
 * @returns the items of each group, in their own order; a group may be empty
 */
export function divideIntoStableGroups<T>(
  items: readonly T[],
  { keyOf, groups, fits }: StableGroupsProps<T>,
): T[][] {
  const divided: T[][] = Array.from({ length: groups }, () => []);
  for (const item of sortByHash(items, keyOf)) {
    const preferred = sortByHash([...divided.keys()].slice(0, groups), (n) => `${n} ${keyOf(item)}`);
    const overflow = [...divided.keys()].slice(groups);
    const found = [...preferred, ...overflow].find((n) => fits([...(divided[n] ?? []), item]));
    if (found === undefined) divided.push([item]);
    else divided[found]?.push(item);
  }
  const place = new Map(items.map((item, i) => [item, i]));
  return divided.map((group) => group.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
}

function sortByHash<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, hash: digestOf(keyOf(item)) }))
    .sort((a, b) => compareByCodePoint(a.hash, b.hash))
    .map(({ item }) => item);
}

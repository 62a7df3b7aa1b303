import { describe, expect, it } from 'vitest';
import { divideIntoStableGroups } from '../../infra/stableGroups.ts';

const GROUPS = 10;

/** Items of one size, of which 29 fit a group. */
const divide = (keys: readonly string[]) =>
  divideIntoStableGroups(keys, { keyOf: (key) => key, groups: GROUPS, fits: ({ length }) => length <= 29 });

/** A different set of keys for each seed. */
const keys = (count: number, seed = 0) => Array.from({ length: count }, (_, i) => `${seed}/${i}`);

/** The items whose group is another one after one was added. */
function moved(before: readonly string[], added: string): string[] {
  const [old, now] = [divide(before), divide([...before, added])];
  return before.filter((key) => groupOf(old, key) !== groupOf(now, key));
}

const groupOf = (groups: readonly (readonly string[])[], key: string) =>
  groups.findIndex((group) => group.includes(key));

describe('stable groups', () => {
  it('have each item once, in its own order, whatever the order of the items', () => {
    const groups = divide(keys(200));
    expect(groups).toHaveLength(GROUPS);
    expect(groups.flat().sort()).toEqual(keys(200).sort());
    const reversed = divide(keys(200).reverse());
    expect(reversed.map((group) => group.reverse())).toEqual(groups);
  });

  it('stay as they are when an item is added or removed, as long as no group is full', () => {
    for (let seed = 0; seed < 30; seed += 1) expect(moved(keys(120, seed), 'added')).toEqual([]);
  });

  it('with two thirds of their room used rarely move an item, and then one', () => {
    const moves = Array.from({ length: 60 }, (_, seed) => moved(keys(200, seed), 'added').length);
    expect(moves.filter((count) => count > 0).length).toBeLessThan(10);
    expect(Math.max(...moves)).toBeLessThanOrEqual(1);
  });

  it('that are full move at most one item out of each', () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const before = keys(289, seed);
      const old = divide(before);
      const left = moved(before, 'added').map((key) => groupOf(old, key));
      expect(new Set(left).size).toBe(left.length);
    }
  });

  it('take as many items of one size as have room, and further groups take the rest', () => {
    expect(divide(keys(290)).map(({ length }) => length)).toEqual(Array(GROUPS).fill(29));
    expect(divide(keys(320)).map(({ length }) => length)).toEqual([...Array(GROUPS).fill(29), 29, 1]);
  });

  it('take an item that fits no group alone', () => {
    const groups = divideIntoStableGroups(['a'], { keyOf: (key) => key, groups: 2, fits: () => false });
    expect(groups).toEqual([[], [], ['a']]);
  });
});

/** Of several runs: the one in the middle, the least and the most. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** What came of one pair of runs, ours and right after it the bound's. */
export type Pair = readonly [ours: number, bound: number];

/** What a row says of its pairs: the ratio is of each pair, so that what slows both down for a while does not show. */
export function comparisonOf(pairs: readonly Pair[]): { ours: Spread; bound: Spread; ratio: Spread } {
  return {
    ours: spreadOf(pairs.map(([ours]) => ours)),
    bound: spreadOf(pairs.map(([, bound]) => bound)),
    ratio: spreadOf(pairs.map(([ours, bound]) => ours / bound)),
  };
}

/** One after the other, `count` times. */
export async function repeated<T>(count: number, once: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i += 1) results.push(await once(i));
  return results;
}

import { formatRange, inRanges, type Range } from '../../core/fields/range.ts';
import type { Algebra } from './setAlgebra.ts';
import { step } from './stepLimit.ts';

/** Whole numbers in ranges that are sorted and neither overlap nor touch. */
export type Ranges = readonly Range[];

/** @param format a range, for people */
export function ranges(least: number, most: number, format = formatRange): Algebra<Ranges, number> {
  return {
    all: [[least, most]],
    and: intersection,
    not: (set) => gaps(set, least, most),
    has: inRanges,
    member: ([first]) => (first === undefined ? null : { value: first[0] }),
    words: (set) => set.map(format).join(' or '),
  };
}

function intersection(a: Ranges, b: Ranges): Ranges {
  step(1 + ((a.length + b.length) >> 3));
  const found: Range[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [one, other] = [a[i], b[j]];
    if (one === undefined || other === undefined) return found;
    const [from, to] = [Math.max(one[0], other[0]), Math.min(one[1], other[1])];
    if (from <= to) found.push([from, to]);
    if (one[1] < other[1]) i += 1;
    else j += 1;
  }
}

function gaps(set: Ranges, least: number, most: number): Ranges {
  const starts = [least, ...set.map(([, to]) => to + 1)];
  const ends = [...set.map(([from]) => from - 1), most];
  return starts.flatMap((from, i): Range[] => {
    const to = ends[i];
    return to === undefined || from > to ? [] : [[from, to]];
  });
}

import { formatRange, inRanges, type Range } from '../../core/fields/matchField.ts';
import type { Algebra } from './setAlgebra.ts';
import { step } from './stepLimit.ts';

/** These values, or all but these. */
export interface Members<Value> {
  readonly but: boolean;
  readonly values: ReadonlySet<Value>;
}

export interface Kind<Value> {
  /** a value that is none of these, and the same each time; `null` when there is no other */
  other(than: ReadonlySet<Value>): Value | null;
  /** for people, safe to print */
  format(value: Value): string;
}

export function members<Value>({ other, format }: Kind<Value>): Algebra<Members<Value>, Value> {
  return {
    all: { but: true, values: new Set() },
    and: commonMembers,
    not: ({ but, values }) => ({ but: !but, values }),
    has: ({ but, values }, value) => values.has(value) !== but,
    member: ({ but, values }) => {
      const [value] = but ? [other(values)] : values;
      return value === undefined || value === null ? null : { value };
    },
    words: ({ but, values }) => {
      const said = [...values].map(format);
      if (!but) return said.join(' or ');
      return said.length === 0 ? 'any' : `any but ${said.join(', ')}`;
    },
  };
}

export function only<Value>(values: Iterable<Value>): Members<Value> {
  return { but: false, values: new Set(values) };
}

function commonMembers<Value>(a: Members<Value>, b: Members<Value>): Members<Value> {
  step(1 + ((a.values.size + b.values.size) >> 3));
  if (a.but && b.but) return { but: true, values: new Set([...a.values, ...b.values]) };
  const [some, other] = a.but ? [b, a] : [a, b];
  return only([...some.values].filter((value) => other.values.has(value) !== other.but));
}

/** Texts as the provider might write them: the first of these, or the first with a number, that is none of those. */
export function otherText(...texts: readonly [string, ...string[]]): (than: ReadonlySet<string>) => string {
  return (than) => {
    const free = texts.find((text) => !than.has(text));
    if (free !== undefined) return free;
    for (let i = 1; ; i += 1) if (!than.has(`${texts[0]}${i}`)) return `${texts[0]}${i}`;
  };
}

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

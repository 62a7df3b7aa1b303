import { formatRange, inRanges, type Range } from '../../core/fields/matchField.ts';
import { spendSteps } from '../stepLimit.ts';
import type { SetAlgebra } from './setAlgebra.ts';

/** A finite set of values, or the complement of one. */
export interface FiniteSet<Value> {
  readonly isComplement: boolean;
  readonly values: ReadonlySet<Value>;
}

/** What operations on finite sets need to know about their values. */
export interface ElementKind<Value> {
  /** a value that is not among the given ones, the same each time; `null` when there is none */
  other(than: ReadonlySet<Value>): Value | null;
  /** the value as text for people, safe to print */
  format(value: Value): string;
}

/** Operations on finite sets and their complements. */
export function finiteSets<Value>({
  other,
  format,
}: ElementKind<Value>): SetAlgebra<FiniteSet<Value>, Value> {
  return {
    all: { isComplement: true, values: new Set() },
    intersect: commonMembers,
    complement: ({ isComplement, values }) => ({ isComplement: !isComplement, values }),
    contains: ({ isComplement, values }, value) => values.has(value) !== isComplement,
    pickMember: ({ isComplement, values }) => {
      const [value] = isComplement ? [other(values)] : values;
      return value === undefined || value === null ? null : { value };
    },
    describe: ({ isComplement, values }) => {
      const names = [...values].map(format);
      if (!isComplement) return names.join(' or ');
      return names.length === 0 ? 'any' : `any but ${names.join(', ')}`;
    },
  };
}

/** The set of some values. */
export function finiteSetOf<Value>(values: Iterable<Value>): FiniteSet<Value> {
  return { isComplement: false, values: new Set(values) };
}

function commonMembers<Value>(a: FiniteSet<Value>, b: FiniteSet<Value>): FiniteSet<Value> {
  spendSteps(1 + ((a.values.size + b.values.size) >> 3));
  if (a.isComplement && b.isComplement)
    return { isComplement: true, values: new Set([...a.values, ...b.values]) };
  const [some, other] = a.isComplement ? [b, a] : [a, b];
  return finiteSetOf([...some.values].filter((value) => other.values.has(value) !== other.isComplement));
}

/** Makes a function that returns a realistic text that is not among given ones: one of `texts`, or the first with a number. */
export function unusedText(...texts: readonly [string, ...string[]]): (than: ReadonlySet<string>) => string {
  return (than) => {
    const free = texts.find((text) => !than.has(text));
    if (free !== undefined) return free;
    for (let i = 1; ; i += 1) if (!than.has(`${texts[0]}${i}`)) return `${texts[0]}${i}`;
  };
}

/** A set of whole numbers as sorted ranges that neither overlap nor are adjacent. */
export type IntervalSet = readonly Range[];

/** Operations on sets of whole numbers. @param format writes a range for people */
export function intervalSets(
  least: number,
  most: number,
  format = formatRange,
): SetAlgebra<IntervalSet, number> {
  return {
    all: [[least, most]],
    intersect: intersection,
    complement: (set) => gaps(set, least, most),
    contains: inRanges,
    pickMember: ([first]) => (first === undefined ? null : { value: first[0] }),
    describe: (set) => set.map(format).join(' or '),
  };
}

function intersection(a: IntervalSet, b: IntervalSet): IntervalSet {
  spendSteps(1 + ((a.length + b.length) >> 3));
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

function gaps(set: IntervalSet, least: number, most: number): IntervalSet {
  const starts = [least, ...set.map(([, to]) => to + 1)];
  const ends = [...set.map(([from]) => from - 1), most];
  return starts.flatMap((from, i): Range[] => {
    const to = ends[i];
    return to === undefined || from > to ? [] : [[from, to]];
  });
}

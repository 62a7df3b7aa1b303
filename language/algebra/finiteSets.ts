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
    and: intersection,
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

function intersection<Value>(a: Members<Value>, b: Members<Value>): Members<Value> {
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

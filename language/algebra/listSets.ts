import { type Algebra, isEmpty, isWithin } from './setAlgebra.ts';
import { step } from './stepLimit.ts';

/** Lists of one value or more, of which every one is in a set and, for each of some sets, at least one is in it. */
export interface Clause<Set> {
  readonly every: Set;
  readonly some: readonly Set[];
}

/** Lists that any of the clauses describes. */
export type Lists<Set> = readonly Clause<Set>[];

/** Lifts sets of values to sets of lists of them. A member is the shortest list. */
export function lists<Set, Value>(of: Algebra<Set, Value>): Algebra<Lists<Set>, readonly Value[]> {
  const all: Lists<Set> = [{ every: of.all, some: [] }];
  const and = (a: Lists<Set>, b: Lists<Set>): Lists<Set> =>
    a.flatMap((one) => b.map((other) => both(of, one, other)).filter((clause) => isPossible(of, clause)));
  return {
    all,
    and,
    not: (set) => set.map((clause) => complement(of, clause)).reduce(and, all),
    has: (set, values) => values.length > 0 && set.some((clause) => isOf(of, clause, values)),
    member: ([first]) => {
      const found = first === undefined ? null : shortest(of, first);
      return found === null ? null : { value: found };
    },
    words: (set) => {
      const said = set.map((clause) => wordsOf(of, clause));
      return said.includes(null) ? null : said.join(', or ');
    },
  };
}

/** @returns every one in it */
export function every<Set>(set: Set): Lists<Set> {
  return [{ every: set, some: [] }];
}

/** @returns at least one in it */
export function some<Set>(of: Algebra<Set>, set: Set): Lists<Set> {
  return [{ every: of.all, some: [set] }].filter((clause) => isPossible(of, clause));
}

function isOf<Set, Value>(of: Algebra<Set, Value>, clause: Clause<Set>, values: readonly Value[]): boolean {
  return (
    values.every((value) => of.has(clause.every, value)) &&
    clause.some.every((demand) => values.some((value) => of.has(demand, value)))
  );
}

function both<Set>(of: Algebra<Set>, a: Clause<Set>, b: Clause<Set>): Clause<Set> {
  return narrowed(of, of.and(a.every, b.every), [...a.some, ...b.some]);
}

/** Without a demand that another one contains, or that all meet. */
function narrowed<Set>(of: Algebra<Set>, all: Set, demands: readonly Set[]): Clause<Set> {
  step(1 + demands.length * demands.length);
  const within = demands.map((demand) => of.and(all, demand));
  const kept: Set[] = [];
  for (const [i, demand] of within.entries()) {
    const others = [...kept, ...within.slice(i + 1), all];
    if (!others.some((other) => isWithin(of, other, demand))) kept.push(demand);
  }
  return { every: all, some: kept };
}

function complement<Set>(of: Algebra<Set>, clause: Clause<Set>): Lists<Set> {
  return [
    ...some(of, of.not(clause.every)),
    ...clause.some.map((demand) => ({ every: of.not(demand), some: [] })),
  ].filter((one) => isPossible(of, one));
}

function isPossible<Set>(of: Algebra<Set>, clause: Clause<Set>): boolean {
  return shortest(of, clause) !== null;
}

/** One value for each demand, one for several where that does. */
function shortest<Set, Value>(of: Algebra<Set, Value>, clause: Clause<Set>): Value[] | null {
  const found: Value[] = [];
  let open: Set | null = null;
  const close = (): void => {
    const member = open === null ? null : of.member(open);
    if (member !== null) found.push(member.value);
    open = null;
  };
  for (const demand of clause.some.length === 0 ? [of.all] : clause.some) {
    const wanted = of.and(clause.every, demand);
    if (isEmpty(of, wanted)) return null;
    const shared: Set | null = open === null ? null : of.and(open, wanted);
    if (shared !== null && !isEmpty(of, shared)) {
      open = shared;
      continue;
    }
    close();
    open = wanted;
  }
  close();
  return found;
}

function wordsOf<Set>(of: Algebra<Set>, clause: Clause<Set>): string | null {
  const [said, ...demands] = [clause.every, ...clause.some].map((set) => of.words(set));
  if (said === null || said === undefined || demands.includes(null)) return null;
  return [said, ...demands.map((demand) => `at least one of them ${demand}`)].join(', ');
}

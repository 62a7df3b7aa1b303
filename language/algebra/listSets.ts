import { spendSteps } from '../stepLimit.ts';
import { isEmpty, isSubset, type SetAlgebra } from './setAlgebra.ts';

/** The non-empty lists whose values are all in `every` and that have at least one value in each set of `some`. */
export interface Clause<Set> {
  readonly every: Set;
  readonly some: readonly Set[];
}

/** The lists that at least one of the clauses describes. */
export type ListSet<Set> = readonly Clause<Set>[];

/** Lifts operations on sets of values to sets of lists of such values. `member` returns the shortest list. */
export function listSets<Set, Value>(of: SetAlgebra<Set, Value>): SetAlgebra<ListSet<Set>, readonly Value[]> {
  const all: ListSet<Set> = [{ every: of.all, some: [] }];
  const intersect = (a: ListSet<Set>, b: ListSet<Set>): ListSet<Set> =>
    a.flatMap((one) =>
      b.map((other) => intersectClauses(of, one, other)).filter((clause) => isPossible(of, clause)),
    );
  return {
    all,
    intersect,
    complement: (set) => set.map((clause) => complement(of, clause)).reduce(intersect, all),
    contains: (set, values) => values.length > 0 && set.some((clause) => satisfiesClause(of, clause, values)),
    pickMember: ([first]) => {
      const found = first === undefined ? null : shortestList(of, first);
      return found === null ? null : { value: found };
    },
    describe: (set) => {
      const descriptions = set.map((clause) => describeClause(of, clause));
      return descriptions.includes(null) ? null : descriptions.join(', or ');
    },
  };
}

/** The lists whose values are all in the set. */
export function everyItemIn<Set>(set: Set): ListSet<Set> {
  return [{ every: set, some: [] }];
}

/** The lists with at least one value in the set. */
export function someItemIn<Set>(of: SetAlgebra<Set>, set: Set): ListSet<Set> {
  return [{ every: of.all, some: [set] }].filter((clause) => isPossible(of, clause));
}

function satisfiesClause<Set, Value>(
  of: SetAlgebra<Set, Value>,
  clause: Clause<Set>,
  values: readonly Value[],
): boolean {
  return (
    values.every((value) => of.contains(clause.every, value)) &&
    clause.some.every((requiredSet) => values.some((value) => of.contains(requiredSet, value)))
  );
}

function intersectClauses<Set>(of: SetAlgebra<Set>, a: Clause<Set>, b: Clause<Set>): Clause<Set> {
  return withoutRedundant(of, of.intersect(a.every, b.every), [...a.some, ...b.some]);
}

/** The clause without sets of `some` that follow from another one or from `every`. */
function withoutRedundant<Set>(of: SetAlgebra<Set>, all: Set, required: readonly Set[]): Clause<Set> {
  spendSteps(1 + required.length * required.length);
  const within = required.map((requiredSet) => of.intersect(all, requiredSet));
  const kept: Set[] = [];
  for (const [i, requiredSet] of within.entries()) {
    const others = [...kept, ...within.slice(i + 1), all];
    if (!others.some((other) => isSubset(of, other, requiredSet))) kept.push(requiredSet);
  }
  return { every: all, some: kept };
}

function complement<Set>(of: SetAlgebra<Set>, clause: Clause<Set>): ListSet<Set> {
  return [
    ...someItemIn(of, of.complement(clause.every)),
    ...clause.some.map((requiredSet) => ({ every: of.complement(requiredSet), some: [] })),
  ].filter((one) => isPossible(of, one));
}

function isPossible<Set>(of: SetAlgebra<Set>, clause: Clause<Set>): boolean {
  return shortestList(of, clause) !== null;
}

/** The shortest list of the clause: one value for each set of `some`, or one for several if they have a common value. */
function shortestList<Set, Value>(of: SetAlgebra<Set, Value>, clause: Clause<Set>): Value[] | null {
  const found: Value[] = [];
  let open: Set | null = null;
  const close = (): void => {
    const member = open === null ? null : of.pickMember(open);
    if (member !== null) found.push(member.value);
    open = null;
  };
  for (const requiredSet of clause.some.length === 0 ? [of.all] : clause.some) {
    const allowed = of.intersect(clause.every, requiredSet);
    if (isEmpty(of, allowed)) return null;
    const shared: Set | null = open === null ? null : of.intersect(open, allowed);
    if (shared !== null && !isEmpty(of, shared)) {
      open = shared;
      continue;
    }
    close();
    open = allowed;
  }
  close();
  return found;
}

function describeClause<Set>(of: SetAlgebra<Set>, clause: Clause<Set>): string | null {
  const [descriptions, ...required] = [clause.every, ...clause.some].map((set) => of.describe(set));
  if (descriptions === null || descriptions === undefined || required.includes(null)) return null;
  return [descriptions, ...required.map((requiredSet) => `at least one of them ${requiredSet}`)].join(', ');
}

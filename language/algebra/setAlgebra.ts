import type { VirtualInterface } from '../../core/model.ts';

/** A request at an instant: a point of the space in which policies select sets. */
export interface Point {
  readonly request: VirtualInterface;
  /** milliseconds since 1970 */
  readonly at: number;
}

/** One dimension of that space: a field of requests, or the time. */
export interface Dimension<Set = unknown, Value = unknown> extends SetAlgebra<Set, Value> {
  /** unique and stable, also shown to people */
  readonly name: string;
  /** the group of dimensions whose values are absent together, such as those of sessions; `null` if it is in none */
  readonly source: AbsenceGroup<Set> | null;
  /** gets the value of a point */
  get(point: Point): Value;
  /** returns the same point with another value */
  put(point: Point, value: Value): Point;
}

/** Dimensions whose values are absent together. */
export interface AbsenceGroup<Set = unknown> {
  readonly name: 'peers' | 'tags';
  /** all values except the absent one */
  readonly given: Set;
}

/** A constraint: the value in one dimension is in a set. */
export interface FieldConstraint<Set = unknown> {
  readonly dimension: Dimension<Set>;
  readonly set: Set;
}

/** A constraint that the value in a dimension is in a set. */
export function constrain<Set, Value>(dimension: Dimension<Set, Value>, set: Set): FieldConstraint {
  return { dimension, set };
}

/** The constraints of a condition on one dimension: the value certainly meets it if it is given, and may meet it if it is absent. */
export function conditionOn<Wanted, Set, Value>(
  dimension: Dimension<NullableSet<Set>, Value>,
  toSet: (wanted: Wanted) => Set,
) {
  const mayMatch = (wanted: Wanted) => [constrain(dimension, givenOrAbsent(toSet(wanted)))];
  return {
    matchesCertainly: (wanted: Wanted) => [constrain(dimension, onlyGiven(toSet(wanted)))],
    countsTowardsLimit: mayMatch,
    mayMatch,
  };
}

/** Makes a `put` that changes the request and not the time. */
export function updateRequest<Value>(
  change: (request: VirtualInterface, value: Value) => Partial<VirtualInterface>,
): (point: Point, value: Value) => Point {
  return ({ request, at }, value) => ({ request: { ...request, ...change(request, value) }, at });
}

/** A set of values that can be absent, because the API does not always return them. */
export interface NullableSet<Set> {
  /** whether the absent value is in the set */
  readonly absent: boolean;
  readonly given: Set;
}

/** Lifts operations on sets of values to sets that can include the absent value, `null`. */
export function nullableSets<Set, Value>({
  all,
  intersect,
  complement,
  contains,
  pickMember,
  describe,
}: SetAlgebra<Set, Value>): SetAlgebra<NullableSet<Set>, Value | null> {
  return {
    all: { absent: true, given: all },
    intersect: (a, b) => ({ absent: a.absent && b.absent, given: intersect(a.given, b.given) }),
    complement: ({ absent, given }) => ({ absent: !absent, given: complement(given) }),
    contains: ({ absent, given }, value) => (value === null ? absent : contains(given, value)),
    pickMember: ({ absent, given }) => pickMember(given) ?? (absent ? { value: null } : null),
    describe: ({ absent, given }) => {
      const text = pickMember(given) === null ? '' : describe(given);
      if (text === null || !absent) return text;
      return text === '' ? 'not given' : `${text}, or not given`;
    },
  };
}

/** The values of the set, not the absent one. */
export function onlyGiven<Set>(set: Set): NullableSet<Set> {
  return { absent: false, given: set };
}

/** The values of the set and the absent one, which may be any value. */
export function givenOrAbsent<Set>(set: Set): NullableSet<Set> {
  return { absent: true, given: set };
}

/**
 * Operations on sets of values. The sets are exact, closed under intersection and complement, and can show a member. Every condition of
 * the policy language is such a set, so questions about policies are answered exactly, not by sampling.
 */
export interface SetAlgebra<Set, Value = unknown> {
  readonly all: Set;
  intersect(a: Set, b: Set): Set;
  complement(set: Set): Set;
  contains(set: Set, value: Value): boolean;
  /** a value in the set, the most usual one; `null` when the set is empty */
  pickMember(set: Set): Member<Value> | null;
  /** description for people, safe to print; `null` when there is no short one */
  describe(set: Set): string | null;
}

/** A value, wrapped because `null` is a value too: that of a field that the API did not return. */
export interface Member<Value> {
  readonly value: Value;
}

/** Whether a set has no value. */
export function isEmpty<Set>(algebra: SetAlgebra<Set>, set: Set): boolean {
  return algebra.pickMember(set) === null;
}

/** The values of one set that are not in another. */
export function subtract<Set>(algebra: SetAlgebra<Set>, a: Set, b: Set): Set {
  return algebra.intersect(a, algebra.complement(b));
}

/** Whether all values of a set are in another. */
export function isSubset<Set>(algebra: SetAlgebra<Set>, inner: Set, outer: Set): boolean {
  return isEmpty(algebra, subtract(algebra, inner, outer));
}

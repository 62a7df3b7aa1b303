import type { VirtualInterface } from '../../core/model.ts';

/** A request at a time: a point of the space that policies divide. */
export interface Point {
  readonly request: VirtualInterface;
  /** milliseconds since 1970 */
  readonly at: number;
}

/** One thing by which requests differ. */
export interface Dimension<Set = unknown, Value = unknown> extends SetAlgebra<Set, Value> {
  /** stable, and for people */
  readonly name: string;
  /** what is left out with it, as all that is known of sessions is where none is listed; `null`: it stands alone */
  readonly source: AbsenceGroup<Set> | null;
  /** the value of a point */
  get(point: Point): Value;
  /** the same point with this value */
  put(point: Point, value: Value): Point;
}

export interface AbsenceGroup<Set = unknown> {
  readonly name: 'peers' | 'tags';
  /** all values but that of being left out */
  readonly given: Set;
}

/** Some of an axis. */
export interface FieldConstraint<Set = unknown> {
  readonly dimension: Dimension<Set>;
  readonly set: Set;
}

export function constrain<Set, Value>(dimension: Dimension<Set, Value>, set: Set): FieldConstraint {
  return { dimension, set };
}

/** A change of the request alone. */
export function updateRequest<Value>(
  change: (request: VirtualInterface, value: Value) => Partial<VirtualInterface>,
): (point: Point, value: Value) => Point {
  return ({ request, at }, value) => ({ request: { ...request, ...change(request, value) }, at });
}

/** Values that the API may leave out. */
export interface NullableSet<Set> {
  /** whether it may be left out */
  readonly absent: boolean;
  readonly given: Set;
}

/** What is left out is `null`. */
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
      const said = pickMember(given) === null ? '' : describe(given);
      if (said === null || !absent) return said;
      return said === '' ? 'not given' : `${said}, or not given`;
    },
  };
}

/** Only what is given. */
export function onlyGiven<Set>(set: Set): NullableSet<Set> {
  return { absent: false, given: set };
}

/** What is left out too: it may be anything. */
export function givenOrAbsent<Set>(set: Set): NullableSet<Set> {
  return { absent: true, given: set };
}

/**
 * Sets of the values that something can have: exact, closed under intersection and complement, and able to show a member.
 * Whatever the policy language can say of a value is such a set, so questions about policies are decided, not sampled.
 */
export interface SetAlgebra<Set, Value = unknown> {
  readonly all: Set;
  intersect(a: Set, b: Set): Set;
  complement(set: Set): Set;
  contains(set: Set, value: Value): boolean;
  /** one of its values, the plainest; `null` when it has none */
  pickMember(set: Set): Member<Value> | null;
  /** for people, safe to print; `null` when it has no plain words */
  describe(set: Set): string | null;
}

/** Wrapped, since `null` is a value too: that of a field that the API did not give. */
export interface Member<Value> {
  readonly value: Value;
}

export function isEmpty<Set>(algebra: SetAlgebra<Set>, set: Set): boolean {
  return algebra.pickMember(set) === null;
}

export function subtract<Set>(algebra: SetAlgebra<Set>, a: Set, b: Set): Set {
  return algebra.intersect(a, algebra.complement(b));
}

export function isSubset<Set>(algebra: SetAlgebra<Set>, inner: Set, outer: Set): boolean {
  return isEmpty(algebra, subtract(algebra, inner, outer));
}

import type { VirtualInterface } from '../../core/model.ts';

/** A request at a time: a point of the space that policies divide. */
export interface Point {
  readonly request: VirtualInterface;
  /** milliseconds since 1970 */
  readonly at: number;
}

/** One thing by which requests differ. */
export interface Axis<Set = unknown, Value = unknown> extends Algebra<Set, Value> {
  /** stable, and for people */
  readonly name: string;
  /** what is left out with it, as all that is known of sessions is where none is listed; `null`: it stands alone */
  readonly source: Source<Set> | null;
  /** the value of a point */
  get(point: Point): Value;
  /** the same point with this value */
  put(point: Point, value: Value): Point;
}

export interface Source<Set = unknown> {
  readonly name: 'peers' | 'tags';
  /** all values but that of being left out */
  readonly given: Set;
}

/** Some of an axis. */
export interface Side<Set = unknown> {
  readonly axis: Axis<Set>;
  readonly set: Set;
}

export function side<Set, Value>(axis: Axis<Set, Value>, set: Set): Side {
  return { axis, set };
}

/** A change of the request alone. */
export function putting<Value>(
  change: (request: VirtualInterface, value: Value) => Partial<VirtualInterface>,
): (point: Point, value: Value) => Point {
  return ({ request, at }, value) => ({ request: { ...request, ...change(request, value) }, at });
}

/** Values that the API may leave out. */
export interface Optional<Set> {
  /** whether it may be left out */
  readonly absent: boolean;
  readonly given: Set;
}

/** What is left out is `null`. */
export function optional<Set, Value>({
  all,
  and,
  not,
  has,
  member,
  words,
}: Algebra<Set, Value>): Algebra<Optional<Set>, Value | null> {
  return {
    all: { absent: true, given: all },
    and: (a, b) => ({ absent: a.absent && b.absent, given: and(a.given, b.given) }),
    not: ({ absent, given }) => ({ absent: !absent, given: not(given) }),
    has: ({ absent, given }, value) => (value === null ? absent : has(given, value)),
    member: ({ absent, given }) => member(given) ?? (absent ? { value: null } : null),
    words: ({ absent, given }) => {
      const said = member(given) === null ? '' : words(given);
      if (said === null || !absent) return said;
      return said === '' ? 'not given' : `${said}, or not given`;
    },
  };
}

/** Only what is given. */
export function given<Set>(set: Set): Optional<Set> {
  return { absent: false, given: set };
}

/** What is left out too: it may be anything. */
export function perhaps<Set>(set: Set): Optional<Set> {
  return { absent: true, given: set };
}

/**
 * Sets of the values that something can have: exact, closed under intersection and complement, and able to show a member.
 * Whatever the policy language can say of a value is such a set, so questions about policies are decided, not sampled.
 */
export interface Algebra<Set, Value = unknown> {
  readonly all: Set;
  and(a: Set, b: Set): Set;
  not(set: Set): Set;
  has(set: Set, value: Value): boolean;
  /** one of its values, the plainest; `null` when it has none */
  member(set: Set): Member<Value> | null;
  /** for people, safe to print; `null` when it has no plain words */
  words(set: Set): string | null;
}

/** Wrapped, since `null` is a value too: that of a field that the API did not give. */
export interface Member<Value> {
  readonly value: Value;
}

export function isEmpty<Set>(algebra: Algebra<Set>, set: Set): boolean {
  return algebra.member(set) === null;
}

export function minus<Set>(algebra: Algebra<Set>, a: Set, b: Set): Set {
  return algebra.and(a, algebra.not(b));
}

export function isWithin<Set>(algebra: Algebra<Set>, inner: Set, outer: Set): boolean {
  return isEmpty(algebra, minus(algebra, inner, outer));
}

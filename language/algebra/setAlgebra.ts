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

import type { Algebra } from './setAlgebra.ts';

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

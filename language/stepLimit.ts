/** A question about policies needs too many steps. Fail closed: the caller gets no answer, and never the answer "the same". */
export class ComparisonTooComplex extends Error {
  override readonly name = 'ComparisonTooComplex';
}

/**
 * The most steps for one question: a few seconds of work. Steps are counted, not time, so that a busy machine gives the same answer. A
 * result that is known from an earlier question costs none.
 */
export const MAX_STEPS = 5_000_000;

interface Count {
  readonly most: number;
  taken: number;
}

/** The count of the innermost question; without one there is no limit. All code is synchronous, so questions do not interleave. */
let count: Count = { most: Number.POSITIVE_INFINITY, taken: 0 };

/**
 * Answers one question within a limit of steps.
 * @throws ComparisonTooComplex when the limit is exceeded
 */
export function withStepLimit<T>(
  most: number,
  answer: () => T,
): { readonly value: T; readonly steps: number } {
  const outer = count;
  const own = { most, taken: 0 };
  count = own;
  try {
    return { value: answer(), steps: own.taken };
  } finally {
    count = outer;
  }
}

/** Counts steps of the current question. @throws ComparisonTooComplex when its limit is exceeded */
export function spendSteps(steps = 1): void {
  count.taken += steps;
  if (count.taken > count.most)
    throw new ComparisonTooComplex(
      'its grants and hold rules have too many combinations to compare; split the owner, or distinguish its grants by `connection` or `vlan`',
    );
}

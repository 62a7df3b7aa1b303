/** Too many steps to answer a question about policies. Fail closed: whoever asked does not get an answer, least of all "the same". */
export class ComparisonTooComplex extends Error {
  override readonly name = 'TooManyWays';
}

/** How many steps one question may take: a few seconds of work. Steps are counted, so that a busy machine gives the same answer. */
export const MAX_STEPS = 5_000_000;

interface Count {
  readonly most: number;
  taken: number;
}

/** Of the innermost question that is being answered; outside of any, there is no bound. Nothing here waits, so questions do not mix. */
let count: Count = { most: Number.POSITIVE_INFINITY, taken: 0 };

/**
 * Answers one question, with steps of its own.
 * @throws TooManyWays when they are not enough
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

/** Takes some steps of the question that is being answered. */
export function spendSteps(steps = 1): void {
  count.taken += steps;
  if (count.taken > count.most)
    throw new ComparisonTooComplex(
      'its grants and `hold` lines cross in too many ways to compare; split the owner, or tell its grants apart by `connection` or `vlan`',
    );
}

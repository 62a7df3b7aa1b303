import type { CompiledPolicy } from '../language/index.ts';

/**
 * How many targets are worked on at once. A pass spends its time waiting for answers, so a few hide each other's waiting. More
 * would gain little: one processor reads all answers, one ledger file takes all writes, and the calls of one account or one
 * address are limited in their rate.
 */
const AT_ONCE = 4;

/** What came of every target. */
export interface Visits<T> {
  /** in the order of the policies, whatever ended first; without those that threw */
  readonly results: readonly T[];
  /** Throws what the first one threw, if any did: for when everything else was told. */
  rethrow(): void;
}

type End<T> = { readonly result: T } | { readonly error: unknown };

/**
 * Visits every target, a few at a time; as one ends the next begins. Whatever one throws, the others are visited all the same,
 * and none is left running with its lease held.
 */
export async function eachTarget<T>(
  policies: readonly CompiledPolicy[],
  visit: (compiled: CompiledPolicy) => Promise<T>,
): Promise<Visits<T>> {
  const ends: End<T>[] = [];
  const waiting = policies.entries();
  const visitSome = async (): Promise<void> => {
    // All take from one iterator, so each target is taken once.
    for (const [place, compiled] of waiting) ends[place] = await endOf(() => visit(compiled));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitSome));
  return {
    results: ends.flatMap((end) => ('result' in end ? [end.result] : [])),
    rethrow: () => {
      const failed = ends.find((end) => 'error' in end);
      if (failed !== undefined) throw failed.error;
    },
  };
}

async function endOf<T>(visit: () => Promise<T>): Promise<End<T>> {
  try {
    return { result: await visit() };
  } catch (error) {
    return { error };
  }
}

import fc, { type Arbitrary } from 'fast-check';
import { afterAll, expect } from 'vitest';

/** Multiplier of the number of inputs: `FUZZ=20 npm run test:unit -- test/fuzz`. */
const TIMES = Math.max(1, Number(process.env.FUZZ ?? 1));

/** Time limit of a test, in milliseconds. */
export const LONG = { timeout: 60_000 * TIMES };

/** Number of inputs by result. */
type Seen = ReadonlyMap<string, number>;

/** The input that a test file of this folder varies. */
export interface FuzzTarget {
  /**
   * Tries inputs and counts them by result.
   * @param usual number of inputs, before the multiplier
   * @param knock tries one input and returns its result in one word
   */
  fuzz<T>(usual: number, inputs: Arbitrary<T>, knock: (input: T) => string | Promise<string>): Promise<Seen>;
}

/** Creates a target that counts its inputs and prints the counts after a long test. */
export function fuzzTarget(name: string): FuzzTarget {
  const total = new Map<string, number>();
  afterAll(() => {
    if (process.env.FUZZ === undefined) return;
    const inputs = [...total.values()].reduce((sum, count) => sum + count, 0);
    const ways = [...total].map(([way, count]) => `${way} ${count}`).join(', ');
    process.stdout.write(`fuzzed ${name}: ${inputs} inputs (${ways})\n`);
  });
  return {
    fuzz: async (usual, inputs, knock) => {
      const seen = new Map<string, number>();
      const property = fc.asyncProperty(inputs, async (input) => {
        const way = await knock(input);
        for (const counts of [seen, total]) counts.set(way, (counts.get(way) ?? 0) + 1);
      });
      await fc.assert(property, { numRuns: usual * TIMES });
      return seen;
    },
  };
}

/** Checks that some inputs had these results, because otherwise the test proves nothing. The required number is far below the usual one. */
export function expectSome(seen: Seen, ...ways: readonly string[]): void {
  for (const way of ways) expect(seen.get(way) ?? 0, `inputs that were ${way}`).toBeGreaterThan(0);
}

/** Checks that a text has one line (or several, by `lines`) and no characters that control a terminal or are invisible. */
export function expectPrintable(text: string, lines: 'one line' | 'lines' = 'one line'): void {
  expect(lines === 'lines' ? text.replaceAll('\n', ' ') : text).toMatch(
    /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u,
  );
}

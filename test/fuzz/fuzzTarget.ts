import fc, { type Arbitrary } from 'fast-check';
import { afterAll, expect } from 'vitest';

/** `FUZZ=20 npm run test:unit -- test/fuzz`: twenty times as many inputs. */
const TIMES = Math.max(1, Number(process.env.FUZZ ?? 1));

/** What a test may take, in milliseconds. */
export const LONG = { timeout: 60_000 * TIMES };

/** How many inputs ended in which way. */
type Seen = ReadonlyMap<string, number>;

/** What one file of this folder knocks at. */
export interface FuzzTarget {
  /**
   * Tries inputs, and says how many ended how.
   * @param usual how many, unless more are asked for
   * @param knock returns in a word what became of one
   */
  fuzz<T>(usual: number, inputs: Arbitrary<T>, knock: (input: T) => string | Promise<string>): Promise<Seen>;
}

/** Counts what is tried, and tells it when a long look is over. */
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

/** Some of the inputs went this way: else the others prove nothing. Far fewer than usual will do, whatever the seed. */
export function expectSome(seen: Seen, ...ways: readonly string[]): void {
  for (const way of ways) expect(seen.get(way) ?? 0, `inputs that were ${way}`).toBeGreaterThan(0);
}

/** One line, or several where `lines` says so, without anything that steers a terminal or cannot be seen. */
export function expectPrintable(text: string, lines: 'one line' | 'lines' = 'one line'): void {
  expect(lines === 'lines' ? text.replaceAll('\n', ' ') : text).toMatch(
    /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u,
  );
}

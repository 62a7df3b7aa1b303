import { spendSteps } from './stepLimit.ts';

/** How many candidates are compared: enough for any policy, and a file with thousands of misspelt names must not take minutes. */
const CONSIDERED = 100;

/** The candidate that was most likely meant by `word`, or `null` when none is similar. */
export function findNearest(word: string, candidates: readonly string[]): string | null {
  // Longer than any name, so not a misspelt one, and expensive to compare.
  if (word.length > 64) return null;
  let best: string | null = null;
  // Almost any name is similar to a word of one or two letters.
  let least = word.length < 3 ? 1 : Math.floor(word.length / 3) + 1;
  for (const candidate of candidates.slice(0, CONSIDERED)) {
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    if (slips < least) [best, least] = [candidate, slips];
  }
  return best;
}

/** The number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function distance(a: string, b: string): number {
  spendSteps(a.length * b.length);
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

import { step } from './algebra/stepLimit.ts';

/** Enough for any policy; a file of thousands of slips must not take minutes. */
const CONSIDERED = 100;

/** The candidate that `word` is most likely a slip of, or `null` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  // What is longer than any name is no slip, and would only cost time.
  if (word.length > 64) return null;
  let best: string | null = null;
  // Of a letter or two, everything is near.
  let least = word.length < 3 ? 1 : Math.floor(word.length / 3) + 1;
  for (const candidate of candidates.slice(0, CONSIDERED)) {
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    if (slips < least) [best, least] = [candidate, slips];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function distance(a: string, b: string): number {
  step(a.length * b.length);
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

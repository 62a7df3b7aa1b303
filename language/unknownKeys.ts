import * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../core/fields/match.ts';
import { formatList, quote } from '../core/printableText.ts';
import { spendSteps } from './algebra/stepLimit.ts';
import { type Finding, formatPath, type Path, type Problem } from './diagnostic.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

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

/** The finding for an unknown key, and the path of the key that was probably meant, if any. */
export function describeUnknownKey(
  parent: Path,
  key: string,
  root: SourceNode,
  schema: z.ZodType,
): { finding: Finding; meant: string | null } {
  const path = [...parent, key];
  const place = nodeAt(root, parent);
  const written = place?.kind === 'map' ? place.children : new Map<string, SourceNode>();
  if (parent[0] === 'hold' && MATCH_FIELD_NAMES.some((field) => field === key)) {
    return { finding: { path, at: 'key', ...noPredicate(key) }, meant: null };
  }
  const all = knownKeys(schema, parent);
  const known = all.filter((name) => !written.has(name));
  const slip = findNearest(key, known);
  const finding: Finding = {
    path,
    at: 'key',
    code: 'unknown-key',
    message: `unknown key ${quote(key)}`,
    fix:
      slip === null
        ? `remove it; the keys allowed here are ${formatList(all.map(quote))}`
        : `did you mean \`${slip}\`?`,
  };
  return { finding, meant: slip === null ? null : formatPath([...parent, slip]) };
}

function noPredicate(key: string): Problem {
  return {
    code: 'hold-bgp-key',
    message: `${quote(key)} is not supported in a hold rule`,
    fix: 'remove it, and use other fields to select the requests to hold',
  };
}

/** The keys that the schema `whole` allows in the map at `path`. */
function knownKeys(whole: z.ZodType, path: Path): string[] {
  let schema: unknown = whole;
  for (const step of path) schema = below(plain(schema), step);
  const map = plain(schema);
  return map instanceof z.ZodObject ? Object.keys(map.shape) : [];
}

function below(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[step];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : null;
}

function plain(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? plain(schema.unwrap()) : schema;
}

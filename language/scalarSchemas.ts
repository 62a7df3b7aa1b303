import * as z from 'zod';
import { compareByCodePoint } from '../core/printableText.ts';
import { DIAGNOSTIC_CODES, type Problem } from './diagnostic.ts';
import { findInvisibleCharacter, INVISIBLE_CHARACTERS } from './yaml/hiddenCharacters.ts';

/**
 * Building blocks of schemas. Each has a description, which editors and the reference show, and reports the problem and the fix for an
 * invalid value itself.
 */

const problemSchema = z.object({ code: z.enum(DIAGNOSTIC_CODES), message: z.string(), fix: z.string() });

/** The problem that a building block reported, or `null` when the issue is zod's own. */
export function problemIn(issue: z.core.$ZodIssue): Problem | null {
  return issue.code === 'custom' ? (problemSchema.safeParse(issue.params).data ?? null) : null;
}

/** Turns a function that finds a problem, or none, into a check for `superRefine`. */
export function refineWith<T>(check: (value: T) => Problem | null) {
  return (value: T, context: z.core.$RefinementCtx<T>): void => {
    const problem = check(value);
    if (problem !== null) context.addIssue({ code: 'custom', params: { ...problem } });
  };
}

/** The part of a check that JSON Schema can express, for editors. It never rejects what the check accepts. */
export type SchemaHints = z.core.JSONSchema.BaseSchema;

/** A pattern, with the message that editors show for a text that does not match it: few people read patterns. */
export function patternHint(pattern: string, fix: string): SchemaHints {
  return { pattern, patternErrorMessage: fix };
}

/** A text in which `check` finds no problem. */
export function checkedText(
  description: string,
  check: (value: string) => Problem | null,
  hints: SchemaHints = {},
) {
  return z
    .string()
    .superRefine(refineWith(check))
    .meta({ description, ...hints });
}

/** A text that matches a pattern. */
export function patternText(description: string, pattern: RegExp, describe: (value: string) => Problem) {
  return checkedText(
    description,
    (value) => (pattern.test(value) ? null : describe(value)),
    patternHint(pattern.source, describe('').fix),
  );
}

/** One line of visible characters, of which at least one is not a space. */
export function plainText(description: string) {
  return checkedText(
    description,
    (value) => (value.trim() === '' ? EMPTY_TEXT : findInvisibleCharacter(value)),
    PLAIN,
  );
}

/** Visible characters only, possibly none. */
export const VISIBLE_TEXT_HINT: SchemaHints = patternHint(
  `^[^${INVISIBLE_CHARACTERS}]*$`,
  'write it without control and invisible characters',
);
const PLAIN: SchemaHints = patternHint(
  `^\\p{Zs}*[^\\p{Zs}${INVISIBLE_CHARACTERS}][^${INVISIBLE_CHARACTERS}]*$`,
  'write something, in one line, without control and invisible characters',
);

export const EMPTY_TEXT: Problem = {
  code: 'empty-text',
  message: 'is an empty text',
  fix: 'write something, or remove it',
};

/** A list of at least one item. */
export function nonEmptyList<T extends z.ZodType>(item: T, description: string, hints: SchemaHints = {}) {
  return z
    .array(item)
    .min(1)
    .meta({ description, ...hints });
}

/** A map of at least one key. */
export function nonEmptyMap<T extends z.ZodType<object>>(
  map: T,
  description: string,
  hints: SchemaHints = {},
): T {
  return map.superRefine(requireEntries).meta({ description, minProperties: 1, ...hints });
}

/** A check for `superRefine`: the map has at least one key. */
export const requireEntries = refineWith<object>((value) =>
  Object.keys(value).length > 0 ? null : EMPTY_MAP,
);

const EMPTY_MAP: Problem = {
  code: 'empty-map',
  message: 'is empty',
  fix: 'write at least one key under it, or remove it',
};

/** The texts sorted by code point, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareByCodePoint);
}

/** The entries of a map, sorted by key. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => compareByCodePoint(a, b));
}

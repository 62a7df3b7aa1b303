import * as z from 'zod';
import { compareByCodePoint, quote } from '../core/printableText.ts';
import { NAME } from '../core/resourceIds.ts';
import { DIAGNOSTIC_CODES, type Problem } from './diagnostic.ts';

/** By code point, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareByCodePoint);
}

/** A map's entries by key. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => compareByCodePoint(a, b));
}

/** What names of owners, grants, gateways and targets are, for people. */
export const NAME_RULE = 'a lower-case letter, then at most 62 lower-case letters, digits and hyphens';

export const NAME_HINTS: SchemaHints = patternHint(NAME.source, `write a name: ${NAME_RULE}`);

/**
 * Building blocks of the schema. Each carries a description, from which editors and the reference are fed, and says for
 * itself what is wrong with a value that does not fit.
 */

const complaintSchema = z.object({ code: z.enum(DIAGNOSTIC_CODES), message: z.string(), fix: z.string() });

/** What a building block said, or `null` when the issue is one of zod's own. */
export function problemIn(issue: z.core.$ZodIssue): Problem | null {
  return issue.code === 'custom' ? (complaintSchema.safeParse(issue.params).data ?? null) : null;
}

/** Makes a check for `superRefine` of a function that complains, or not. */
export function refineWith<T>(judge: (value: T) => Problem | null) {
  return (value: T, context: z.core.$RefinementCtx<T>): void => {
    const complaint = judge(value);
    if (complaint !== null) context.addIssue({ code: 'custom', params: { ...complaint } });
  };
}

/** As much of a check as JSON Schema can say: for editors. It never refuses what the check accepts. */
export type SchemaHints = z.core.JSONSchema.BaseSchema;

/** A text that fits a pattern, with what editors say where one does not: few people read patterns. */
export function patternHint(pattern: string, mend: string): SchemaHints {
  return { pattern, patternErrorMessage: mend };
}

/** A text that nothing is wrong with, in the eyes of `judge`. */
export function checkedText(
  description: string,
  judge: (value: string) => Problem | null,
  shape: SchemaHints = {},
) {
  return z
    .string()
    .superRefine(refineWith(judge))
    .meta({ description, ...shape });
}

/** A text that fits `pattern`. */
export function patternText(description: string, pattern: RegExp, complain: (value: string) => Problem) {
  return checkedText(
    description,
    (value) => (pattern.test(value) ? null : complain(value)),
    patternHint(pattern.source, complain('').fix),
  );
}

/** One line of anything that can be seen. */
export function plainText(description: string) {
  return checkedText(
    description,
    (value) => (value.trim() === '' ? EMPTY_TEXT : findInvisibleCharacter(value)),
    PLAIN,
  );
}

/** Not variation selectors, which are typed with many a sign. */
const HIDDEN = '\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0';
const INVISIBLE = new RegExp(`[${HIDDEN}]`, 'u');

/** Nothing that cannot be seen; and, of `PLAIN`, something beside spaces. */
export const VISIBLE_TEXT_HINT: SchemaHints = patternHint(
  `^[^${HIDDEN}]*$`,
  'write it without control and invisible characters',
);
const PLAIN: SchemaHints = patternHint(
  `^\\p{Zs}*[^\\p{Zs}${HIDDEN}][^${HIDDEN}]*$`,
  'write something, in one line, without control and invisible characters',
);

/** What cannot be seen cannot be reviewed. */
export function findInvisibleCharacter(value: string): Problem | null {
  if (!INVISIBLE.test(value)) return null;
  return {
    code: 'invisible-character',
    message: `${quote(value)} holds a control or invisible character`,
    fix: 'write it again in one line, without the characters shown as `\\u{…}`',
  };
}

export const EMPTY_TEXT: Problem = {
  code: 'empty-text',
  message: 'is an empty text',
  fix: 'write something, or remove it',
};

/** A list of at least one. */
export function nonEmptyList<T extends z.ZodType>(item: T, description: string, shape: SchemaHints = {}) {
  return z
    .array(item)
    .min(1)
    .meta({ description, ...shape });
}

/** A map of at least one key. */
export function nonEmptyMap<T extends z.ZodType<object>>(
  map: T,
  description: string,
  shape: SchemaHints = {},
): T {
  return map.superRefine(requireEntries).meta({ description, minProperties: 1, ...shape });
}

/** A check for `superRefine`: a map of at least one key. */
export const requireEntries = refineWith<object>((value) =>
  Object.keys(value).length > 0 ? null : EMPTY_MAP,
);

const EMPTY_MAP: Problem = {
  code: 'empty-map',
  message: 'is empty',
  fix: 'write at least one key under it, or remove it',
};

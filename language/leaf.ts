import * as z from 'zod';
import { quote } from '../lambda/core/text.ts';
import { type Complaint, FAULT_CODES } from './fault.ts';

/**
 * Building blocks of the schema. Each carries a description, from which editors and the reference are fed, and says for
 * itself what is wrong with a value that does not fit.
 */

const complaintSchema = z.object({ code: z.enum(FAULT_CODES), message: z.string(), mend: z.string() });

/** What a building block said, or `null` when the issue is one of zod's own. */
export function complaintIn(issue: z.core.$ZodIssue): Complaint | null {
  return issue.code === 'custom' ? (complaintSchema.safeParse(issue.params).data ?? null) : null;
}

/** Makes a check for `superRefine` of a function that complains, or not. */
export function complaining<T>(judge: (value: T) => Complaint | null) {
  return (value: T, context: z.core.$RefinementCtx<T>): void => {
    const complaint = judge(value);
    if (complaint !== null) context.addIssue({ code: 'custom', params: { ...complaint } });
  };
}

/** A text of a certain shape; `pattern` is for editors only. */
export function judgedText(
  description: string,
  judge: (value: string) => Complaint | null,
  pattern?: RegExp,
) {
  return z
    .string()
    .superRefine(complaining(judge))
    .meta({ description, ...(pattern === undefined ? {} : { pattern: pattern.source }) });
}

/** A text that fits `pattern`. */
export function shapedText(description: string, pattern: RegExp, complain: (value: string) => Complaint) {
  return judgedText(description, (value) => (pattern.test(value) ? null : complain(value)), pattern);
}

/** One line of anything that can be seen. */
export function plainText(description: string) {
  return judgedText(description, (value) => (value.trim() === '' ? EMPTY_TEXT : invisible(value)));
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What cannot be seen cannot be reviewed. */
export function invisible(value: string): Complaint | null {
  if (!INVISIBLE.test(value)) return null;
  return {
    code: 'invisible-character',
    message: `${quote(value)} holds a control or invisible character`,
    mend: 'write it again in one line, without the characters shown as `\\u{…}`',
  };
}

export const EMPTY_TEXT: Complaint = {
  code: 'empty-text',
  message: 'is an empty text',
  mend: 'write something, or remove it',
};

/** A list of at least one. */
export function filledList<T extends z.ZodType>(item: T, description: string) {
  return z.array(item).min(1).meta({ description });
}

/** A check for `superRefine`: a map of at least one key. */
export const filledMap = complaining<object>((value) => (Object.keys(value).length > 0 ? null : EMPTY_MAP));

const EMPTY_MAP: Complaint = {
  code: 'empty-map',
  message: 'is empty',
  mend: 'write at least one key under it, or remove it',
};

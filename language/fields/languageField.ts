import type * as z from 'zod';
import type { VirtualInterface } from '../../core/model.ts';
import type { FieldConstraint } from '../algebra/setAlgebra.ts';

/** One field of a `match` or of a hold rule: its written form, and the requests that it matches. `Wanted` is its compiled form. */
export interface LanguageField<Wanted, Written = unknown> {
  /** schema of the written form, with descriptions */
  readonly schema: z.ZodType<Written>;
  /** whether a hold rule can use it */
  readonly holds: boolean;
  /** the compiled form; conditions that mean the same have the same one */
  normalise(written: Written): Wanted;
  /** the requests that a grant certainly matches, as an intersection of constraints; must agree with the field in core/fields/ */
  matchesCertainly(wanted: Wanted): readonly FieldConstraint[];
  /** the requests that a grant may match, which its limit counts */
  countsTowardsLimit(wanted: Wanted): readonly FieldConstraint[];
  /** the requests that a hold rule may match; must agree with the field in core/fields/ */
  mayMatch(wanted: Wanted): readonly FieldConstraint[];
  /** its value in a typical request, which examples start from */
  readonly typical: Partial<VirtualInterface>;
  /** the condition that is equal to one request */
  exactCondition(request: VirtualInterface): ExactCondition;
}

/** The condition that is equal to one request in a field. */
export interface ExactCondition<Written = unknown> {
  /** `null`: there is none */
  readonly written: Written | null;
  /** why it does not restrict the field, or not exactly: the rest of a sentence; `null` if it is exact */
  readonly why: string | null;
}

export const NOT_GIVEN = 'the API does not return it';

export function exact<Written>(written: Written): ExactCondition<Written> {
  return { written, why: null };
}

export function inexact(why: string): ExactCondition<never> {
  return { written: null, why };
}

/** The condition that a value is this one. */
export function exactValue<T extends string | number | boolean>(
  value: T | null,
): ExactCondition<readonly T[]> {
  if (value === null) return inexact(NOT_GIVEN);
  return value === '' ? inexact('it is empty') : exact([value]);
}

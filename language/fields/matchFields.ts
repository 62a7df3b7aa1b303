import type * as z from 'zod';
import { MATCH_FIELD_NAMES, type Match, type MatchFieldName } from '../../core/fields/index.ts';
import type { LanguageField } from './field.ts';
import { LANGUAGE_FIELDS } from './index.ts';

type Fields = typeof LANGUAGE_FIELDS;
type Shape<F extends MatchFieldName> = { [Name in F]: z.ZodOptional<Fields[Name]['schema']> };
type HoldFieldName = {
  [F in MatchFieldName]: Fields[F]['holds'] extends true ? F : never;
}[MatchFieldName];

/** The match fields as keys of a map, none of them mandatory. */
export const matchShape = shapeOf(MATCH_FIELD_NAMES) as Shape<MatchFieldName>;

/** Those that a `hold` line may use. */
export const holdShape = shapeOf(
  MATCH_FIELD_NAMES.filter((field) => LANGUAGE_FIELDS[field].holds),
) as Shape<HoldFieldName>;

/** A written `match`, before or after its rules were checked. */
export type WrittenMatch = { readonly [F in MatchFieldName]?: z.output<Fields[F]['schema']> | undefined };

/** Every field of the compiled form; `null` where nothing is demanded. */
export function normaliseMatch(written: WrittenMatch): Match {
  const fields = MATCH_FIELD_NAMES.map((field) => [field, normaliseField(field, written)]);
  // One entry a field, each made by the normaliser that `LANGUAGE_FIELDS` ties to its compiled form.
  return Object.fromEntries(fields) as Match;
}

function normaliseField(field: MatchFieldName, written: WrittenMatch): unknown {
  const value = written[field];
  const language: LanguageField<unknown> = LANGUAGE_FIELDS[field];
  return value === undefined ? null : language.normalise(value);
}

/** The compiler cannot follow a map made entry by entry: the callers name its type. */
function shapeOf(fields: readonly MatchFieldName[]): object {
  return Object.fromEntries(fields.map((field) => [field, LANGUAGE_FIELDS[field].schema.optional()]));
}

import type * as z from 'zod';
import {
  type CompiledField,
  MATCH_FIELD_NAMES,
  type Match,
  type MatchFieldName,
} from '../../core/fields/match.ts';
import type { Provider } from '../../core/model.ts';
import type { FieldConstraint } from '../algebra/setAlgebra.ts';
import { peers } from './peers.ts';
import { asn, bgpKey } from './sessionField.ts';
import { location, name, tags } from './tags.ts';
import { connection, mtu, vlan } from './vlan.ts';

/** How every match field is written. A new one: a file here and in lambda/core/fields/. */
export const LANGUAGE_FIELDS = {
  connection,
  vlan,
  asn,
  peers,
  name,
  location,
  bgpKey,
  mtu,
  tags,
} as const satisfies { readonly [F in MatchFieldName]: LanguageField<CompiledField<F>> };

/** How one field of a `match` or of a `hold` line is written; `Wanted` is its compiled form. */
export interface LanguageField<Wanted, Written = unknown> {
  /** the written form, with descriptions */
  readonly schema: z.ZodType<Written>;
  /** whose API returns it */
  readonly providers: readonly Provider[];
  /** whether a `hold` line may use it */
  readonly holds: boolean;
  /** equal demands give equal results */
  normalise(written: Written): Wanted;
  /** requests for which a grant's demand is a clear yes: those on every side. The same as `fits` in lambda/core/fields/ says */
  fits(wanted: Wanted): readonly FieldConstraint[];
  /** requests for which it is no definite no: those on every side. A limit of the grant counts them */
  mayFit(wanted: Wanted): readonly FieldConstraint[];
  /** requests for which a `hold` line's is no definite no: those on every side. The same as `touches` there says */
  touches(wanted: Wanted): readonly FieldConstraint[];
}

type Fields = typeof LANGUAGE_FIELDS;
type Shape<F extends MatchFieldName> = { [Name in F]: z.ZodOptional<Fields[Name]['schema']> };
type HoldFieldName = {
  [F in MatchFieldName]: Fields[F]['holds'] extends true ? F : never;
}[MatchFieldName];

/** The match fields as keys of a map, none of them mandatory. */
export const matchKeys = shapeOf(MATCH_FIELD_NAMES) as Shape<MatchFieldName>;

/** Those that a `hold` line may use. */
export const holdRuleKeys = shapeOf(
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

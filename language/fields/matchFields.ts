import type * as z from 'zod';
import {
  type CompiledField,
  MATCH_FIELD_NAMES,
  type Match,
  type MatchFieldName,
} from '../../core/fields/match.ts';
import type { FieldConstraint } from '../algebra/setAlgebra.ts';
import { asn, bgpKey } from './bgpSessions.ts';
import { connection, location, mtu, vlan } from './connectionVlanMtu.ts';
import { name, tags } from './nameAndTags.ts';
import { peers } from './peers.ts';

/** The written form of every match field. To add one, write a file here and one in core/fields/. */
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
}

type Fields = typeof LANGUAGE_FIELDS;
type Shape<F extends MatchFieldName> = { [Name in F]: z.ZodOptional<Fields[Name]['schema']> };
type HoldFieldName = {
  [F in MatchFieldName]: Fields[F]['holds'] extends true ? F : never;
}[MatchFieldName];

/** The match fields as optional keys of a map. */
export const matchKeys = shapeOf(MATCH_FIELD_NAMES) as Shape<MatchFieldName>;

/** The match fields that a hold rule can use. */
export const holdRuleKeys = shapeOf(
  MATCH_FIELD_NAMES.filter((field) => LANGUAGE_FIELDS[field].holds),
) as Shape<HoldFieldName>;

/** A `match` as it is written. */
export type WrittenMatch = { readonly [F in MatchFieldName]?: z.output<Fields[F]['schema']> | undefined };

/** The compiled form of a `match`: every field, `null` where it has no condition. */
export function normaliseMatch(written: WrittenMatch): Match {
  const fields = MATCH_FIELD_NAMES.map((field) => [field, normaliseField(field, written)]);
  // One entry for each field, made by the normaliser that `LANGUAGE_FIELDS` ties to the compiled form.
  return Object.fromEntries(fields) as Match;
}

function normaliseField(field: MatchFieldName, written: WrittenMatch): unknown {
  const value = written[field];
  const language: LanguageField<unknown> = LANGUAGE_FIELDS[field];
  return value === undefined ? null : language.normalise(value);
}

/** The type checker cannot derive the type of a map that is built entry by entry, so the callers state it. */
function shapeOf(fields: readonly MatchFieldName[]): object {
  return Object.fromEntries(fields.map((field) => [field, LANGUAGE_FIELDS[field].schema.optional()]));
}

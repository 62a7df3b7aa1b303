import type * as z from 'zod';
import {
  type CompiledField,
  MATCH_FIELD_NAMES,
  type Match,
  type MatchFieldName,
} from '../../core/fields/evaluateMatch.ts';
import { asn, bgpKey } from './bgpSessions.ts';
import { connection, id, location, mtu, vlan } from './connectionVlanMtu.ts';
import type { LanguageField } from './languageField.ts';
import { name, tags } from './nameAndTags.ts';
import { peers } from './peers.ts';

/** The written form of every match field, in the order in which a person would write them: those of sessions together. */
export const LANGUAGE_FIELDS = {
  connection,
  id,
  vlan,
  asn,
  peers,
  bgpKey,
  name,
  location,
  mtu,
  tags,
} as const satisfies { readonly [F in MatchFieldName]: LanguageField<CompiledField<F>> };

// The keys of the object above, in its order.
export const FIELDS_AS_WRITTEN = Object.keys(LANGUAGE_FIELDS) as readonly MatchFieldName[];

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

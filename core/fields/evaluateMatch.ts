import { type Decoder, deduplicated, type ObjectDecoder, orNull } from '../decoders.ts';
import { isValueField, type ValueFieldName } from '../interfaceFields.ts';
import type { VirtualInterface } from '../model.ts';
import { asn, bgpKey, peers } from './bgpSessions.ts';
import { connection, id, location, mtu, vlan } from './connectionVlanMtu.ts';
import type { MatchField, Ternary } from './matchField.ts';
import { name, tags } from './nameAndTags.ts';

/** Every match field, in the order of messages. A new field is added here, in providers.ts and in language/fields/. */
export const MATCH_FIELDS = { connection, id, vlan, asn, peers, name, location, bgpKey, mtu, tags } as const;

export type MatchFieldName = keyof typeof MATCH_FIELDS;

/** The compiled form of one field. */
export type CompiledField<F extends MatchFieldName> =
  (typeof MATCH_FIELDS)[F] extends MatchField<infer W> ? W : never;

/** A compiled `match`: every field is present, `null` if it demands nothing. */
export type Match = { readonly [F in MatchFieldName]: CompiledField<F> | null };

// The keys of the literal above, in its order.
export const MATCH_FIELD_NAMES = Object.keys(MATCH_FIELDS) as readonly MatchFieldName[];

/**
 * The match fields that compare a value of the interface itself, and those that compare values of its BGP peers. `id` is neither: it
 * names the interface.
 */
export type ValueMatchFieldName = Extract<MatchFieldName, ValueFieldName>;
export type SessionMatchFieldName = Exclude<MatchFieldName, ValueFieldName | 'id'>;
export const VALUE_MATCH_FIELD_NAMES: readonly ValueMatchFieldName[] = MATCH_FIELD_NAMES.filter(
  (field): field is ValueMatchFieldName => isValueField(field),
);

/** The result of one demanded field for one interface, with its texts. */
export interface FieldVerdict {
  /** `type` is a key of the grant itself, beside its `match` */
  readonly field: MatchFieldName | 'type';
  readonly expected: string;
  /** `null` if the API did not return it */
  readonly actual: string | null;
  readonly verdict: Ternary;
}

/** For what a field is evaluated: see `MatchField`. */
type Mode = 'matchesCertainly' | 'mayMatch';

/** Whether every field that `match` demands matches: the result of `evaluateMatch` without the texts. */
export function matchVerdict(match: Match, vif: VirtualInterface, mode: Mode): Ternary {
  let verdict: Ternary = 'yes';
  for (const field of MATCH_FIELD_NAMES) {
    const one = verdictOn(field, match, vif, mode);
    if (one === 'no') return one;
    if (one === 'unknown') verdict = one;
  }
  return verdict;
}

/** Evaluates every field that `match` demands, in the order of `MATCH_FIELDS`. */
export function evaluateMatch(match: Match, vif: VirtualInterface, mode: Mode): FieldVerdict[] {
  return MATCH_FIELD_NAMES.flatMap((field) => fieldVerdict(field, match, vif, mode));
}

/** `null`: `match` does not demand this field. */
function verdictOn(field: MatchFieldName, match: Match, vif: VirtualInterface, mode: Mode): Ternary | null {
  const compiled = match[field];
  return compiled === null ? null : matchFieldOf(field)[mode](compiled, vif);
}

function fieldVerdict(
  field: MatchFieldName,
  match: Match,
  vif: VirtualInterface,
  mode: Mode,
): FieldVerdict[] {
  const compiled = match[field];
  if (compiled === null) return [];
  const matchField = matchFieldOf(field);
  const verdict = matchField[mode](compiled, vif);
  return [
    {
      field,
      expected: matchField.describeExpected(compiled),
      actual: matchField.describeActual(vif),
      verdict,
    },
  ];
}

/** The compiler cannot relate `MATCH_FIELDS[field]` to `match[field]`; the type `Match` guarantees the relation. */
function matchFieldOf(field: MatchFieldName): MatchField<NonNullable<Match[MatchFieldName]>> {
  return MATCH_FIELDS[field] as MatchField<NonNullable<Match[MatchFieldName]>>;
}

/**
 * Makes the decoder of the compiled `match` of grants and hold rules of one policy; it throws `Malformed`. Equal demands are kept in
 * memory once.
 */
export function matchDecoder(objectOf: ObjectDecoder): Decoder<Match> {
  const of = <W>({ decode }: MatchField<W>): Decoder<W | null> => orNull(deduplicated(decode));
  return objectOf<Match>({
    connection: of(MATCH_FIELDS.connection),
    id: of(MATCH_FIELDS.id),
    vlan: of(MATCH_FIELDS.vlan),
    asn: of(MATCH_FIELDS.asn),
    peers: of(MATCH_FIELDS.peers),
    name: of(MATCH_FIELDS.name),
    location: of(MATCH_FIELDS.location),
    bgpKey: of(MATCH_FIELDS.bgpKey),
    mtu: of(MATCH_FIELDS.mtu),
    tags: of(MATCH_FIELDS.tags),
  });
}

import { type Decoder, deduplicated, type ObjectDecoder, orNull } from '../decode.ts';
import type { VirtualInterface } from '../model.ts';
import { asn, bgpKey, peers } from './bgpSessions.ts';
import { connection, location, mtu, vlan } from './connectionVlanMtu.ts';
import type { MatchField, Ternary } from './matchField.ts';
import { name, tags } from './nameAndTags.ts';

/** Every match field, in the order in which people are told of them. A new one: a file here and in language/fields/. */
export const MATCH_FIELDS = { connection, vlan, asn, peers, name, location, bgpKey, mtu, tags } as const;

export type MatchFieldName = keyof typeof MATCH_FIELDS;

/** The compiled form of one field. */
export type CompiledField<F extends MatchFieldName> =
  (typeof MATCH_FIELDS)[F] extends MatchField<infer W> ? W : never;

/** A compiled `match`: every field written, `null` where it demands nothing. */
export type Match = { readonly [F in MatchFieldName]: CompiledField<F> | null };

// The keys of the literal above, in its order.
export const MATCH_FIELD_NAMES = Object.keys(MATCH_FIELDS) as readonly MatchFieldName[];

/** One demanded field held against one interface, with the words for people. */
export interface FieldVerdict {
  readonly field: MatchFieldName;
  readonly expected: string;
  /** `null` when the API did not give it */
  readonly actual: string | null;
  readonly verdict: Ternary;
}

/** How a field is held against an interface: see `MatchField`. */
type Mode = 'matchesCertainly' | 'mayMatch';

/** Whether every field that `match` demands holds: what `judge` says, without the words. */
export function matchVerdict(match: Match, vif: VirtualInterface, mode: Mode): Ternary {
  let verdict: Ternary = 'yes';
  for (const field of MATCH_FIELD_NAMES) {
    const one = verdictOn(field, match, vif, mode);
    if (one === 'no') return one;
    if (one === 'unknown') verdict = one;
  }
  return verdict;
}

/** Every field that `match` demands, in the order of `MATCH_FIELDS`. */
export function evaluateMatch(match: Match, vif: VirtualInterface, mode: Mode): FieldVerdict[] {
  return MATCH_FIELD_NAMES.flatMap((field) => told(field, match, vif, mode));
}

/** `null`: nothing is demanded of this field. */
function verdictOn(field: MatchFieldName, match: Match, vif: VirtualInterface, mode: Mode): Ternary | null {
  const wanted = match[field];
  return wanted === null ? null : rulesOf(field)[mode](wanted, vif);
}

function told(field: MatchFieldName, match: Match, vif: VirtualInterface, mode: Mode): FieldVerdict[] {
  const wanted = match[field];
  if (wanted === null) return [];
  const rules = rulesOf(field);
  const verdict = rules[mode](wanted, vif);
  return [{ field, expected: rules.describeExpected(wanted), actual: rules.describeActual(vif), verdict }];
}

/** The compiler cannot tie `MATCH_FIELDS[field]` to `match[field]`: `Match` is that tie. */
function rulesOf(field: MatchFieldName): MatchField<NonNullable<Match[MatchFieldName]>> {
  return MATCH_FIELDS[field] as MatchField<NonNullable<Match[MatchFieldName]>>;
}

/**
 * Reads the compiled `match` of every grant and line of one policy; throws `Malformed`. A demand that many make in the same words is
 * kept once.
 */
export function matchDecoder(objectOf: ObjectDecoder): Decoder<Match> {
  const of = <W>({ decode }: MatchField<W>): Decoder<W | null> => orNull(deduplicated(decode));
  return objectOf<Match>({
    connection: of(MATCH_FIELDS.connection),
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

import { type Decoder, object, orNull } from '../decode.ts';
import type { VirtualInterface } from '../model.ts';
import type { Ternary } from '../ternary.ts';
import type { MatchField } from './field.ts';
import { MATCH_FIELD_NAMES, MATCH_FIELDS, type Match, type MatchFieldName } from './index.ts';

/** One demanded field held against one interface, with the words for people. */
export interface FieldVerdict {
  readonly field: MatchFieldName;
  readonly wanted: string;
  /** `null` when the API did not give it */
  readonly seen: string | null;
  readonly verdict: Ternary;
}

/** Every field that `match` demands, in the order of `MATCH_FIELDS`. `mode`: see `MatchField`. */
export function judge(match: Match, vif: VirtualInterface, mode: 'fits' | 'touches'): FieldVerdict[] {
  return MATCH_FIELD_NAMES.flatMap((field) => {
    const verdict = judgeField(field, match, vif, mode);
    return verdict === null ? [] : [verdict];
  });
}

function judgeField<F extends MatchFieldName>(
  field: F,
  match: Match,
  vif: VirtualInterface,
  mode: 'fits' | 'touches',
): FieldVerdict | null {
  const wanted = match[field];
  if (wanted === null) return null;
  // The compiler cannot tie `match[field]` to `MATCH_FIELDS[field]` for a generic field; `Match` is that tie.
  const rules = MATCH_FIELDS[field] as MatchField<typeof wanted>;
  return { field, wanted: rules.wanted(wanted), seen: rules.seen(vif), verdict: rules[mode](wanted, vif) };
}

/** Reads a compiled `match`; throws `Malformed`. */
export const decodeMatch: Decoder<Match> = object<Match>({
  connection: orNull(MATCH_FIELDS.connection.decode),
  vlan: orNull(MATCH_FIELDS.vlan.decode),
  asn: orNull(MATCH_FIELDS.asn.decode),
  peers: orNull(MATCH_FIELDS.peers.decode),
  name: orNull(MATCH_FIELDS.name.decode),
  location: orNull(MATCH_FIELDS.location.decode),
  bgpKey: orNull(MATCH_FIELDS.bgpKey.decode),
  mtu: orNull(MATCH_FIELDS.mtu.decode),
  tags: orNull(MATCH_FIELDS.tags.decode),
});

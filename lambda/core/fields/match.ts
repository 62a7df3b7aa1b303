import { type Decoder, object, orNull } from '../decode.ts';
import type { VirtualInterface } from '../model.ts';
import { oncePer } from '../oncePer.ts';
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

/** How a field is held against an interface: see `MatchField`. */
type Mode = 'fits' | 'touches';

/** Whether every field that `match` demands holds: what `judge` says, without the words. */
export function verdictOf(match: Match, vif: VirtualInterface, mode: Mode): Ternary {
  let verdict: Ternary = 'yes';
  for (const demand of demandsOf(match)) {
    const one = demand.verdict(vif, mode);
    if (one === 'no') return one;
    if (one === 'unknown') verdict = one;
  }
  return verdict;
}

/** Every field that `match` demands, in the order of `MATCH_FIELDS`. */
export function judge(match: Match, vif: VirtualInterface, mode: Mode): FieldVerdict[] {
  return demandsOf(match).map((demand) => demand.told(vif, mode));
}

/** One demanded field, ready to be held against interfaces. */
interface Demand {
  verdict(vif: VirtualInterface, mode: Mode): Ternary;
  told(vif: VirtualInterface, mode: Mode): FieldVerdict;
}

const demandsOf = oncePer((match: Match) => MATCH_FIELD_NAMES.flatMap((field) => demandOf(field, match)));

function demandOf<F extends MatchFieldName>(field: F, match: Match): Demand[] {
  const wanted = match[field];
  if (wanted === null) return [];
  // The compiler cannot tie `match[field]` to `MATCH_FIELDS[field]` for a generic field; `Match` is that tie.
  const rules = MATCH_FIELDS[field] as MatchField<typeof wanted>;
  return [
    {
      verdict: (vif, mode) => rules[mode](wanted, vif),
      told: (vif, mode) => ({
        field,
        wanted: rules.wanted(wanted),
        seen: rules.seen(vif),
        verdict: rules[mode](wanted, vif),
      }),
    },
  ];
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

import { array, type Decoder, integer, Malformed } from '../decoders.ts';
import type { VirtualInterface } from '../model.ts';

/** Three-valued logic: a value that the API did not return is `unknown`, never a guess. */
export type Ternary = 'yes' | 'no' | 'unknown';

/** Conjunction: `no` before `unknown` before `yes`; `yes` for an empty list. */
export function allOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

/** Disjunction: `yes` before `unknown` before `no`; `no` for an empty list. */
export function anyOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('unknown') ? 'unknown' : 'no';
}

export function toTernary(known: boolean): Ternary {
  return known ? 'yes' : 'no';
}

/** A range of numbers, both ends included. */
export type Range = readonly [from: number, to: number];

export function range(least: number, most: number): Decoder<Range> {
  const ends = array(integer(least, most));
  return (raw, path) => {
    const [from, to, surplus] = ends(raw, path);
    if (from === undefined || to === undefined || surplus !== undefined || from > to) {
      throw new Malformed(path, 'a range of two ends in order', raw);
    }
    return [from, to];
  };
}

export function inRanges(ranges: readonly Range[], value: number): boolean {
  return ranges.some(([from, to]) => from <= value && value <= to);
}

export function formatRange([from, to]: Range): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** One field of the `match` of a grant or of a hold rule. `Compiled` is its form in a compiled policy. */
export interface MatchField<Compiled> {
  /** reads the compiled form; throws `Malformed` */
  readonly decode: Decoder<Compiled>;
  /** for a grant: whether the interface meets the demand, in every BGP peer for fields of sessions */
  matchesCertainly(compiled: Compiled, vif: VirtualInterface): Ternary;
  /** for a hold rule: whether the rule applies, to any BGP peer for fields of sessions */
  mayMatch(compiled: Compiled, vif: VirtualInterface): Ternary;
  /** the expected value as text */
  describeExpected(compiled: Compiled): string;
  /** the actual value as text, safe to print; `null` if the API did not return it */
  describeActual(vif: VirtualInterface): string | null;
}

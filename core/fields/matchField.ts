import { array, type Decoder, integer, Malformed } from '../decode.ts';
import type { VirtualInterface } from '../model.ts';

/** Three-valued logic: what the API did not say is `unknown`, never a guess. */
export type Ternary = 'yes' | 'no' | 'unknown';

/** `no` beats `unknown` beats `yes`; of nothing, `yes`. */
export function allOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

/** `yes` beats `unknown` beats `no`; of nothing, `no`. */
export function anyOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('unknown') ? 'unknown' : 'no';
}

export function toTernary(known: boolean): Ternary {
  return known ? 'yes' : 'no';
}

/** Both ends belong to it. */
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

/** One field of a grant's `match` or of a `hold` line, over the compiled form `Wanted`. */
export interface MatchField<Wanted> {
  /** reads the compiled form; throws `Malformed` */
  readonly decode: Decoder<Wanted>;
  /** whether a grant's demand is met: for every BGP session, where sessions matter */
  matchesCertainly(wanted: Wanted, vif: VirtualInterface): Ternary;
  /** whether a `hold` line concerns it: for any BGP session, where sessions matter */
  mayMatch(wanted: Wanted, vif: VirtualInterface): Ternary;
  /** what is wanted, for people */
  describeExpected(wanted: Wanted): string;
  /** what the interface has, for people, safe to print; `null` when the API did not give it */
  describeActual(vif: VirtualInterface): string | null;
}

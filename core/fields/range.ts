import { array, type Decoder, integer, Malformed } from '../decode.ts';

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

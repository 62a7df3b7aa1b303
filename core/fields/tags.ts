import { type Decoder, filled, Malformed, map, text } from '../decode.ts';
import { quote } from '../printableText.ts';
import { allOf, ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

type Wanted = Readonly<Record<string, readonly string[]>>;

const decode: Decoder<Wanted> = (raw, path) => {
  const wanted = map(filled(text('a tag value', () => true)))(raw, path);
  if (Object.keys(wanted).length === 0) throw new Malformed(path, 'at least one tag', raw);
  return wanted;
};

/** Every key with one of its values. AWS only: OUTSCALE never returns tags. */
export const tags: MatchField<Wanted> = {
  decode,
  fits: (wanted, vif) => {
    const { tags: has } = vif;
    if (has === null) return 'unknown';
    return allOf(
      Object.entries(wanted).map(([key, values]) => {
        const value = Object.hasOwn(has, key) ? has[key] : undefined;
        return ternary(value !== undefined && values.includes(value));
      }),
    );
  },
  touches: (wanted, vif) => tags.fits(wanted, vif),
  wanted: (wanted) =>
    Object.entries(wanted)
      .map(([key, values]) => `${quote(key)} = ${values.map(quote).join(' or ')}`)
      .join(' and '),
  seen: (vif) => {
    if (vif.tags === null) return null;
    const pairs = Object.entries(vif.tags).map(([key, value]) => `${quote(key)} = ${quote(value)}`);
    return pairs.length === 0 ? 'no tags' : pairs.join(' and ');
  },
};

import { type Decoder, Malformed, map, nonEmptyArray, string, text } from '../decode.ts';
import { quote } from '../printableText.ts';
import { allOf, type MatchField, toTernary } from './matchField.ts';

type Wanted = Readonly<Record<string, readonly string[]>>;

const decode: Decoder<Wanted> = (raw, path) => {
  const wanted = map(nonEmptyArray(text('a tag value', () => true)))(raw, path);
  if (Object.keys(wanted).length === 0) throw new Malformed(path, 'at least one tag', raw);
  return wanted;
};

/** Every key with one of its values. AWS only: OUTSCALE never returns tags. */
export const tags: MatchField<Wanted> = {
  decode,
  matchesCertainly: (wanted, vif) => {
    const { tags: has } = vif;
    if (has === null) return 'unknown';
    return allOf(
      Object.entries(wanted).map(([key, values]) => {
        const value = Object.hasOwn(has, key) ? has[key] : undefined;
        return toTernary(value !== undefined && values.includes(value));
      }),
    );
  },
  mayMatch: (wanted, vif) => tags.matchesCertainly(wanted, vif),
  describeExpected: (wanted) =>
    Object.entries(wanted)
      .map(([key, values]) => `${quote(key)} = ${values.map(quote).join(' or ')}`)
      .join(' and '),
  describeActual: (vif) => {
    if (vif.tags === null) return null;
    const pairs = Object.entries(vif.tags).map(([key, value]) => `${quote(key)} = ${quote(value)}`);
    return pairs.length === 0 ? 'no tags' : pairs.join(' and ');
  },
};

/** The requester's own label: anchored globs with `*` only, case-sensitive. */
export const name: MatchField<readonly string[]> = {
  decode: nonEmptyArray(string),
  matchesCertainly: (wanted, vif) => {
    const label = vif.name;
    return label === null ? 'unknown' : toTernary(wanted.some((glob) => globMatches(glob, label)));
  },
  mayMatch: (wanted, vif) => name.matchesCertainly(wanted, vif),
  describeExpected: (wanted) => wanted.map(quote).join(' or '),
  describeActual: (vif) => (vif.name === null ? null : quote(vif.name)),
};

/** Linear in the text for each star, with no regular expression to blow up. */
export function globMatches(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const middle = text.slice(first.length, text.length - last.length);
  let from = 0;
  for (const part of rest) {
    const found = middle.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return true;
}

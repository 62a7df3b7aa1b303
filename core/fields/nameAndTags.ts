import { type Decoder, Malformed, map, nonEmptyArray, string, text } from '../decoders.ts';
import { quote } from '../printableText.ts';
import { allOf, type MatchField, toTernary } from './matchField.ts';

type CompiledTags = Readonly<Record<string, readonly string[]>>;

const decode: Decoder<CompiledTags> = (raw, path) => {
  const compiled = map(nonEmptyArray(text('a tag value', () => true)))(raw, path);
  if (Object.keys(compiled).length === 0) throw new Malformed(path, 'at least one tag', raw);
  return compiled;
};

/** Every key with one of its allowed values. AWS only: OUTSCALE never returns tags. */
export const tags: MatchField<CompiledTags> = {
  decode,
  matchesCertainly: (compiled, vif) => {
    const { tags: has } = vif;
    if (has === null) return 'unknown';
    return allOf(
      Object.entries(compiled).map(([key, values]) => {
        const value = Object.hasOwn(has, key) ? has[key] : undefined;
        return toTernary(value !== undefined && values.includes(value));
      }),
    );
  },
  mayMatch: (compiled, vif) => tags.matchesCertainly(compiled, vif),
  describeExpected: (compiled) =>
    Object.entries(compiled)
      .map(([key, values]) => `${quote(key)} = ${values.map(quote).join(' or ')}`)
      .join(' and '),
  describeActual: (vif) => {
    if (vif.tags === null) return null;
    const pairs = Object.entries(vif.tags).map(([key, value]) => `${quote(key)} = ${quote(value)}`);
    return pairs.length === 0 ? 'no tags' : pairs.join(' and ');
  },
};

/** The name that the requester chose: anchored globs with `*` only, case-sensitive. */
export const name: MatchField<readonly string[]> = {
  decode: nonEmptyArray(string),
  matchesCertainly: (compiled, vif) => {
    const label = vif.name;
    return label === null ? 'unknown' : toTernary(compiled.some((glob) => globMatches(glob, label)));
  },
  mayMatch: (compiled, vif) => name.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.map(quote).join(' or '),
  describeActual: (vif) => (vif.name === null ? null : quote(vif.name)),
};

/** Linear in the text for each star, without a regular expression, whose time could grow exponentially. */
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

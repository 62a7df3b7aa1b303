import { filled, string } from '../decode.ts';
import { quote } from '../printableText.ts';
import { ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

/** The requester's own label: anchored globs with `*` only, case-sensitive. */
export const name: MatchField<readonly string[]> = {
  decode: filled(string),
  fits: (wanted, vif) => {
    const label = vif.name;
    return label === null ? 'unknown' : ternary(wanted.some((glob) => globMatches(glob, label)));
  },
  touches: (wanted, vif) => name.fits(wanted, vif),
  wanted: (wanted) => wanted.map(quote).join(' or '),
  seen: (vif) => (vif.name === null ? null : quote(vif.name)),
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

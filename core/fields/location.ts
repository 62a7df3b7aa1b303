import { filled, string } from '../decode.ts';
import { escapeText } from '../printableText.ts';
import { ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

/** The facility of the connection, by the provider's code. */
export const location: MatchField<readonly string[]> = {
  decode: filled(string),
  fits: (wanted, vif) => (vif.location === null ? 'unknown' : ternary(wanted.includes(vif.location))),
  touches: (wanted, vif) => location.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.location === null ? null : escapeText(vif.location)),
};

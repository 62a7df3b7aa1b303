import { filled } from '../decode.ts';
import { ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';
import { formatRange, inRanges, type Range, range } from './range.ts';

/** The 802.1Q tag, 1 to 4094. */
export const vlan: MatchField<readonly Range[]> = {
  decode: filled(range(1, 4094)),
  fits: (wanted, vif) => (vif.vlan === null ? 'unknown' : ternary(inRanges(wanted, vif.vlan))),
  touches: (wanted, vif) => vlan.fits(wanted, vif),
  wanted: (wanted) => wanted.map(formatRange).join(' or '),
  seen: (vif) => (vif.vlan === null ? null : String(vif.vlan)),
};

import { filled, integer } from '../decode.ts';
import { ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

/** The maximum transmission unit in bytes. AWS only: OUTSCALE never returns it. */
export const mtu: MatchField<readonly number[]> = {
  decode: filled(integer(1, 65535)),
  fits: (wanted, vif) => (vif.mtu === null ? 'unknown' : ternary(wanted.includes(vif.mtu))),
  touches: (wanted, vif) => mtu.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.mtu === null ? null : String(vif.mtu)),
};

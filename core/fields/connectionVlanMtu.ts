import { filled, integer, string, text } from '../decode.ts';
import { escapeText } from '../printableText.ts';
import { isConnectionId } from '../resourceIds.ts';
import { formatRange, inRanges, type MatchField, type Range, range, ternary } from './matchField.ts';

/** The facility of the connection, by the provider's code. */
export const location: MatchField<readonly string[]> = {
  decode: filled(string),
  fits: (wanted, vif) => (vif.location === null ? 'unknown' : ternary(wanted.includes(vif.location))),
  touches: (wanted, vif) => location.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.location === null ? null : escapeText(vif.location)),
};

/** The 802.1Q tag, 1 to 4094. */
export const vlan: MatchField<readonly Range[]> = {
  decode: filled(range(1, 4094)),
  fits: (wanted, vif) => (vif.vlan === null ? 'unknown' : ternary(inRanges(wanted, vif.vlan))),
  touches: (wanted, vif) => vlan.fits(wanted, vif),
  wanted: (wanted) => wanted.map(formatRange).join(' or '),
  seen: (vif) => (vif.vlan === null ? null : String(vif.vlan)),
};

/** The maximum transmission unit in bytes. AWS only: OUTSCALE never returns it. */
export const mtu: MatchField<readonly number[]> = {
  decode: filled(integer(1, 65535)),
  fits: (wanted, vif) => (vif.mtu === null ? 'unknown' : ternary(wanted.includes(vif.mtu))),
  touches: (wanted, vif) => mtu.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.mtu === null ? null : String(vif.mtu)),
};

/** The connection it stands on: set by the platform, never by the requester. */
export const connection: MatchField<readonly string[]> = {
  decode: filled(text('a connection ID', isConnectionId)),
  fits: (wanted, vif) => (vif.connection === null ? 'unknown' : ternary(wanted.includes(vif.connection))),
  touches: (wanted, vif) => connection.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.connection === null ? null : escapeText(vif.connection)),
};

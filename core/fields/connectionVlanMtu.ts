import { integer, nonEmptyArray, string, text } from '../decode.ts';
import { escapeText } from '../printableText.ts';
import { isConnectionId } from '../resourceIds.ts';
import { formatRange, inRanges, type MatchField, type Range, range, toTernary } from './matchField.ts';

/** The facility of the connection, by the provider's code. */
export const location: MatchField<readonly string[]> = {
  decode: nonEmptyArray(string),
  matchesCertainly: (wanted, vif) =>
    vif.location === null ? 'unknown' : toTernary(wanted.includes(vif.location)),
  mayMatch: (wanted, vif) => location.matchesCertainly(wanted, vif),
  describeExpected: (wanted) => wanted.join(' or '),
  describeActual: (vif) => (vif.location === null ? null : escapeText(vif.location)),
};

/** The 802.1Q tag, 1 to 4094. */
export const vlan: MatchField<readonly Range[]> = {
  decode: nonEmptyArray(range(1, 4094)),
  matchesCertainly: (wanted, vif) => (vif.vlan === null ? 'unknown' : toTernary(inRanges(wanted, vif.vlan))),
  mayMatch: (wanted, vif) => vlan.matchesCertainly(wanted, vif),
  describeExpected: (wanted) => wanted.map(formatRange).join(' or '),
  describeActual: (vif) => (vif.vlan === null ? null : String(vif.vlan)),
};

/** The maximum transmission unit in bytes. AWS only: OUTSCALE never returns it. */
export const mtu: MatchField<readonly number[]> = {
  decode: nonEmptyArray(integer(1, 65535)),
  matchesCertainly: (wanted, vif) => (vif.mtu === null ? 'unknown' : toTernary(wanted.includes(vif.mtu))),
  mayMatch: (wanted, vif) => mtu.matchesCertainly(wanted, vif),
  describeExpected: (wanted) => wanted.join(' or '),
  describeActual: (vif) => (vif.mtu === null ? null : String(vif.mtu)),
};

/** The connection it stands on: set by the platform, never by the requester. */
export const connection: MatchField<readonly string[]> = {
  decode: nonEmptyArray(text('a connection ID', isConnectionId)),
  matchesCertainly: (wanted, vif) =>
    vif.connection === null ? 'unknown' : toTernary(wanted.includes(vif.connection)),
  mayMatch: (wanted, vif) => connection.matchesCertainly(wanted, vif),
  describeExpected: (wanted) => wanted.join(' or '),
  describeActual: (vif) => (vif.connection === null ? null : escapeText(vif.connection)),
};

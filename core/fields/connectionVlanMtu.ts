import { integer, nonEmptyArray, string, text } from '../decoders.ts';
import { escapeText } from '../printableText.ts';
import { isConnectionId, isVirtualInterfaceId } from '../resourceIds.ts';
import { formatRange, inRanges, type MatchField, type Range, range, toTernary } from './matchField.ts';

/** The connection that carries the interface: set by the platform, never by the requester. */
export const connection: MatchField<readonly string[]> = {
  decode: nonEmptyArray(text('a connection ID', isConnectionId)),
  matchesCertainly: (compiled, vif) =>
    vif.connection === null ? 'unknown' : toTernary(compiled.includes(vif.connection)),
  mayMatch: (compiled, vif) => connection.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.join(' or '),
  describeActual: (vif) => (vif.connection === null ? null : escapeText(vif.connection)),
};

/** The ID of the interface, which the platform chooses. An interface that the API returned without a readable ID may have any. */
export const id: MatchField<readonly string[]> = {
  decode: nonEmptyArray(text('the ID of a virtual interface', isVirtualInterfaceId)),
  matchesCertainly: (compiled, vif) =>
    isVirtualInterfaceId(vif.id) ? toTernary(compiled.includes(vif.id)) : 'unknown',
  mayMatch: (compiled, vif) => id.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.join(' or '),
  describeActual: (vif) => (isVirtualInterfaceId(vif.id) ? vif.id : null),
};

/** The facility of the connection, by the provider's code. */
export const location: MatchField<readonly string[]> = {
  decode: nonEmptyArray(string),
  matchesCertainly: (compiled, vif) =>
    vif.location === null ? 'unknown' : toTernary(compiled.includes(vif.location)),
  mayMatch: (compiled, vif) => location.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.join(' or '),
  describeActual: (vif) => (vif.location === null ? null : escapeText(vif.location)),
};

/** The 802.1Q tag, 1 to 4094. */
export const vlan: MatchField<readonly Range[]> = {
  decode: nonEmptyArray(range(1, 4094)),
  matchesCertainly: (compiled, vif) =>
    vif.vlan === null ? 'unknown' : toTernary(inRanges(compiled, vif.vlan)),
  mayMatch: (compiled, vif) => vlan.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.map(formatRange).join(' or '),
  describeActual: (vif) => (vif.vlan === null ? null : String(vif.vlan)),
};

/** The maximum transmission unit in bytes. AWS only: OUTSCALE never returns it. */
export const mtu: MatchField<readonly number[]> = {
  decode: nonEmptyArray(integer(1, 65535)),
  matchesCertainly: (compiled, vif) => (vif.mtu === null ? 'unknown' : toTernary(compiled.includes(vif.mtu))),
  mayMatch: (compiled, vif) => mtu.matchesCertainly(compiled, vif),
  describeExpected: (compiled) => compiled.join(' or '),
  describeActual: (vif) => (vif.mtu === null ? null : String(vif.mtu)),
};

import { filled } from '../decode.ts';
import type { BgpPeer } from '../model.ts';
import { allOf, anyOf, type Ternary, ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';
import { formatRange, inRanges, type Range, range } from './range.ts';

/** The customer's autonomous system number, long ones too. */
export const asn: MatchField<readonly Range[]> = {
  decode: filled(range(1, 4294967295)),
  // No session listed is no proof: unknown, for a grant as for a hold line.
  fits: (wanted, vif) =>
    vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map((peer) => ofPeer(wanted, peer))),
  touches: (wanted, vif) =>
    vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map((peer) => ofPeer(wanted, peer))),
  wanted: (wanted) => wanted.map(formatRange).join(' or '),
  seen: (vif) =>
    vif.peers.every((peer) => peer.asn === null)
      ? null
      : vif.peers.map((peer) => peer.asn ?? 'unknown').join(' and '),
};

function ofPeer(wanted: readonly Range[], peer: BgpPeer): Ternary {
  return peer.asn === null ? 'unknown' : ternary(inRanges(wanted, peer.asn));
}

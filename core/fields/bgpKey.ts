import { oneOf } from '../decode.ts';
import type { BgpPeer } from '../model.ts';
import { allOf, anyOf, type Ternary, ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

/** Every BGP session has a key. No predicate of a `hold` line. */
export const bgpKey: MatchField<'required'> = {
  decode: oneOf(['required']),
  fits: (_, vif) => (vif.peers.length === 0 ? 'unknown' : allOf(vif.peers.map(hasKey))),
  touches: (_, vif) => (vif.peers.length === 0 ? 'unknown' : anyOf(vif.peers.map(hasKey))),
  wanted: () => 'a BGP key on every session',
  seen: (vif) =>
    vif.peers.every((peer) => peer.hasKey === null)
      ? null
      : vif.peers
          .map((peer) => (peer.hasKey === null ? 'unknown' : peer.hasKey ? 'a key' : 'no key'))
          .join(' and '),
};

function hasKey(peer: BgpPeer): Ternary {
  return peer.hasKey === null ? 'unknown' : ternary(peer.hasKey);
}

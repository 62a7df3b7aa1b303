import type { BgpPeer, Field } from '../../core/model.ts';
import { Reader } from '../aws/fieldReader.ts';

/**
 * The BGP sessions of an interface: those of `bgpPeers`, and the one that the interface's own fields describe unless
 * it is one of them. OUTSCALE, and AWS in old interfaces, only have the latter.
 */
export function readPeers(reader: Reader): readonly BgpPeer[] {
  const before = reader.faults.length;
  const items = reader.part(SESSION_FIELDS, () => reader.items('bgpPeers')) ?? [];
  // Fail closed: a list that is none may hold any session.
  if (reader.faults.length > before) return [UNKNOWN_PEER, readPeer(reader)];
  const listed = items.map((item) => {
    const session = new Reader(item, 'bgpPeers');
    const peer = readPeer(session);
    reader.part(session.isObject ? [] : SESSION_FIELDS, () => reader.include(session));
    return peer;
  });
  const own = readPeer(reader);
  const says =
    own.asn !== null || own.amazonAddress !== null || own.customerAddress !== null || own.hasKey !== null;
  // Fail closed: what the interface says of itself and no session repeats is a session more to satisfy.
  return says && !listed.some((peer) => repeats(peer, own)) ? [...listed, own] : listed;
}

/** All that is read of a session. */
export const SESSION_FIELDS = ['asn', 'addresses', 'bgpKey'] as const satisfies readonly Field[];

const UNKNOWN_PEER: BgpPeer = { asn: null, amazonAddress: null, customerAddress: null, hasKey: null };

function readPeer(reader: Reader): BgpPeer {
  return {
    asn: reader.part('asn', () => readAsn(reader)),
    amazonAddress: reader.part('addresses', () => reader.text('amazonAddress')),
    customerAddress: reader.part('addresses', () => reader.text('customerAddress')),
    hasKey: reader.part('bgpKey', () => reader.isSet('authKey')),
  };
}

/** `asn` is 0 when a long ASN is in use, which then stands in `asnLong`. */
function readAsn(reader: Reader): number | null {
  const short = reader.integer('asn', 0, 4294967295) || null;
  const long = reader.integer('asnLong', 0, 4294967295) || null;
  if (short === null || long === null || short === long) return short ?? long;
  reader.fault('`asn` and `asnLong` contradict each other');
  return null;
}

function repeats(peer: BgpPeer, own: BgpPeer): boolean {
  return (
    (own.asn === null || own.asn === peer.asn) &&
    (own.amazonAddress === null || own.amazonAddress === peer.amazonAddress) &&
    (own.customerAddress === null || own.customerAddress === peer.customerAddress) &&
    (own.hasKey === null || own.hasKey === peer.hasKey)
  );
}

import { type Dialect, pickFields } from '../dialects.ts';
import { isPeerOver } from '../lifecycle.ts';
import { xmlElement } from '../queryProtocol.ts';
import type { Output } from '../wire.ts';
import type { BgpPeer, VirtualInterface } from '../world.ts';
import { DEFAULT_AMAZON_ASN } from './directConnectGateways.ts';
import { serializeTags } from './tags.ts';

export const DEVICE = 'emulated-device-1';
/** The largest ASN that fits into `asn`; larger ones are long. */
const MAX_SHORT_ASN = 2147483646;

/** Serializes an interface as the dialect returns it. */
export function serializeInterface(vif: VirtualInterface, dialect: Dialect): Output {
  const { connection, gateway } = vif;
  const amazonSideAsn = gateway?.asn ?? DEFAULT_AMAZON_ASN;
  const [first] = vif.peers.filter((peer) => !isPeerOver(peer));
  const all = {
    ...(first === undefined ? {} : presentSession(first, dialect)),
    ownerAccount: ownerAccount(vif, dialect),
    virtualInterfaceId: vif.id,
    location: connection.location,
    connectionId: connection.id,
    virtualInterfaceType: vif.type,
    virtualInterfaceName: vif.name,
    vlan: vif.vlan,
    amazonSideAsn,
    virtualInterfaceState: vif.state,
    customerRouterConfig: routerConfig(vif, first, amazonSideAsn),
    mtu: vif.mtu,
    jumboFrameCapable: true,
    siteLinkEnabled: false,
    virtualGatewayId: gateway?.virtual ?? '',
    directConnectGatewayId: gateway?.directConnect ?? '',
    routeFilterPrefixes: vif.routeFilterPrefixes,
    bgpPeers: vif.peers.map((peer) => presentPeer(peer, vif, dialect)),
    region: connection.region,
    ...(vif.rateLimit === '' ? {} : { rateLimit: vif.rateLimit }),
    ...serializePrefixCounts(vif),
    ...serializeTags(vif.tags),
  };
  return { ...pickFields(all, dialect.interfaceFields), ...vif.disguise.shows };
}

function serializePrefixCounts({ prefixCounts: { ipv4, ipv6 } }: VirtualInterface): Output {
  return {
    ...(ipv4 === null ? {} : { prefixPoolAllocatedCountIpv4: ipv4 }),
    ...(ipv6 === null ? {} : { prefixPoolAllocatedCountIpv6: ipv6 }),
  };
}

function presentPeer(peer: BgpPeer, vif: VirtualInterface, dialect: Dialect): Output {
  const { bgpPeerState, bgpStatus } = peerStates(vif);
  return {
    bgpPeerId: peer.id,
    ...presentSession(peer, dialect),
    bgpPeerState: peer.state === 'live' ? bgpPeerState : peer.state,
    bgpStatus: isPeerOver(peer) ? 'down' : bgpStatus,
  };
}

function presentSession(peer: BgpPeer, dialect: Dialect): Output {
  return {
    ...presentAsn(peer.asn, dialect),
    authKey: peer.authKey,
    addressFamily: peer.addressFamily,
    amazonAddress: peer.amazonAddress,
    customerAddress: peer.customerAddress,
    awsDeviceV2: DEVICE,
    awsLogicalDeviceId: DEVICE,
  };
}

function ownerAccount(vif: VirtualInterface, { ownerAccountWhileConfirming }: Dialect): string {
  const accepted = vif.gateway !== null;
  return !accepted && ownerAccountWhileConfirming === 'requester' ? vif.connection.account : vif.recipient;
}

/** AWS documents a short ASN in both members, and a long one in `asnLong` with an `asn` of 0. */
function presentAsn(asn: number, { separateLongAsn }: Dialect): { asn: number; asnLong?: number } {
  return separateLongAsn ? { asn: asn > MAX_SHORT_ASN ? 0 : asn, asnLong: asn } : { asn };
}

function peerStates({ state }: VirtualInterface): { bgpPeerState: string; bgpStatus: string } {
  if (state === 'available') return { bgpPeerState: 'available', bgpStatus: 'up' };
  return { bgpPeerState: state === 'down' ? 'available' : 'pending', bgpStatus: 'down' };
}

/** Contains the key in clear text, as the real API does, so that tests can check that clients keep it secret. */
function routerConfig(vif: VirtualInterface, peer: BgpPeer | undefined, amazonSideAsn: number): string {
  const fields = {
    vlan: vif.vlan,
    customer_address: peer?.customerAddress ?? '',
    amazon_address: peer?.amazonAddress ?? '',
    bgp_asn: peer?.asn ?? '',
    bgp_auth_key: peer?.authKey ?? '',
    amazon_bgp_asn: amazonSideAsn,
    connection_type: vif.type,
  };
  const lines = Object.entries(fields).map(([name, value]) => `  ${xmlElement(name, String(value))}`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${head}\n<logical_connection id="${vif.id}">\n${lines.join('\n')}\n</logical_connection>\n`;
}

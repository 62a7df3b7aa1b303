import { formatCidr, parseHostAddress } from '../../lambda/core/ip.ts';
import type { Provider, VirtualInterface } from '../../lambda/core/model.ts';
import type { WrittenMatch } from '../fields/match.ts';

/** A `match` that pins everything that a request has. What the API did not give cannot be demanded. */
export function pinsOf(request: VirtualInterface, provider: Provider): WrittenMatch {
  const { connection, vlan, name, location, mtu, tags } = request;
  return {
    ...(connection === null ? {} : { connection: [connection] }),
    ...(vlan === null ? {} : { vlan: [vlan] }),
    ...ofSessions(request),
    ...(name === null ? {} : { name: [name] }),
    ...(location === null ? {} : { location: [location] }),
    ...(provider !== 'aws' || mtu === null ? {} : { mtu: [mtu] }),
    ...(provider !== 'aws' || tags === null || Object.keys(tags).length === 0
      ? {}
      : { tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, [value]])) }),
  };
}

function ofSessions({ peers }: VirtualInterface): WrittenMatch {
  if (peers.length === 0) return {};
  const asns = peers.map(({ asn }) => asn).filter((asn) => asn !== null);
  const subnets = peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((text) => (text === null ? null : parseHostAddress(text)))
    .filter((address) => address !== null)
    .map(({ subnet }) => formatCidr(subnet));
  return {
    ...(asns.length < peers.length ? {} : { asn: [...new Set(asns)] }),
    // The narrowest block that is wide enough: an address counts with its subnet.
    ...(subnets.length < 2 * peers.length ? {} : { peers: [...new Set(subnets)] }),
    ...(peers.every(({ hasKey }) => hasKey === true) ? { bgpKey: 'required' as const } : {}),
  };
}

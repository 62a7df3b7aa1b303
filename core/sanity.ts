import type { World } from './decisionContext.ts';
import { against, type Inspection, merge, NOTHING, skip } from './inspection.ts';
import { contains, type HostAddress, isBroadcast, parseHostAddress, sameSubnet } from './ip.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import { addressesFree, vlanFree } from './networkConflicts.ts';
import { quote } from './printableText.ts';

/**
 * Whether the request would make sense as a network: VLAN free, addresses paired and free, ASNs different.
 * What the API does not give is skipped and said; what cannot be read of a neighbour counts wherever it could.
 */
export function networkSanity(
  request: VirtualInterface,
  gatewayId: string,
  gatewayAsn: number | null,
  recipient: Recipient,
  world: World,
): Inspection {
  return merge([
    sanityBesideOthers(request, gatewayId, recipient, world),
    asnsDiffer(request, gatewayId, gatewayAsn),
  ]);
}

/** Those of the checks that need no look at the gateway. */
export function sanityBesideOthers(
  request: VirtualInterface,
  gatewayId: string,
  recipient: Recipient,
  world: World,
): Inspection {
  return merge([
    vlanFree(request, world),
    addressesPaired(request),
    addressesFree(request, gatewayId, recipient, world),
  ]);
}

/** Whether the two addresses of each session make sense as a pair: by themselves, whatever else is there. */
export function addressesPaired(request: Pick<VirtualInterface, 'peers'>): Inspection {
  const found = request.peers.map(({ amazonAddress, customerAddress }) =>
    amazonAddress === null || customerAddress === null
      ? alone(amazonAddress ?? customerAddress)
      : paired(amazonAddress, customerAddress),
  );
  return request.peers.length === 0 ? skip('peer addresses: the API lists no BGP peer') : merge(found);
}

/** The one address that is given; `null`: neither. */
function alone(address: string | null): Inspection {
  // Fail closed: once it is accepted, it may stand for any address, and would hold every other request for its gateway.
  if (address !== null && parseHostAddress(address) === null)
    return against('peers-invalid', `${quote(address)} is no address`);
  return skip('peer addresses: the API does not give both');
}

function paired(ours: string, theirs: string): Inspection {
  const [a, b] = [parseHostAddress(ours), parseHostAddress(theirs)];
  const pair = `${quote(ours)} and ${quote(theirs)}`;
  const invalid = (why: string): Inspection => against('peers-invalid', `${pair}${why}`);
  if (a === null || b === null) return invalid(' are not both addresses');
  if (a.host === b.host) return invalid(' are the same address');
  // The first address of a subnet is let through: OUTSCALE's own guide gives it to a peer, and AWS refuses it itself.
  const broadcast = isBroadcast(within(b, a)) ? ours : isBroadcast(within(a, b)) ? theirs : null;
  if (broadcast !== null) return invalid(`: ${quote(broadcast)} is the broadcast address of its subnet`);
  switch (sameSubnet(a, b)) {
    case 'yes':
      return NOTHING;
    case 'no':
      return invalid(' are not in one subnet');
    case 'unknown':
      return skip(`peer addresses: the API gives ${pair} without a prefix length`);
  }
}

/** A bare address as one of the other's subnet, where it lies in that: it has no other, or the two are no pair. */
function within(other: HostAddress, one: HostAddress): HostAddress {
  return one.isBare && contains(other.subnet, one.subnet) ? { ...one, subnet: other.subnet } : one;
}

function asnsDiffer(request: VirtualInterface, gatewayId: string, gatewayAsn: number | null): Inspection {
  if (gatewayAsn === null)
    return skip(`ASN conflict: the API does not give the ASN of gateway \`${gatewayId}\``);
  const asns = request.peers.map(({ asn }) => asn);
  if (asns.includes(gatewayAsn)) {
    return against(
      'asn-conflict',
      `the customer's ASN ${gatewayAsn} is also that of gateway \`${gatewayId}\``,
    );
  }
  const complete = asns.length > 0 && !asns.includes(null);
  return complete ? NOTHING : skip("ASN conflict: the API does not give the customer's ASN");
}

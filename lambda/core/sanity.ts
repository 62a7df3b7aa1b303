import type { Inspection } from './inspection.ts';
import { type Cidr, isBroadcast, overlaps, parseHostAddress, sameSubnet } from './ip.ts';
import { isReadable, type VirtualInterface } from './model.ts';
import type { Reason } from './reasons.ts';
import { subnetsOf } from './subnets.ts';
import { listSome, quote } from './text.ts';
import { occupies, type World } from './world.ts';

/**
 * Whether the request would make sense as a network: VLAN free, addresses paired and free, ASNs different.
 * What the API does not give is skipped and said; an unreadable neighbour counts wherever it could.
 */
export function networkSanity(
  request: VirtualInterface,
  gatewayId: string,
  gatewayAsn: number | null,
  world: World,
): Inspection {
  const neighbours = (isNear: (vif: VirtualInterface) => boolean): VirtualInterface[] =>
    world.interfaces.filter((vif) => isNear(vif) && occupies(vif, world, request.id));
  const checks = [
    vlanFree(request, neighbours),
    addressesPaired(request),
    addressesFree(
      request,
      neighbours((vif) => isOnGateway(vif, gatewayId, world)),
    ),
    asnsDiffer(request, gatewayId, gatewayAsn),
    unlistedOnGateway(request, gatewayId, world),
  ];
  return merge(checks);
}

/** @param neighbours those that are near in this sense */
function vlanFree(
  request: VirtualInterface,
  neighbours: (isNear: (vif: VirtualInterface) => boolean) => VirtualInterface[],
): Inspection {
  const { connection, vlan } = request;
  if (connection === null || vlan === null)
    return skip('VLAN in use: the API gives no VLAN or no connection');
  const onConnection = neighbours(
    (vif) => vif.connection === connection || isUnreadable(vif, vif.connection),
  );
  const taken = onConnection.filter((vif) => vif.vlan === vlan || isUnreadable(vif, vif.vlan));
  const skipped = onConnection.filter((vif) => isReadable(vif) && vif.vlan === null);
  return {
    reasons: taken.map((vif) => ({
      code: 'vlan-in-use',
      message:
        vif.vlan === null || vif.connection === null
          ? `VLAN ${vlan} on ${quote(connection)} may be in use by ${quote(vif.id)}, which is unreadable`
          : `VLAN ${vlan} on ${quote(connection)} is in use by ${quote(vif.id)}`,
    })),
    skipped: skipped.map(({ id }) => `VLAN in use: the API gives no VLAN for ${quote(id)}`),
  };
}

function addressesPaired(request: VirtualInterface): Inspection {
  const found = request.peers.map(({ amazonAddress, customerAddress }) =>
    amazonAddress === null || customerAddress === null
      ? skip('peer addresses: the API does not give both')
      : paired(amazonAddress, customerAddress),
  );
  return request.peers.length === 0 ? skip('peer addresses: the API lists no BGP peer') : merge(found);
}

function paired(ours: string, theirs: string): Inspection {
  const [a, b] = [parseHostAddress(ours), parseHostAddress(theirs)];
  const pair = `${quote(ours)} and ${quote(theirs)}`;
  const invalid = (why: string): Inspection => against('peers-invalid', `${pair}${why}`);
  if (a === null || b === null) return invalid(' are not both addresses');
  if (a.host === b.host) return invalid(' are the same address');
  // The first address of a subnet is let through: OUTSCALE's own guide gives it to a peer, and AWS refuses it itself.
  const broadcast = isBroadcast(a) ? ours : isBroadcast(b) ? theirs : null;
  if (broadcast !== null) return invalid(`: ${quote(broadcast)} is the broadcast address of its subnet`);
  const sized = ours.includes('/') && theirs.includes('/');
  if (!sized && a.subnet.family === b.subnet.family)
    return skip('peer addresses: the API gives them without a prefix length');
  return sameSubnet(a, b) ? NOTHING : invalid(' are not in one subnet');
}

function addressesFree(request: VirtualInterface, neighbours: readonly VirtualInterface[]): Inspection {
  const own = knownSubnets(request);
  if (own.length === 0) return skip('peers overlap: the API gives no address');
  return merge(
    neighbours.map((vif) => {
      const theirs = knownSubnets(vif);
      if (theirs.some((other) => own.some((mine) => overlaps(mine, other))))
        return against(
          'peers-overlap',
          `peer addresses overlap those of ${quote(vif.id)} on the same gateway`,
        );
      const complete = vif.peers.length > 0 && theirs.length === 2 * vif.peers.length;
      if (complete) return NOTHING;
      // Fail closed: an unreadable neighbour could have any address.
      return isReadable(vif)
        ? skip(`peers overlap: the API does not give every address of ${quote(vif.id)}`)
        : against(
            'peers-overlap',
            `peer addresses may overlap those of ${quote(vif.id)}, which is unreadable`,
          );
    }),
  );
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

/**
 * Fail closed: what we gave the gateway to, and is neither listed nor known to be over, may have any address. There is such a
 * thing only where a run had no time to describe all that its listing lacks.
 */
function unlistedOnGateway(
  request: VirtualInterface,
  gatewayId: string,
  { interfaces, intents, acceptances }: World,
): Inspection {
  const listed = new Set(interfaces.map(({ id }) => id));
  const unlisted = Object.entries({ ...acceptances, ...intents })
    .filter(([id, { gateway }]) => gateway === gatewayId && id !== request.id && !listed.has(id))
    .map(([id]) => quote(id));
  if (unlisted.length === 0) return NOTHING;
  return against(
    'peers-overlap',
    `peer addresses may overlap those of ${listSome(unlisted, 5)}, which we accepted for the same gateway: ` +
      'the listing lacks it, and it is not described yet; the next pass describes it',
  );
}

/** On the gateway, or was or is being confirmed for it, or unreadable so that it could be. */
function isOnGateway(vif: VirtualInterface, gatewayId: string, { intents, acceptances }: World): boolean {
  return (
    (vif.gateway ?? acceptances[vif.id]?.gateway) === gatewayId ||
    intents[vif.id]?.gateway === gatewayId ||
    isUnreadable(vif, vif.gateway)
  );
}

function knownSubnets(vif: VirtualInterface): Cidr[] {
  return subnetsOf(vif).filter((subnet) => subnet !== null);
}

/** Fail closed: what an unreadable interface does not tell could be anything. */
function isUnreadable(vif: VirtualInterface, value: unknown): boolean {
  return value === null && !isReadable(vif);
}

const NOTHING: Inspection = { reasons: [], skipped: [] };

function skip(check: string): Inspection {
  return { reasons: [], skipped: [check] };
}

function against(code: Reason['code'], message: string): Inspection {
  return { reasons: [{ code, message }], skipped: [] };
}

function merge(parts: readonly Inspection[]): Inspection {
  return {
    reasons: parts.flatMap(({ reasons }) => reasons),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

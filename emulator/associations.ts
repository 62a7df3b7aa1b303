import { hasEnded } from './lifecycle.ts';
import type { GatewayAssociation, InterfaceType, Prefixes, World } from './world.ts';

/** The type of interface that goes with each type of associated gateway. */
const INTERFACE_TYPES = {
  virtualPrivateGateway: 'private',
  transitGateway: 'transit',
} as const satisfies Record<GatewayAssociation['type'], InterfaceType>;

/**
 * Creates an association of a Direct Connect gateway with a virtual private gateway or a transit gateway.
 * @returns `null` if no gateway of VPCs has the ID, or its type is not the one that the Direct Connect gateway serves
 */
export function associateGateways(
  world: World,
  directConnectGateway: string,
  associatedGateway: string,
  allowedPrefixes: Prefixes,
  state: string,
): GatewayAssociation | null {
  const virtual = world.virtualGateways.get(associatedGateway);
  const gateway = virtual ?? world.transitGateways.get(associatedGateway);
  if (gateway === undefined) return null;
  const type: GatewayAssociation['type'] = virtual === undefined ? 'transitGateway' : 'virtualPrivateGateway';
  const served = servedType(world, directConnectGateway);
  if (served !== null && served !== INTERFACE_TYPES[type]) return null;
  const { account, region } = gateway;
  const id = world.ids.gatewayAssociation();
  const ends = { account, region, directConnectGateway, associatedGateway, type };
  const since = world.clock.now().getTime();
  const made: GatewayAssociation = { id, ...ends, allowedPrefixes, state, since, stateForced: false };
  world.gatewayAssociations.set(id, made);
  return made;
}

/**
 * The type of interface that a Direct Connect gateway serves: the first association or accepted interface decides. `null`: it
 * has none, and serves either type.
 */
export function servedType(world: World, directConnectGateway: string): InterfaceType | null {
  const association = [...world.gatewayAssociations.values()].find(
    (one) => one.directConnectGateway === directConnectGateway && one.state !== 'disassociated',
  );
  if (association !== undefined) return INTERFACE_TYPES[association.type];
  const accepted = [...world.interfaces.values()].find(
    (vif) => vif.gateway?.directConnect === directConnectGateway && !hasEnded(vif),
  );
  return accepted?.type ?? null;
}

import { servedType } from '../associations.ts';
import { exactObject, optional, text } from '../decoders.ts';
import { setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import { type AttachedGateway, type InterfaceType, isIn, type VirtualInterface } from '../world.ts';
import { interfaceNotFound } from './callerResources.ts';

const confirmPrivateVirtualInterface = operation(
  exactObject({
    virtualInterfaceId: text,
    virtualGatewayId: optional(text, null),
    directConnectGatewayId: optional(text, null),
  }),
  (context, { virtualInterfaceId, virtualGatewayId, directConnectGatewayId }) => {
    const vif = confirmableInterface(context, virtualInterfaceId, 'private');
    return attach(context, vif, gatewayFor(context, virtualGatewayId, directConnectGatewayId));
  },
);

const confirmTransitVirtualInterface = operation(
  exactObject({ virtualInterfaceId: text, directConnectGatewayId: text }),
  (context, { virtualInterfaceId, directConnectGatewayId }) => {
    const vif = confirmableInterface(context, virtualInterfaceId, 'transit');
    return attach(context, vif, directConnectGateway(context, directConnectGatewayId, 'transit'));
  },
);

/** A public interface has no gateway. AWS reviews it first. */
const confirmPublicVirtualInterface = operation(
  exactObject({ virtualInterfaceId: text }),
  (context, { virtualInterfaceId }) => {
    const vif = confirmableInterface(context, virtualInterfaceId, 'public');
    vif.stateForced = false;
    setState(vif, 'verifying', context.world.clock.now().getTime());
    return { virtualInterfaceState: vif.state };
  },
);

/** A request to the caller, of that type. Throws `ApiError`. */
function confirmableInterface(context: Context, id: string, type: InterfaceType): VirtualInterface {
  const vif = context.world.interfaces.get(id);
  // The connection's owner sees the interface too, but only the recipient may accept it.
  if (vif?.recipient !== context.account || vif.connection.region !== context.region)
    throw interfaceNotFound(id);
  if (vif.type !== type) throw clientException(`${id} is a ${vif.type} virtual interface.`);
  if (vif.state !== 'confirming') {
    throw clientException(`The confirm failed. ${id} is in state ${vif.state}`);
  }
  return vif;
}

function attach({ world }: Context, vif: VirtualInterface, gateway: AttachedGateway): Output {
  vif.gateway = gateway;
  vif.stateForced = false;
  setState(vif, 'pending', world.clock.now().getTime());
  return { virtualInterfaceState: vif.state };
}

/** The gateway of a private interface: exactly one of both. Throws `ApiError`. */
export function gatewayFor(
  context: Context,
  virtual: string | null,
  directConnect: string | null,
): AttachedGateway {
  if (directConnect !== null && !context.world.dialect.hasDirectConnectGateways) {
    throw clientException('The directConnectGatewayId is not supported: give a virtualGatewayId.');
  }
  if (virtual !== null && directConnect === null) {
    return { virtual, directConnect, asn: virtualGatewayAsn(context, virtual) };
  }
  if (directConnect !== null && virtual === null) {
    return directConnectGateway(context, directConnect, 'private');
  }
  throw clientException('Exactly one of virtualGatewayId and directConnectGatewayId must be given.');
}

function virtualGatewayAsn(context: Context, id: string): number {
  const gateway = context.world.virtualGateways.get(id);
  if (gateway === undefined || !isIn(context, gateway)) {
    throw clientException(`The VirtualGateway ${id} does not exist.`);
  }
  const attached = gateway.attachment?.state === 'attached';
  if (context.world.dialect.requireAttachedGateway && !attached) {
    throw clientException(`The VirtualGateway ${id} is not attached to a VPC.`);
  }
  return gateway.asn;
}

/** A Direct Connect gateway of the caller that can serve interfaces of that type. Throws `ApiError`. */
export function directConnectGateway(
  { world, account }: Context,
  id: string,
  type: InterfaceType,
): AttachedGateway {
  const gateway = world.directConnectGateways.get(id);
  // An account can share its gateway, but another account cannot attach an interface to it.
  if (gateway?.account !== account) throw clientException(`The DirectConnectGateway ${id} does not exist.`);
  if (gateway.state !== 'available')
    throw clientException(`The DirectConnectGateway ${id} is in state ${gateway.state}`);
  const served = servedType(world, id);
  if (served !== null && served !== type)
    throw clientException(`The DirectConnectGateway ${id} serves ${served} virtual interfaces only.`);
  return { virtual: null, directConnect: id, asn: gateway.asn };
}

export const CONFIRM_OPERATIONS: Readonly<Record<string, Operation>> = {
  ConfirmPrivateVirtualInterface: confirmPrivateVirtualInterface,
  ConfirmTransitVirtualInterface: confirmTransitVirtualInterface,
  ConfirmPublicVirtualInterface: confirmPublicVirtualInterface,
};

import { exactObject, optional, text } from '../decoders.ts';
import { setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, operation } from '../wire.ts';
import { type AttachedGateway, isIn } from '../world.ts';
import { interfaceNotFound } from './callerResources.ts';

const confirmPrivateVirtualInterface = operation(
  exactObject({
    virtualInterfaceId: text,
    virtualGatewayId: optional(text, null),
    directConnectGatewayId: optional(text, null),
  }),
  (context, { virtualInterfaceId: id, virtualGatewayId, directConnectGatewayId }) => {
    const { interfaces, clock } = context.world;
    const vif = interfaces.get(id);
    // The connection's owner sees the interface too, but only the recipient may accept it.
    if (vif?.recipient !== context.account || vif.connection.region !== context.region)
      throw interfaceNotFound(id);
    if (vif.type !== 'private') throw clientException(`${id} is a ${vif.type} virtual interface.`);
    if (vif.state !== 'confirming') {
      throw clientException(`ConfirmPrivateVirtualInterface failed. ${id} is in state ${vif.state}`);
    }
    vif.gateway = gatewayFor(context, virtualGatewayId, directConnectGatewayId);
    vif.stateForced = false;
    setState(vif, 'pending', clock.now().getTime());
    return { virtualInterfaceState: vif.state };
  },
);

function gatewayFor(context: Context, virtual: string | null, directConnect: string | null): AttachedGateway {
  if (directConnect !== null && !context.world.dialect.hasDirectConnectGateways) {
    throw clientException('The directConnectGatewayId is not supported: give a virtualGatewayId.');
  }
  if (virtual !== null && directConnect === null) {
    return { virtual, directConnect, asn: virtualGatewayAsn(context, virtual) };
  }
  if (directConnect !== null && virtual === null) {
    return { virtual, directConnect, asn: directConnectGatewayAsn(context, directConnect) };
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

function directConnectGatewayAsn({ world, account }: Context, id: string): number {
  const gateway = world.directConnectGateways.get(id);
  if (gateway?.account !== account) throw clientException(`The DirectConnectGateway ${id} does not exist.`);
  return gateway.asn;
}

export const CONFIRM_OPERATIONS: Readonly<Record<string, Operation>> = {
  ConfirmPrivateVirtualInterface: confirmPrivateVirtualInterface,
};

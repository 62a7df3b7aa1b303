import { exactObject, flag, integer, optional, text } from '../decoders.ts';
import { setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, operation } from '../wire.ts';
import type { AttachedGateway, InterfaceType, VirtualInterface } from '../world.ts';
import { allocate, NEW_INTERFACE, NEW_PUBLIC_INTERFACE, type NewInterface } from './allocate.ts';
import { requestedPeer } from './bgpPeers.ts';
import { ownConnectionOrLag } from './callerResources.ts';
import { directConnectGateway, gatewayFor } from './confirm.ts';
import { PREFIX_COUNT } from './interfaces.ts';
import { serializeInterface } from './serializeInterface.ts';

/** What an interface can have only if its own account creates it. */
const ATTACHMENT = {
  mtu: optional(integer, 1500),
  prefixPoolAllocatedCountIpv4: optional(PREFIX_COUNT, null),
  prefixPoolAllocatedCountIpv6: optional(PREFIX_COUNT, null),
  directConnectGatewayId: optional(text, null),
  enableSiteLink: optional(flag, false),
};

const createPrivate = operation(
  exactObject({
    connectionId: text,
    newPrivateVirtualInterface: exactObject({
      ...NEW_INTERFACE,
      ...ATTACHMENT,
      virtualGatewayId: optional(text, null),
    }),
  }),
  (context, { connectionId, newPrivateVirtualInterface }) => {
    const { virtualGatewayId, directConnectGatewayId, enableSiteLink, ...wanted } =
      newPrivateVirtualInterface;
    refuseSiteLink(enableSiteLink);
    const gateway = gatewayFor(context, virtualGatewayId, directConnectGatewayId);
    const vif = create(context, connectionId, 'private', gateway, wanted);
    return serializeInterface(vif, context.world.dialect);
  },
);

const createTransit = operation(
  exactObject({
    connectionId: text,
    newTransitVirtualInterface: exactObject({
      ...NEW_INTERFACE,
      ...ATTACHMENT,
      directConnectGatewayId: text,
    }),
  }),
  (context, { connectionId, newTransitVirtualInterface }) => {
    const { directConnectGatewayId, enableSiteLink, ...wanted } = newTransitVirtualInterface;
    refuseSiteLink(enableSiteLink);
    const gateway = directConnectGateway(context, directConnectGatewayId, 'transit');
    const vif = create(context, connectionId, 'transit', gateway, wanted);
    return { virtualInterface: serializeInterface(vif, context.world.dialect) };
  },
);

const createPublic = operation(
  exactObject({ connectionId: text, newPublicVirtualInterface: exactObject(NEW_PUBLIC_INTERFACE) }),
  (context, { connectionId, newPublicVirtualInterface: wanted }) => {
    const counts = { prefixPoolAllocatedCountIpv4: null, prefixPoolAllocatedCountIpv6: null };
    const vif = create(context, connectionId, 'public', null, { ...wanted, ...counts, mtu: 1500 });
    return serializeInterface(vif, context.world.dialect);
  },
);

/** Some clients always send `false`. Throws `ApiError` for `true`, whose effects the emulator does not have. */
function refuseSiteLink(enableSiteLink: boolean): void {
  if (enableSiteLink)
    throw clientException('The emulator has no SiteLink: enableSiteLink must be false, got true.');
}

type Wanted = Omit<NewInterface, 'routeFilterPrefixes'> &
  Partial<Pick<NewInterface, 'routeFilterPrefixes'>> & {
    readonly prefixPoolAllocatedCountIpv4: number | null;
    readonly prefixPoolAllocatedCountIpv6: number | null;
  };

/** Creates an interface of the caller on its own connection, which needs no confirm. Throws `ApiError`. */
function create(
  context: Context,
  connectionId: string,
  type: InterfaceType,
  gateway: AttachedGateway | null,
  { prefixPoolAllocatedCountIpv4: ipv4, prefixPoolAllocatedCountIpv6: ipv6, ...wanted }: Wanted,
): VirtualInterface {
  const { world, account } = context;
  const connection = ownConnectionOrLag(context, connectionId);
  const asked = requestedPeer(world, { routeFilterPrefixes: [], ...wanted });
  const vif = allocate(world, connection, account, type, asked);
  vif.prefixCounts = { ipv4, ipv6 };
  vif.gateway = gateway;
  setState(vif, gateway === null ? 'verifying' : 'pending', world.clock.now().getTime());
  return vif;
}

export const CREATE_INTERFACE_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreatePrivateVirtualInterface: createPrivate,
  CreatePublicVirtualInterface: createPublic,
  CreateTransitVirtualInterface: createTransit,
};

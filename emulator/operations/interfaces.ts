import { exactObject, flag, integer, integerBetween, optional, text } from '../decoders.ts';
import { deleteInterface, hasEnded } from '../lifecycle.ts';
import { clientException, type Operation, operation } from '../wire.ts';
import {
  INVALID_NAME,
  invalidMtu,
  invalidRateLimit,
  isValidName,
  isValidRateLimit,
  MTUS,
} from './allocate.ts';
import {
  changeableInterface,
  interfaceNotFound,
  isVisibleTo,
  moveInterfaces,
  ownConnectionOrLag,
} from './callerResources.ts';
import { PAGING, paginate } from './listParameters.ts';
import { serializeInterface } from './serializeInterface.ts';

const describeVirtualInterfaces = operation(
  exactObject({ connectionId: optional(text, null), virtualInterfaceId: optional(text, null), ...PAGING }),
  (context, { connectionId, virtualInterfaceId, ...asked }) => {
    const { dialect, interfaces } = context.world;
    const seen = [...interfaces.values()].filter(
      (vif) =>
        isVisibleTo(context, vif) &&
        (virtualInterfaceId !== null || !vif.disguise.unlisted) &&
        (connectionId === null || vif.connection.id === connectionId) &&
        (virtualInterfaceId === null || vif.id === virtualInterfaceId),
    );
    const { items, next } = paginate(seen, asked, dialect);
    return { virtualInterfaces: items.map((vif) => serializeInterface(vif, dialect)), ...next };
  },
);

const deleteVirtualInterface = operation(
  exactObject({ virtualInterfaceId: text }),
  (context, { virtualInterfaceId: id }) => {
    const vif = context.world.interfaces.get(id);
    if (vif === undefined || !isVisibleTo(context, vif)) throw interfaceNotFound(id);
    if (!hasEnded(vif) && vif.state !== 'deleting') {
      deleteInterface(vif, context.world);
    }
    return { virtualInterfaceState: vif.state };
  },
);

const associateVirtualInterface = operation(
  exactObject({ virtualInterfaceId: text, connectionId: text }),
  (context, { virtualInterfaceId, connectionId }) => {
    const vif = changeableInterface(context, virtualInterfaceId);
    moveInterfaces(context.world, [vif], ownConnectionOrLag(context, connectionId));
    return serializeInterface(vif, context.world.dialect);
  },
);

/** Number of prefixes that are allocated to an interface. */
export const PREFIX_COUNT = integerBetween(0, 1_000_000);

const updateVirtualInterfaceAttributes = operation(
  exactObject({
    virtualInterfaceId: text,
    mtu: optional(integer, null),
    virtualInterfaceName: optional(text, null),
    enableSiteLink: optional(flag, false),
    rateLimit: optional(text, null),
    prefixPoolAllocatedCountIpv4: optional(PREFIX_COUNT, null),
    prefixPoolAllocatedCountIpv6: optional(PREFIX_COUNT, null),
  }),
  (
    context,
    { virtualInterfaceId, mtu, virtualInterfaceName: name, enableSiteLink, rateLimit, ...counts },
  ) => {
    // Its interfaces have no SiteLink, so `false` changes nothing.
    if (enableSiteLink)
      throw clientException('The emulator has no SiteLink: enableSiteLink must be false, got true.');
    const vif = changeableInterface(context, virtualInterfaceId);
    if (mtu !== null && !MTUS[vif.type].includes(mtu)) throw clientException(invalidMtu(vif.type, mtu));
    if (name !== null && !isValidName(name)) throw clientException(INVALID_NAME);
    if (rateLimit !== null && !isValidRateLimit(rateLimit))
      throw clientException(invalidRateLimit(rateLimit));
    const { ipv4, ipv6 } = vif.prefixCounts;
    vif.prefixCounts = {
      ipv4: counts.prefixPoolAllocatedCountIpv4 ?? ipv4,
      ipv6: counts.prefixPoolAllocatedCountIpv6 ?? ipv6,
    };
    vif.rateLimit = rateLimit ?? vif.rateLimit;
    vif.mtu = mtu ?? vif.mtu;
    vif.name = name ?? vif.name;
    return serializeInterface(vif, context.world.dialect);
  },
);

export const INTERFACE_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeVirtualInterfaces: describeVirtualInterfaces,
  DeleteVirtualInterface: deleteVirtualInterface,
  AssociateVirtualInterface: associateVirtualInterface,
  UpdateVirtualInterfaceAttributes: updateVirtualInterfaceAttributes,
};

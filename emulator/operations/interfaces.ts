import { exactly, integer, optional, text } from '../decoders.ts';
import { enter, isOver } from '../lifecycle.ts';
import { clientException } from '../wire.ts';
import { isName, MTUS, mtuRefused, NAME_REFUSED } from './allocate.ts';
import { changeable, isSeenBy, lineOf, move, noInterface } from './callerResources.ts';
import { type Operation, operation } from './operation.ts';
import { PAGING, pageOf } from './paging.ts';
import { presentInterface } from './serializeInterface.ts';

const describeVirtualInterfaces = operation(
  exactly({ connectionId: optional(text, null), virtualInterfaceId: optional(text, null), ...PAGING }),
  (context, { connectionId, virtualInterfaceId, ...asked }) => {
    const { dialect, interfaces } = context.world;
    const seen = [...interfaces.values()].filter(
      (vif) =>
        isSeenBy(context, vif) &&
        (virtualInterfaceId !== null || !vif.disguise.unlisted) &&
        (connectionId === null || vif.connection.id === connectionId) &&
        (virtualInterfaceId === null || vif.id === virtualInterfaceId),
    );
    const { items, next } = pageOf(seen, asked, dialect);
    return { virtualInterfaces: items.map((vif) => presentInterface(vif, dialect)), ...next };
  },
);

const deleteVirtualInterface = operation(
  exactly({ virtualInterfaceId: text }),
  (context, { virtualInterfaceId: id }) => {
    const vif = context.world.interfaces.get(id);
    if (vif === undefined || !isSeenBy(context, vif)) throw noInterface(id);
    if (!isOver(vif) && vif.state !== 'deleting') {
      enter(vif, vif.state === 'confirming' ? 'rejected' : 'deleting', context.world.clock.now().getTime());
      vif.steered = false;
    }
    return { virtualInterfaceState: vif.state };
  },
);

const associateVirtualInterface = operation(
  exactly({ virtualInterfaceId: text, connectionId: text }),
  (context, { virtualInterfaceId, connectionId }) => {
    const vif = changeable(context, virtualInterfaceId);
    move(context.world, [vif], lineOf(context, connectionId));
    return presentInterface(vif, context.world.dialect);
  },
);

const updateVirtualInterfaceAttributes = operation(
  exactly({
    virtualInterfaceId: text,
    mtu: optional(integer, null),
    virtualInterfaceName: optional(text, null),
  }),
  (context, { virtualInterfaceId, mtu, virtualInterfaceName: name }) => {
    const vif = changeable(context, virtualInterfaceId);
    if (mtu !== null && !MTUS[vif.type].includes(mtu)) throw clientException(mtuRefused(vif.type, mtu));
    if (name !== null && !isName(name)) throw clientException(NAME_REFUSED);
    vif.mtu = mtu ?? vif.mtu;
    vif.name = name ?? vif.name;
    return presentInterface(vif, context.world.dialect);
  },
);

export const INTERFACE_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeVirtualInterfaces: describeVirtualInterfaces,
  DeleteVirtualInterface: deleteVirtualInterface,
  AssociateVirtualInterface: associateVirtualInterface,
  UpdateVirtualInterfaceAttributes: updateVirtualInterfaceAttributes,
};

import { clientException } from '../errors.ts';
import { enter, isOver } from '../lifecycle.ts';
import { exactly, optional, text } from '../read.ts';
import type { VirtualInterface } from '../world.ts';
import { type Context, type Operation, operation } from './operation.ts';
import { PAGING, pageOf } from './paging.ts';
import { presentInterface } from './presentInterface.ts';

const describeVirtualInterfaces = operation(
  exactly({ connectionId: optional(text, null), virtualInterfaceId: optional(text, null), ...PAGING }),
  (context, { connectionId, virtualInterfaceId, ...asked }) => {
    const { dialect, interfaces } = context.world;
    const seen = [...interfaces.values()].filter(
      (vif) =>
        isSeenBy(context, vif) &&
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

/** The recipient sees it, and so does the connection's owner: what it offered to others stands in its own listing. */
function isSeenBy({ account, region }: Context, { connection, recipient }: VirtualInterface): boolean {
  return connection.region === region && (connection.account === account || recipient === account);
}

export function noInterface(id: string) {
  return clientException(`Virtual Interface ${id} does not exist.`);
}

export const INTERFACE_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeVirtualInterfaces: describeVirtualInterfaces,
  DeleteVirtualInterface: deleteVirtualInterface,
};

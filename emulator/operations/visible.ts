import { clientException } from '../errors.ts';
import { isOver } from '../lifecycle.ts';
import type { VirtualInterface } from '../world.ts';
import type { Context } from './operation.ts';

/** A live interface that the caller may change: its recipient's, or on a connection of the caller's. Throws `ApiError`. */
export function changeable(context: Context, id: string): VirtualInterface {
  const vif = context.world.interfaces.get(id);
  if (vif === undefined || !isSeenBy(context, vif)) throw noInterface(id);
  if (isOver(vif) || vif.state === 'deleting') throw clientException(`${id} is in state ${vif.state}`);
  return vif;
}

/** The recipient sees it, and so does the connection's owner: what it offered to others stands in its own listing. */
export function isSeenBy({ account, region }: Context, { connection, recipient }: VirtualInterface): boolean {
  return connection.region === region && (connection.account === account || recipient === account);
}

export function noInterface(id: string) {
  return clientException(`Virtual Interface ${id} does not exist.`);
}

import { hasEnded, isLineOver } from '../lifecycle.ts';
import { type Context, clientException } from '../wire.ts';
import {
  type BgpPeer,
  type Connection,
  isIn,
  type Lag,
  type VirtualInterface,
  type World,
} from '../world.ts';

/** An interface that has not ended and that the caller may change, as its recipient or as owner of the connection. Throws `ApiError`. */
export function changeableInterface(context: Context, id: string): VirtualInterface {
  const vif = context.world.interfaces.get(id);
  if (vif === undefined || !isVisibleTo(context, vif)) throw interfaceNotFound(id);
  if (hasEnded(vif) || vif.state === 'deleting') throw clientException(`${id} is in state ${vif.state}`);
  return vif;
}

/** The recipient and the connection's owner see an interface: the owner's listing includes its requests to others. */
export function isVisibleTo(
  { account, region }: Context,
  { connection, recipient }: VirtualInterface,
): boolean {
  return connection.region === region && (connection.account === account || recipient === account);
}

export function interfaceNotFound(id: string) {
  return clientException(`Virtual Interface ${id} does not exist.`);
}

/** The states in which a connection or LAG can carry a new interface. */
const CARRYING = ['available', 'down'];

/** A connection or LAG of the caller that can carry an interface. Throws `ApiError`, also for a member of a LAG, which carries none itself. */
export function ownConnectionOrLag(context: Context, id: string): Connection | Lag {
  const { connections, lags } = context.world;
  const line = connections.get(id) ?? lags.get(id);
  if (line === undefined || !isIn(context, line)) throw connectionNotFound(id);
  if ('lag' in line && line.lag !== null) {
    throw clientException(`${id} is a member of ${line.lag}: give the ID of the LAG.`);
  }
  if (!CARRYING.includes(line.state)) throw clientException(`${id} is in state ${line.state}.`);
  return line;
}

/** A connection of the caller that is not deleted. Throws `ApiError`. */
export function ownConnection(context: Context, id: string): Connection {
  const connection = context.world.connections.get(id);
  if (connection === undefined || !isIn(context, connection)) throw connectionNotFound(id);
  refuseEnding(connection);
  return connection;
}

/** A LAG of the caller that is not deleted. Throws `ApiError`. */
export function ownLag(context: Context, id: string): Lag {
  const lag = context.world.lags.get(id);
  if (lag === undefined || !isIn(context, lag)) throw lagNotFound(id);
  refuseEnding(lag);
  return lag;
}

/** Throws `ApiError` for a connection or LAG that is deleted or about to be. */
export function refuseEnding(line: Connection | Lag): void {
  if (isLineOver(line) || line.state === 'deleting') {
    throw clientException(`${line.id} is in state ${line.state}.`);
  }
}

export function connectionNotFound(id: string) {
  return clientException(`Could not find Connection with ID ${id}`);
}

export function lagNotFound(id: string) {
  return clientException(`Could not find LAG with ID ${id}`);
}

/** The live interfaces on a connection or LAG. */
export function interfacesOn({ interfaces }: World, { id }: Connection | Lag): VirtualInterface[] {
  return [...interfaces.values()].filter((vif) => vif.connection.id === id && !hasEnded(vif));
}

/** The hosted connections on a connection or LAG of a partner that are not deleted. */
export function hostedOn({ connections }: World, { id }: Connection | Lag): Connection[] {
  return [...connections.values()].filter(
    (connection) => connection.hosting?.parent === id && !isLineOver(connection),
  );
}

export function isHosted(line: Connection | Lag): boolean {
  return 'hosting' in line && line.hosting !== null;
}

/** A hosted connection carries one interface. */
export function isFull(world: World, line: Connection | Lag): boolean {
  return isHosted(line) && interfacesOn(world, line).length > 0;
}

export function fullMessage({ id }: Connection | Lag): string {
  return `${id} is a hosted connection, which carries one virtual interface.`;
}

/** Hosted connections occupy a VLAN too. */
export function isVlanTaken(world: World, line: Connection | Lag, vlan: number): boolean {
  return (
    interfacesOn(world, line).some((vif) => vif.vlan === vlan) ||
    hostedOn(world, line).some(({ hosting }) => hosting?.vlan === vlan)
  );
}

/** Moves interfaces to another connection or LAG. Throws `ApiError`, and then moves none. */
export function moveInterfaces(world: World, moved: readonly VirtualInterface[], to: Connection | Lag): void {
  const existing = interfacesOn(world, to);
  for (const vif of moved) {
    if (isHosted(vif.connection) && !('hosting' in to)) {
      // AWS documents that the partner moves the hosted connection with its interface instead.
      throw clientException(`${vif.id} is on a hosted connection: it cannot be moved to a LAG.`);
    }
    if (isVlanTaken(world, to, vif.vlan)) {
      throw clientException(`VLAN ${vif.vlan} is already in use on ${to.id}.`);
    }
    if (existing.some((other) => isConflicting(addressesOf(other.peers), addressesOf(vif.peers)))) {
      throw clientException(`An IP address of ${vif.id} is already in use on ${to.id}.`);
    }
  }
  if (isFull(world, to)) throw clientException(fullMessage(to));
  for (const vif of moved) vif.connection = to;
}

function isConflicting(a: readonly string[], b: readonly string[]): boolean {
  return a.some((address) => b.includes(address));
}

/** The addresses of sessions, without the lengths of their subnets. */
export function addressesOf(peers: readonly BgpPeer[]): string[] {
  return peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .filter((address) => address !== '')
    .map((address) => address.replace(/\/.*/, ''));
}

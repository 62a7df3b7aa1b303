import { clientException } from '../wire.ts';
import type { Connection, Lag, World } from '../world.ts';
import { hostedOn, interfacesOn, isVlanTaken, moveInterfaces } from './callerResources.ts';

/** Maximum connections of a LAG, by bandwidth. */
const MAX_CONNECTIONS: ReadonlyMap<string, number> = new Map([
  ['1Gbps', 4],
  ['10Gbps', 4],
  ['100Gbps', 2],
  ['400Gbps', 2],
]);

/** Throws `ApiError` for more connections than a LAG of this bandwidth has, and for a bandwidth that no LAG has. */
export function refuseTooMany(count: number, bandwidth: string): void {
  const most = MAX_CONNECTIONS.get(bandwidth);
  if (most === undefined)
    throw clientException(`${bandwidth} is not one of ${[...MAX_CONNECTIONS.keys()].join(', ')}.`);
  if (count > most) throw clientException(`A LAG bundles at most ${most} connections of ${bandwidth}.`);
}

/**
 * Adds a connection to a LAG and moves its interfaces and hosted connections there. Interfaces that it left on another LAG stay
 * there. Throws `ApiError` if it does not fit, and then changes nothing.
 */
export function joinLag(world: World, connection: Connection, lag: Lag): void {
  const { id, location, bandwidth, hosting } = connection;
  if (hosting !== null) throw clientException(`${id} is a hosted connection: it cannot join a LAG.`);
  if (location !== lag.location || bandwidth !== lag.bandwidth) {
    throw clientException(`${id} does not have the location and bandwidth of ${lag.id}.`);
  }
  if (connection.lag !== lag.id) {
    refuseTooMany(membersOf(lag, world).length + 1, lag.bandwidth);
    refuseMissed(connection, world);
  }
  const hosted = hostedOn(world, connection);
  for (const one of hosted) {
    if (one.hosting !== null && isVlanTaken(world, lag, one.hosting.vlan))
      throw clientException(`VLAN ${one.hosting.vlan} of ${one.id} is already in use on ${lag.id}.`);
  }
  moveInterfaces(world, interfacesOn(world, connection), lag);
  for (const one of hosted) if (one.hosting !== null) one.hosting = { ...one.hosting, parent: lag.id };
  connection.lag = lag.id;
}

/** Throws `ApiError` for a connection without which its LAG would have fewer than its minimum. */
export function refuseMissed({ lag: id }: Connection, world: World): void {
  const lag = id === null ? undefined : world.lags.get(id);
  if (lag === undefined) return;
  const left = membersOf(lag, world).length - 1;
  // AWS documents that the last member can leave.
  if (left > 0 && left < lag.minimumLinks) {
    throw clientException(
      `${lag.id} needs ${lag.minimumLinks} connections (minimumLinks), and would have ${left}.`,
    );
  }
}

export function membersOf({ id }: Lag, { connections }: World): Connection[] {
  return [...connections.values()].filter((connection) => connection.lag === id);
}

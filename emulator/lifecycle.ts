import { DAY, MINUTE } from './clock.ts';
import type {
  AssociationProposal,
  BgpPeer,
  Connection,
  Disguise,
  GatewayAssociation,
  InterfaceRoute,
  Lag,
  VirtualInterface,
  World,
} from './world.ts';

/** No resource has the ID. */
export class ResourceNotFound extends Error {
  override readonly name = 'ResourceNotFound';
}

/**
 * Puts a resource into a state, any word, until it is forced again, deleted or accepted. An ended interface, session or
 * connection still disappears in time. Throws `ResourceNotFound`.
 */
export function forceState(world: World, id: string, state: string): void {
  applyElapsedTime(world);
  const now = world.clock.now().getTime();
  const gateway = world.virtualGateways.get(id) ?? world.directConnectGateways.get(id);
  const peer = [...world.interfaces.values()].flatMap(({ peers }) => peers).find((one) => one.id === id);
  const forced =
    world.interfaces.get(id) ??
    world.connections.get(id) ??
    world.lags.get(id) ??
    world.gatewayAssociations.get(id);
  if (forced !== undefined) {
    setState(forced, state, now);
    forced.stateForced = true;
  } else if (gateway !== undefined) {
    gateway.state = state;
  } else if (peer !== undefined) {
    setState(peer, state, now);
  } else {
    throw new ResourceNotFound(
      `no interface, BGP peer, connection, LAG, gateway or association has the ID \`${id}\`; list them with an SDK or read the calls`,
    );
  }
}

/** Makes answers about an interface differ from its real state, until the disguise is changed. Throws `ResourceNotFound`. */
export function disguise(world: World, id: string, changed: Partial<Disguise>): void {
  const vif = interfaceWithId(world, id);
  vif.disguise = { ...vif.disguise, ...changed };
}

/** Sets what routers advertise over an interface. Throws `ResourceNotFound`. */
export function setRoutes(world: World, id: string, routes: readonly InterfaceRoute[]): void {
  interfaceWithId(world, id).routes = routes;
}

function interfaceWithId({ interfaces }: World, id: string): VirtualInterface {
  const vif = interfaces.get(id);
  if (vif !== undefined) return vif;
  throw new ResourceNotFound(`no interface has the ID \`${id}\`; list them with an SDK or read the calls`);
}

/** How long a deleted BGP peer is `deleting`: an estimate of the real APIs. */
const PEER_DELETION = MINUTE;
/** How long deleted and rejected interfaces and connections stay listed. */
const LISTED_AFTER_END = 15 * MINUTE;
/** How long accepted and deleted proposals of associations stay listed: an estimate of the real API. */
const PROPOSAL_LISTED_AFTER_END = 3 * DAY;

/** A resource whose state changes with time. */
interface Aging {
  readonly id: string;
  state: string;
  /** when the state was entered, in milliseconds since the epoch */
  since: number;
}

/** A change that time causes. A state of `null` means that the resource disappears. */
interface Change {
  readonly at: number;
  readonly state: string | null;
}

/** Applies the time that has passed: requests expire, accepted interfaces become available, ended resources disappear. */
export function applyElapsedTime(world: World): void {
  const now = world.clock.now().getTime();
  ageAll(world.interfaces, now, (vif) => nextChange(vif, world));
  ageAll(world.connections, now, (connection) => nextLineChange(connection, world));
  ageAll(world.lags, now, (lag) => nextLineChange(lag, world));
  ageAll(world.gatewayAssociations, now, (association) => nextAssociationChange(association, world));
  ageAll(world.associationProposals, now, nextProposalChange);
  for (const vif of world.interfaces.values()) {
    if (vif.peers.some(isPeerOver)) applyElapsedTimeToPeers(vif, now);
  }
}

function ageAll<T extends Aging>(all: Map<string, T>, now: number, next: (item: T) => Change | null): void {
  for (const item of all.values()) {
    // A loop, because one advance of the clock may span several changes.
    for (let change = next(item); change !== null && change.at <= now; change = next(item)) {
      if (change.state === null) {
        all.delete(item.id);
        break;
      }
      setState(item, change.state, change.at);
    }
  }
}

function applyElapsedTimeToPeers(vif: VirtualInterface, now: number): void {
  for (const peer of vif.peers) {
    if (peer.state !== 'deleting' || peer.since + PEER_DELETION > now) continue;
    peer.state = 'deleted';
    peer.since += PEER_DELETION;
  }
  vif.peers = vif.peers.filter(({ state, since }) => state !== 'deleted' || since + LISTED_AFTER_END > now);
}

export function setState(resource: { state: string; since: number }, state: string, at: number): void {
  resource.state = state;
  resource.since = at;
}

/** Begins the deletion of an interface: of a request, which is so withdrawn, or of an accepted one. */
export function deleteInterface(vif: VirtualInterface, { clock, dialect }: World): void {
  vif.isWithdrawn = vif.state === 'confirming';
  vif.stateForced = false;
  const isAtOnce = vif.isWithdrawn && dialect.withdrawalTime === 0;
  setState(vif, isAtOnce ? 'rejected' : 'deleting', clock.now().getTime());
}

/** Whether a BGP peer is deleted or about to be. */
export function isPeerOver({ state }: BgpPeer): boolean {
  return state === 'deleting' || state === 'deleted';
}

/** Whether a connection or LAG is deleted, and only listed for a while. */
export function isLineOver({ state }: Pick<Connection | Lag, 'state'>): boolean {
  return state === 'deleted' || state === 'rejected';
}

export function hasEnded({ state }: Pick<VirtualInterface, 'state'>): boolean {
  return ['deleted', 'rejected', 'expired'].includes(state);
}

function nextChange(vif: VirtualInterface, { dialect }: World): Change | null {
  if (vif.stateForced && !hasEnded(vif)) return null;
  switch (vif.state) {
    case 'confirming':
      return dialect.expiry === null ? null : { at: vif.since + dialect.expiry, state: 'expired' };
    case 'verifying':
    case 'pending':
      return { at: vif.since + dialect.provisioningTime, state: 'available' };
    case 'deleting':
      return vif.isWithdrawn
        ? { at: vif.since + dialect.withdrawalTime, state: 'rejected' }
        : { at: vif.since + dialect.deletionTime, state: 'deleted' };
    case 'deleted':
    case 'rejected':
      return { at: vif.since + LISTED_AFTER_END, state: null };
    case 'expired':
      return { at: vif.since + dialect.expiredLingers, state: null };
    default:
      return null;
  }
}

function nextLineChange({ state, since, stateForced }: Connection | Lag, { dialect }: World): Change | null {
  if (stateForced && !isLineOver({ state })) return null;
  switch (state) {
    case 'requested':
    case 'pending':
      return { at: since + dialect.connectionTime, state: 'available' };
    case 'deleting':
      return { at: since + dialect.connectionDeletionTime, state: 'deleted' };
    case 'deleted':
    case 'rejected':
      return { at: since + LISTED_AFTER_END, state: null };
    default:
      return null;
  }
}

function nextAssociationChange(
  { state, since, stateForced }: GatewayAssociation,
  { dialect }: World,
): Change | null {
  if (stateForced) return null;
  switch (state) {
    case 'associating':
    case 'updating':
      return { at: since + dialect.associationTime, state: 'associated' };
    case 'disassociating':
      return { at: since + dialect.disassociationTime, state: null };
    default:
      return null;
  }
}

/** A proposal that is neither accepted nor deleted stays as it is. */
function nextProposalChange({ state, since }: AssociationProposal): Change | null {
  return state === 'requested' ? null : { at: since + PROPOSAL_LISTED_AFTER_END, state: null };
}

import { MINUTE } from './clock.ts';
import type { BgpPeer, Disguise, VirtualInterface, World } from './world.ts';

/** No resource has the ID. */
export class ResourceNotFound extends Error {
  override readonly name = 'ResourceNotFound';
}

/**
 * Puts an interface, a BGP peer or a gateway into a state, any word, until it is forced again, deleted or accepted.
 * An ended interface or session still disappears in time. Throws `ResourceNotFound`.
 */
export function forceState(world: World, id: string, state: string): void {
  applyElapsedTime(world);
  const vif = world.interfaces.get(id);
  const gateway = world.virtualGateways.get(id) ?? world.directConnectGateways.get(id);
  const peer = [...world.interfaces.values()].flatMap(({ peers }) => peers).find((one) => one.id === id);
  if (vif !== undefined) {
    setState(vif, state, world.clock.now().getTime());
    vif.stateForced = true;
  } else if (gateway !== undefined) {
    gateway.state = state;
  } else if (peer !== undefined) {
    peer.state = state;
    peer.since = world.clock.now().getTime();
  } else {
    throw new ResourceNotFound(
      `no interface, BGP peer or gateway has the ID \`${id}\`; list them with an SDK or read the calls`,
    );
  }
}

/** Makes answers about an interface differ from its real state, until the disguise is changed. Throws `ResourceNotFound`. */
export function disguise(world: World, id: string, changed: Partial<Disguise>): void {
  const vif = world.interfaces.get(id);
  if (vif === undefined)
    throw new ResourceNotFound(`no interface has the ID \`${id}\`; list them with an SDK or read the calls`);
  vif.disguise = { ...vif.disguise, ...changed };
}

/** How long an accepted interface stays `pending`, and a deleted BGP peer `deleting`: an estimate of the real APIs. */
const PROVISIONING = MINUTE;
/** How long deleted and rejected interfaces stay listed. */
const LISTED_AFTER_END = 15 * MINUTE;

/** Applies the time that has passed: requests expire, accepted interfaces become available, ended interfaces disappear. */
export function applyElapsedTime(world: World): void {
  const now = world.clock.now().getTime();
  for (const vif of world.interfaces.values()) {
    // A loop, because one advance of the clock may span several changes.
    for (
      let change = nextChange(vif, world);
      change !== null && change.at <= now;
      change = nextChange(vif, world)
    ) {
      if (change.state === null) {
        world.interfaces.delete(vif.id);
        break;
      }
      setState(vif, change.state, change.at);
    }
    if (vif.peers.some(isPeerOver)) applyElapsedTimeToPeers(vif, now);
  }
}

function applyElapsedTimeToPeers(vif: VirtualInterface, now: number): void {
  for (const peer of vif.peers) {
    if (peer.state !== 'deleting' || peer.since + PROVISIONING > now) continue;
    peer.state = 'deleted';
    peer.since += PROVISIONING;
  }
  vif.peers = vif.peers.filter(({ state, since }) => state !== 'deleted' || since + LISTED_AFTER_END > now);
}

export function setState(vif: VirtualInterface, state: string, at: number): void {
  vif.state = state;
  vif.since = at;
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

export function hasEnded(vif: VirtualInterface): boolean {
  return ['deleted', 'rejected', 'expired'].includes(vif.state);
}

/** The next change that time causes; a state of `null` means that the interface disappears. */
function nextChange(vif: VirtualInterface, { dialect }: World): { at: number; state: string | null } | null {
  if (vif.stateForced && !hasEnded(vif)) return null;
  switch (vif.state) {
    case 'confirming':
      return dialect.expiry === null ? null : { at: vif.since + dialect.expiry, state: 'expired' };
    case 'pending':
      return { at: vif.since + PROVISIONING, state: 'available' };
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

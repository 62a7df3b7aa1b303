import { MINUTE } from './clock.ts';
import type { Disguise, VirtualInterface, World } from './world.ts';

/** Nothing has the ID. */
export class ResourceNotFound extends Error {
  override readonly name = 'NotThere';
}

/**
 * Puts an interface or a gateway into a state, any word, where it stays until it is steered again, deleted or accepted.
 * What is over still vanishes in its time. Throws `NotThere`.
 */
export function forceState(world: World, id: string, state: string): void {
  applyElapsedTime(world);
  const vif = world.interfaces.get(id);
  const gateway = world.virtualGateways.get(id) ?? world.directConnectGateways.get(id);
  if (vif !== undefined) {
    setState(vif, state, world.clock.now().getTime());
    vif.stateForced = true;
  } else if (gateway !== undefined) {
    gateway.state = state;
  } else {
    throw new ResourceNotFound(
      `no interface or gateway has the ID \`${id}\`; list them with an SDK or read the calls`,
    );
  }
}

/** Makes answers about an interface depart from what is so, until it is disguised otherwise. Throws `NotThere`. */
export function disguise(world: World, id: string, changed: Partial<Disguise>): void {
  const vif = world.interfaces.get(id);
  if (vif === undefined)
    throw new ResourceNotFound(`no interface has the ID \`${id}\`; list them with an SDK or read the calls`);
  vif.disguise = { ...vif.disguise, ...changed };
}

/** How long an accepted interface stays `pending`, and a deleted one `deleting`: a guess at what life shows. */
const PROVISIONING = MINUTE;
/** How long deleted and rejected interfaces stay listed. */
const LINGERS = 15 * MINUTE;

/** Lets time have its effect: requests expire, accepted interfaces come up, what is over vanishes. */
export function applyElapsedTime(world: World): void {
  const now = world.clock.now().getTime();
  for (const vif of world.interfaces.values()) {
    // In a loop, because one advance of the clock may span several changes.
    for (let change = next(vif, world); change !== null && change.at <= now; change = next(vif, world)) {
      if (change.state === null) {
        world.interfaces.delete(vif.id);
        break;
      }
      setState(vif, change.state, change.at);
    }
    if (vif.peers.some(({ state }) => state !== 'live')) settlePeers(vif, now);
  }
}

function settlePeers(vif: VirtualInterface, now: number): void {
  for (const peer of vif.peers) {
    if (peer.state !== 'deleting' || peer.since + PROVISIONING > now) continue;
    peer.state = 'deleted';
    peer.since += PROVISIONING;
  }
  vif.peers = vif.peers.filter(({ state, since }) => state !== 'deleted' || since + LINGERS > now);
}

export function setState(vif: VirtualInterface, state: string, at: number): void {
  vif.state = state;
  vif.since = at;
}

export function hasEnded(vif: VirtualInterface): boolean {
  return ['deleted', 'rejected', 'expired'].includes(vif.state);
}

/** What time alone will do to it; a state of `null` is to vanish. */
function next(vif: VirtualInterface, { dialect }: World): { at: number; state: string | null } | null {
  if (vif.stateForced && !hasEnded(vif)) return null;
  switch (vif.state) {
    case 'confirming':
      return dialect.expiry === null ? null : { at: vif.since + dialect.expiry, state: 'expired' };
    case 'pending':
      return { at: vif.since + PROVISIONING, state: 'available' };
    case 'deleting':
      return { at: vif.since + PROVISIONING, state: 'deleted' };
    case 'deleted':
    case 'rejected':
      return { at: vif.since + LINGERS, state: null };
    case 'expired':
      return { at: vif.since + dialect.expiredLingers, state: null };
    default:
      return null;
  }
}

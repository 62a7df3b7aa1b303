import type { OwnConnections } from './identify.ts';
import type { Acceptance, Intent } from './ledger.ts';
import { isOver, isReadable, type VirtualInterface } from './model.ts';

/** What surrounds a request when it is judged, with everything accepted so far in this pass. */
export interface World {
  /** the whole listing, as of now */
  readonly interfaces: readonly VirtualInterface[];
  readonly intents: Readonly<Record<string, Intent>>;
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  readonly ownConnections: OwnConnections;
  readonly acceptedThisPass: number;
}

/** Interfaces that occupy something: live, and accepted or perhaps so. */
export function occupying(world: World, exceptId: string): VirtualInterface[] {
  return world.interfaces.filter(
    (vif) => vif.id !== exceptId && !isOver(vif) && (vif.state !== 'confirming' || maybeAccepted(world, vif)),
  );
}

/**
 * Fail closed: an unreadable interface may be anything, a confirm that was begun may take effect yet, and one that is
 * on record took effect, whatever a listing that lags behind says.
 */
function maybeAccepted({ intents, acceptances }: World, vif: VirtualInterface): boolean {
  return !isReadable(vif) || intents[vif.id] !== undefined || acceptances[vif.id] !== undefined;
}

/** The same world with what a description shows now; `null`: it exists no more. */
export function asDescribed(world: World, id: string, vif: VirtualInterface | null): World {
  const others = world.interfaces.filter((other) => other.id !== id);
  return { ...world, interfaces: vif === null ? others : [...others, vif] };
}

/** The same world after `vif` was accepted. */
export function afterAcceptance(world: World, vif: VirtualInterface, acceptance: Acceptance): World {
  const { [vif.id]: _, ...intents } = world.intents;
  const accepted = { ...vif, state: 'pending', gateway: acceptance.gateway };
  return {
    ...asDescribed(world, vif.id, accepted),
    intents,
    acceptances: { ...world.acceptances, [vif.id]: acceptance },
    acceptedThisPass: world.acceptedThisPass + 1,
  };
}

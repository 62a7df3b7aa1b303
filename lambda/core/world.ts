import type { OwnConnections } from './identify.ts';
import { isOver, isReadable, type VirtualInterface } from './model.ts';
import { type Acceptance, type Award, accepted, type Intent } from './remembered.ts';

/** What surrounds a request when it is judged, with everything accepted so far in this pass. */
export interface World {
  /** the whole listing, as of now */
  readonly interfaces: readonly VirtualInterface[];
  readonly intents: Readonly<Record<string, Intent>>;
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  /** by ID: what the ledger holds of it cannot be read, and why */
  readonly damaged: Readonly<Record<string, string>>;
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
 * on record took effect, whatever a listing that lags behind says. Where the record cannot be read, it may be either.
 */
function maybeAccepted(world: World, vif: VirtualInterface): boolean {
  const { intents, acceptances, damaged } = world;
  return !isReadable(vif) || [intents, acceptances, damaged].some((known) => known[vif.id] !== undefined);
}

/** The same world with what a description shows now; `null`: it exists no more. */
export function asDescribed(world: World, id: string, vif: VirtualInterface | null): World {
  const others = world.interfaces.filter((other) => other.id !== id);
  return { ...world, interfaces: vif === null ? others : [...others, vif] };
}

/** The same world after `vif` was accepted. */
export function afterAcceptance(world: World, vif: VirtualInterface, award: Award): World {
  const { [vif.id]: _, ...intents } = world.intents;
  const now = { ...vif, state: 'pending', gateway: award.gateway };
  return {
    ...asDescribed(world, vif.id, now),
    intents,
    acceptances: { ...world.acceptances, [vif.id]: accepted(award) },
    acceptedThisPass: world.acceptedThisPass + 1,
  };
}

import type { OwnConnections } from './identify.ts';
import { canonicalJson } from './json.ts';
import type { Acceptance, Assignment, Intent } from './ledgerEntries.ts';
import { memoizeByObject } from './memoize.ts';
import { hasEnded, isUnacceptedOffer, isUnreadable, type VirtualInterface } from './model.ts';

/** What surrounds a request when it is judged, with everything accepted so far in this pass. */
export interface DecisionContext {
  /** the whole listing, as of now */
  readonly interfaces: readonly VirtualInterface[];
  /** what confirms that were begun are to give */
  readonly intents: Readonly<Record<string, Assignment | Intent>>;
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  /** by ID: what the ledger holds of it cannot be read, and why */
  readonly damaged: Readonly<Record<string, string>>;
  readonly ownConnections: OwnConnections;
  readonly acceptedThisRun: number;
}

/** Whether an interface occupies something that `request` could need: it is live, and accepted or perhaps so. */
export function occupies(vif: VirtualInterface, world: DecisionContext, requestId: string): boolean {
  return vif.id !== requestId && !hasEnded(vif) && (!isUnacceptedOffer(vif) || mayBeOnRecord(vif, world));
}

/**
 * Fail closed: a confirm that was begun may take effect yet, and one that is on record took effect, whatever a listing that
 * lags behind says. Where the record cannot be read, it may be either; without a readable ID, it may be any of them.
 */
function mayBeOnRecord(vif: VirtualInterface, { intents, acceptances, damaged }: DecisionContext): boolean {
  const { id } = vif;
  return (
    isUnreadable(vif, 'id') ||
    intents[id] !== undefined ||
    acceptances[id] !== undefined ||
    damaged[id] !== undefined
  );
}

const NONE: OwnConnections = { known: true, ids: new Set() };

const indexOf = memoizeByObject((interfaces: readonly VirtualInterface[]) => {
  const alone = {
    interfaces,
    intents: {},
    acceptances: {},
    damaged: {},
    ownConnections: NONE,
    acceptedThisRun: 0,
  };
  return {
    always: interfaces.filter((vif) => occupies(vif, alone, '')),
    byId: Map.groupBy(interfaces, ({ id }) => id),
  };
});

/**
 * Interfaces that occupy something for whatever request: those that do by themselves, and those that a record makes do. The
 * others are requests. Thousands of those of one owner must not be read again for each decision about one of them.
 */
export function occupyingInterfaces(world: DecisionContext): VirtualInterface[] {
  const { always, byId } = indexOf(world.interfaces);
  const { intents, acceptances, damaged } = world;
  const recorded = Object.keys({ ...intents, ...acceptances, ...damaged }).flatMap(
    (id) => byId.get(id) ?? [],
  );
  return [...new Set([...always, ...recorded.filter((vif) => occupies(vif, world, ''))])];
}

/** The same world with what a description shows now; `null`: it exists no more. */
export function withDescription(
  world: DecisionContext,
  id: string,
  vif: VirtualInterface | null,
): DecisionContext {
  const place = world.interfaces.findIndex((other) => other.id === id);
  const listed = world.interfaces[place];
  if (vif === null) return listed === undefined ? world : without(world, id);
  if (listed === undefined) return { ...world, interfaces: [...world.interfaces, vif] };
  // Nearly always it is as it was listed: thousands of others are not copied for that.
  return canonicalJson(listed) === canonicalJson(vif)
    ? world
    : { ...world, interfaces: world.interfaces.with(place, vif) };
}

/** What exists no more gets nothing by an intent. As one that nobody was shown, it would hold every request for its gateway. */
function without(world: DecisionContext, id: string): DecisionContext {
  const { [id]: _, ...intents } = world.intents;
  return { ...world, intents, interfaces: world.interfaces.filter((other) => other.id !== id) };
}

/** The same world where a request is given something: its slots, VLAN and addresses are taken, whatever becomes of its confirm. */
export function withAssignment(world: DecisionContext, id: string, award: Assignment): DecisionContext {
  return {
    ...world,
    intents: { ...world.intents, [id]: award },
    acceptedThisRun: world.acceptedThisRun + 1,
  };
}

/** The world before `afterAward`: what a request is given does not stand in its own way when it is decided again. */
export function withoutAssignment(world: DecisionContext, id: string): DecisionContext {
  const { [id]: _, ...intents } = world.intents;
  return { ...world, intents, acceptedThisRun: world.acceptedThisRun - 1 };
}

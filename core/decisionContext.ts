import type { OwnConnections } from './identifyRequester.ts';
import { canonicalJson } from './json.ts';
import type { Acceptance, Assignment, Intent } from './ledgerEntries.ts';
import { memoizeByObject } from './memoize.ts';
import { hasEnded, isUnacceptedOffer, isUnreadable, type VirtualInterface } from './model.ts';

/**
 * What a decision depends on beside policy and request: other interfaces, the ledger, and the acceptances of this run so
 * far.
 */
export interface DecisionContext {
  /** the whole listing, with later descriptions */
  readonly interfaces: readonly VirtualInterface[];
  /** the assignments of confirms that were begun */
  readonly intents: Readonly<Record<string, Assignment | Intent>>;
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  /** by ID: why its ledger item cannot be read */
  readonly damaged: Readonly<Record<string, string>>;
  readonly ownConnections: OwnConnections;
  readonly acceptedThisRun: number;
}

/** Whether an interface occupies resources that the request could need: it is live, and accepted or possibly accepted. */
export function occupies(vif: VirtualInterface, context: DecisionContext, requestId: string): boolean {
  return vif.id !== requestId && !hasEnded(vif) && (!isUnacceptedOffer(vif) || mayBeRecorded(vif, context));
}

/**
 * Whether the ledger has, or may have, a record of an interface. Fail closed: a confirm that was begun may still take effect,
 * and a recorded one took effect, even if an outdated listing says otherwise. A damaged record may be either; an interface
 * without a readable ID may be any recorded one.
 */
function mayBeRecorded(vif: VirtualInterface, { intents, acceptances, damaged }: DecisionContext): boolean {
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
  const always = interfaces.filter((vif) => occupies(vif, alone, ''));
  return {
    always: Map.groupBy(always, ({ connection }) => connection),
    byId: Map.groupBy(interfaces, ({ id }) => id),
  };
});

/**
 * The interfaces that occupy resources for any request, by their own state or because the ledger records them, and that are on one of
 * these connections or on an unknown one. The others are mere offers, or of other owners: thousands of them must not be scanned again for
 * each decision.
 */
export function occupyingInterfacesOn(
  connections: readonly string[],
  context: DecisionContext,
): VirtualInterface[] {
  const { always, byId } = indexOf(context.interfaces);
  const asked: ReadonlySet<string | null> = new Set([...connections, null]);
  const found = new Set([...asked].flatMap((connection) => always.get(connection) ?? []));
  for (const records of [context.intents, context.acceptances, context.damaged])
    for (const id of Object.keys(records))
      for (const vif of byId.get(id) ?? [])
        if (asked.has(vif.connection) && occupies(vif, context, '')) found.add(vif);
  return [...found];
}

/** The context with a newer description of one interface; `null`: it no longer exists. */
export function withDescription(
  context: DecisionContext,
  id: string,
  vif: VirtualInterface | null,
): DecisionContext {
  if (vif === null) return without(context, id);
  const { interfaces } = context;
  const listed = indexOf(interfaces).byId.get(id)?.[0];
  if (listed === undefined) return { ...context, interfaces: [...interfaces, vif] };
  // It is nearly always unchanged: then the thousands of others are not copied.
  return canonicalJson(listed) === canonicalJson(vif)
    ? context
    : { ...context, interfaces: interfaces.with(interfaces.indexOf(listed), vif) };
}

/**
 * Removes an interface that no longer exists, with its intent: an unlisted intent would hold every request for its
 * gateway.
 */
function without(context: DecisionContext, id: string): DecisionContext {
  const { [id]: _, ...intents } = context.intents;
  return { ...context, intents, interfaces: context.interfaces.filter((other) => other.id !== id) };
}

/**
 * The context after an assignment: slots, VLAN and addresses of the request are taken, regardless of the outcome of its
 * confirm.
 */
export function withAssignment(
  context: DecisionContext,
  id: string,
  assignment: Assignment,
): DecisionContext {
  return {
    ...context,
    intents: { ...context.intents, [id]: assignment },
    acceptedThisRun: context.acceptedThisRun + 1,
  };
}

/**
 * The context before `withAssignment`, so that a request does not conflict with its own assignment when it is decided
 * again.
 */
export function withoutAssignment(context: DecisionContext, id: string): DecisionContext {
  const { [id]: _, ...intents } = context.intents;
  return { ...context, intents, acceptedThisRun: context.acceptedThisRun - 1 };
}

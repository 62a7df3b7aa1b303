import type { Acceptance, Observation } from './ledgerEntries.ts';
import type { LedgerChange, LedgerState, PublishedMarker, QueuedEvent } from './ledgerState.ts';

/** The state after one write. Records (receipts, ends, policies) are no part of it: see `recordOf`. */
export function applyLedgerChange(state: LedgerState, change: LedgerChange): LedgerState {
  return applyLedgerChanges(state, [change]);
}

/** The state after several, in order. What they change is copied once: a change of thousands would be too slow with a copy each. */
export function applyLedgerChanges(state: LedgerState, changes: readonly LedgerChange[]): LedgerState {
  if (changes.length === 0) return state;
  const draft = draftOf(state);
  for (const change of changes) apply(draft, change);
  const { lastListing, failing, turns, observations: sightings, intents, acceptances, outbox } = draft;
  return {
    ...state,
    lastListing,
    failing,
    turns,
    observations: sightings.finished(),
    intents: intents.finished(),
    acceptances: acceptances.finished(),
    outbox: outbox.finished(),
  };
}

/** What changes bring about, of which the values by ID are never changed in place. */
type Draft = {
  -readonly [K in Exclude<keyof LedgerState, 'damaged' | 'turns'>]: LedgerState[K] extends Readonly<
    Record<string, infer Value>
  >
    ? Part<Value>
    : LedgerState[K];
} & { turns: LedgerState['turns'] };

/** One part of a state by ID. It is copied when it is first changed, and not before. */
interface Part<V> {
  get(id: string): V | undefined;
  set(id: string, value: V): void;
  delete(id: string): void;
  finished(): Readonly<Record<string, V>>;
}

function partOf<V>(record: Readonly<Record<string, V>>): Part<V> {
  let copy: Record<string, V> | null = null;
  const now = (): Readonly<Record<string, V>> => copy ?? record;
  const changed = (): Record<string, V> => {
    copy ??= { ...record };
    return copy;
  };
  return {
    get: (id) => (Object.hasOwn(now(), id) ? now()[id] : undefined),
    // Defined, not assigned: to an object some names, such as `__proto__`, are no keys like others.
    set: (id, value) => {
      Object.defineProperty(changed(), id, { value, writable: true, enumerable: true, configurable: true });
    },
    delete: (id) => {
      if (Object.hasOwn(now(), id)) delete changed()[id];
    },
    finished: now,
  };
}

function draftOf(state: LedgerState): Draft {
  return {
    lastListing: state.lastListing,
    failing: state.failing,
    turns: state.turns,
    observations: partOf(state.observations),
    intents: partOf(state.intents),
    acceptances: partOf(state.acceptances),
    outbox: partOf(state.outbox),
  };
}

function apply(draft: Draft, change: LedgerChange): void {
  switch (change.kind) {
    case 'listed':
      draft.lastListing = change.at;
      return;
    case 'sighted':
      draft.observations.set(change.id, change.observation);
      return;
    case 'intended':
      draft.intents.set(change.id, change.intent);
      return;
    case 'intentDropped':
      draft.intents.delete(change.id);
      return;
    case 'accepted':
      draft.observations.delete(change.id);
      draft.intents.delete(change.id);
      draft.acceptances.set(change.id, change.acceptance);
      return;
    case 'placed':
      withAcceptance(draft, change.id, (acceptance) => ({ ...acceptance, ...change.place }));
      return;
    case 'turned':
      draft.turns = change.turns;
      return;
    case 'ended':
      draft.observations.delete(change.id);
      draft.intents.delete(change.id);
      draft.acceptances.delete(change.id);
      return;
    case 'queued':
      if (change.mark !== null) note(draft, change.mark);
      draft.outbox.set(change.event.id, change.event);
      return;
    case 'undelivered':
      for (const id of change.ids) {
        const queued = draft.outbox.get(id);
        if (queued !== undefined) draft.outbox.set(id, triedInVain(queued, change.isRefusal));
      }
      return;
    case 'delivered':
      for (const id of change.ids) draft.outbox.delete(id);
      return;
    case 'recovered':
      draft.failing = null;
      return;
    case 'policyUsed':
      return;
    default:
      change satisfies never;
  }
}

function triedInVain(queued: QueuedEvent, isRefusal: boolean): QueuedEvent {
  const { triedInVain = 0, refusals = 0 } = queued;
  return {
    ...queued,
    triedInVain: triedInVain + 1,
    ...(isRefusal ? { refusals: refusals + 1 } : {}),
  };
}

/** What is marked may be gone by now: then there is nothing to tell of it again. */
function note(draft: Draft, mark: PublishedMarker): void {
  switch (mark.of) {
    case 'hold':
      withSighting(draft, mark.id, ({ published, ...rest }) => ({
        ...rest,
        published: { ...published, holds: published.holds + 1, codes: mark.codes },
      }));
      return;
    case 'deadline':
      withSighting(draft, mark.id, ({ published: told, ...rest }) => ({
        ...rest,
        published: { ...told, thresholds: [...told.thresholds, mark.mark] },
      }));
      return;
    case 'problem':
      withAcceptance(draft, mark.id, ({ publishedCount, ...rest }) => ({
        ...rest,
        publishedProblem: mark.problem,
        publishedCount: publishedCount + 1,
      }));
      return;
    case 'move':
      withAcceptance(draft, mark.id, ({ publishedCount: timesTold, ...rest }) => ({
        ...rest,
        movedTo: mark.connection,
        publishedCount: timesTold + 1,
      }));
      return;
    case 'failing':
      draft.failing = mark.failing;
      return;
    default:
      mark satisfies never;
  }
}

function withSighting(
  { observations: sightings }: Draft,
  id: string,
  change: (sighting: Observation) => Observation,
): void {
  const sighting = sightings.get(id);
  if (sighting !== undefined) sightings.set(id, change(sighting));
}

function withAcceptance(
  { acceptances }: Draft,
  id: string,
  change: (acceptance: Acceptance) => Acceptance,
): void {
  const acceptance = acceptances.get(id);
  if (acceptance !== undefined) acceptances.set(id, change(acceptance));
}

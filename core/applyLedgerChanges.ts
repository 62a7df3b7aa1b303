import type { Acceptance, Observation } from './ledgerEntries.ts';
import {
  type LedgerChange,
  type LedgerState,
  MAIN_RECEIVER,
  type PublishedMarker,
  type QueuedEvent,
  type ReceiverState,
  receiverStateOf,
} from './ledgerState.ts';

/** The state after one change. Records (receipts, ended requests, policies) are not part of the state. */
export function applyLedgerChange(state: LedgerState, change: LedgerChange): LedgerState {
  return applyLedgerChanges(state, [change]);
}

/**
 * The state after several changes, in order. Each changed part is copied once: a copy for each of thousands of changes
 * would be too slow.
 */
export function applyLedgerChanges(state: LedgerState, changes: readonly LedgerChange[]): LedgerState {
  if (changes.length === 0) return state;
  const draft = createDraft(state);
  for (const change of changes) apply(draft, change);
  const { lastListing, failing, turns, observations, intents, acceptances, outbox } = draft;
  return {
    ...state,
    lastListing,
    failing,
    turns,
    observations: observations.result(),
    intents: intents.result(),
    acceptances: acceptances.result(),
    outbox: outbox.result(),
  };
}

/** A state under change. The values by ID are replaced, never changed in place. */
type Draft = {
  -readonly [K in Exclude<
    keyof LedgerState,
    'damaged' | 'turns' | 'health'
  >]: LedgerState[K] extends Readonly<Record<string, infer Value>> ? DraftPart<Value> : LedgerState[K];
} & { turns: LedgerState['turns'] };

/** One part of a state, by ID. It is copied on its first change. */
interface DraftPart<V> {
  get(id: string): V | undefined;
  set(id: string, value: V): void;
  delete(id: string): void;
  result(): Readonly<Record<string, V>>;
}

function createPart<V>(record: Readonly<Record<string, V>>): DraftPart<V> {
  let copy: Record<string, V> | null = null;
  const current = (): Readonly<Record<string, V>> => copy ?? record;
  const changed = (): Record<string, V> => {
    copy ??= { ...record };
    return copy;
  };
  return {
    get: (id) => (Object.hasOwn(current(), id) ? current()[id] : undefined),
    // Defined, not assigned: assigning to a key such as `__proto__` does not create a property.
    set: (id, value) => {
      Object.defineProperty(changed(), id, { value, writable: true, enumerable: true, configurable: true });
    },
    delete: (id) => {
      if (Object.hasOwn(current(), id)) delete changed()[id];
    },
    result: current,
  };
}

function createDraft(state: LedgerState): Draft {
  return {
    lastListing: state.lastListing,
    failing: state.failing,
    turns: state.turns,
    observations: createPart(state.observations),
    intents: createPart(state.intents),
    acceptances: createPart(state.acceptances),
    outbox: createPart(state.outbox),
  };
}

function apply(draft: Draft, change: LedgerChange): void {
  switch (change.kind) {
    case 'listed':
      draft.lastListing = change.at;
      return;
    case 'observed':
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
      changeAcceptance(draft, change.id, (acceptance) => ({ ...acceptance, ...change.place }));
      return;
    case 'routesRead':
      changeAcceptance(draft, change.id, (acceptance) => ({ ...acceptance, routes: change.routes }));
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
      if (change.mark !== null) applyMarker(draft, change.mark);
      draft.outbox.set(change.event.id, change.event);
      return;
    case 'actorResolved':
      changeQueued(draft, [change.event.id], () => change.event);
      return;
    case 'undelivered':
      changeQueued(draft, change.ids, (queued) => recordFailedDelivery(queued, change));
      return;
    case 'settled':
      changeQueued(draft, change.ids, (queued) => recordAt(queued, change.receiver, { isDone: true }));
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

/** Changes those of the events that are still queued. */
function changeQueued(draft: Draft, ids: readonly string[], to: (queued: QueuedEvent) => QueuedEvent): void {
  for (const id of ids) {
    const queued = draft.outbox.get(id);
    if (queued !== undefined) draft.outbox.set(id, to(queued));
  }
}

function recordFailedDelivery(
  queued: QueuedEvent,
  { receiver = MAIN_RECEIVER, isRefusal }: Extract<LedgerChange, { kind: 'undelivered' }>,
): QueuedEvent {
  const { triedInVain = 0, refusals = 0 } = receiverStateOf(queued, receiver);
  const attempts = { triedInVain: triedInVain + 1, ...(isRefusal ? { refusals: refusals + 1 } : {}) };
  return receiver === MAIN_RECEIVER ? { ...queued, ...attempts } : recordAt(queued, receiver, attempts);
}

/** Changes the state of an event at one receiver. */
function recordAt(queued: QueuedEvent, receiver: string, change: ReceiverState): QueuedEvent {
  const { receivers = {} } = queued;
  const own = Object.hasOwn(receivers, receiver) ? receivers[receiver] : {};
  return { ...queued, receivers: { ...receivers, [receiver]: { ...own, ...change } } };
}

/** Records that an event was published. The entry that it is about may be deleted already: then no marker is needed. */
function applyMarker(draft: Draft, mark: PublishedMarker): void {
  switch (mark.of) {
    case 'hold':
      changeObservation(draft, mark.id, ({ published, ...rest }) => ({
        ...rest,
        published: { ...published, holds: published.holds + 1, codes: mark.codes },
      }));
      return;
    case 'deadline':
      changeObservation(draft, mark.id, ({ published, ...rest }) => ({
        ...rest,
        published: { ...published, thresholds: [...published.thresholds, mark.threshold] },
      }));
      return;
    case 'problem':
      changeAcceptance(draft, mark.id, ({ publishedCount, ...rest }) => ({
        ...rest,
        publishedProblem: mark.problem,
        publishedCount: publishedCount + 1,
      }));
      return;
    case 'move':
      changeAcceptance(draft, mark.id, ({ publishedCount, ...rest }) => ({
        ...rest,
        movedTo: mark.connection,
        publishedCount: publishedCount + 1,
      }));
      return;
    case 'routes':
      changeAcceptance(draft, mark.id, ({ routes, ...rest }) => ({
        ...rest,
        routes: routes && { ...routes, published: mark.keys, publishedCount: routes.publishedCount + 1 },
      }));
      return;
    case 'failing':
      draft.failing = mark.failing;
      return;
    default:
      mark satisfies never;
  }
}

function changeObservation(
  { observations }: Draft,
  id: string,
  change: (observation: Observation) => Observation,
): void {
  const observation = observations.get(id);
  if (observation !== undefined) observations.set(id, change(observation));
}

function changeAcceptance(
  { acceptances }: Draft,
  id: string,
  change: (acceptance: Acceptance) => Acceptance,
): void {
  const acceptance = acceptances.get(id);
  if (acceptance !== undefined) acceptances.set(id, change(acceptance));
}

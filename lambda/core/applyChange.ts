import type { LedgerChange, LedgerState, Mark } from './ledger.ts';
import type { Sighting } from './remembered.ts';

/** The state after one write. Records (receipts, ends, policies) are no part of it: see `recordOf`. */
export function applyChange(state: LedgerState, change: LedgerChange): LedgerState {
  return applyChanges(state, [change]);
}

/** The state after several, in order. It is copied once: a change of thousands would be too slow with a copy for each. */
export function applyChanges(state: LedgerState, changes: readonly LedgerChange[]): LedgerState {
  if (changes.length === 0) return state;
  const draft = draftOf(state);
  for (const change of changes) apply(draft, change);
  const { lastListing, failing, sightings, intents, acceptances, outbox } = draft;
  return {
    ...state,
    lastListing,
    failing,
    sightings: Object.fromEntries(sightings),
    intents: Object.fromEntries(intents),
    acceptances: Object.fromEntries(acceptances),
    outbox: Object.fromEntries(outbox),
  };
}

/** What changes bring about, of which the values by ID are never changed in place. */
type Draft = {
  -readonly [K in Exclude<keyof LedgerState, 'damaged'>]: LedgerState[K] extends Readonly<
    Record<string, infer Value>
  >
    ? Map<string, Value>
    : LedgerState[K];
};

function draftOf(state: LedgerState): Draft {
  return {
    lastListing: state.lastListing,
    failing: state.failing,
    sightings: new Map(Object.entries(state.sightings)),
    intents: new Map(Object.entries(state.intents)),
    acceptances: new Map(Object.entries(state.acceptances)),
    outbox: new Map(Object.entries(state.outbox)),
  };
}

function apply(draft: Draft, change: LedgerChange): void {
  switch (change.kind) {
    case 'listed':
      draft.lastListing = change.at;
      return;
    case 'sighted':
      draft.sightings.set(change.id, change.sighting);
      return;
    case 'intended':
      draft.intents.set(change.id, change.intent);
      return;
    case 'intentDropped':
      draft.intents.delete(change.id);
      return;
    case 'accepted':
      draft.sightings.delete(change.id);
      draft.intents.delete(change.id);
      draft.acceptances.set(change.id, change.acceptance);
      return;
    case 'ended':
      draft.sightings.delete(change.id);
      draft.intents.delete(change.id);
      draft.acceptances.delete(change.id);
      return;
    case 'queued':
      if (change.mark !== null) note(draft, change.mark);
      draft.outbox.set(change.announcement.id, change.announcement);
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

/** What is marked may be gone by now: then there is nothing to tell of it again. */
function note(draft: Draft, mark: Mark): void {
  switch (mark.of) {
    case 'hold':
      withSighting(draft, mark.id, ({ told, ...rest }) => ({
        ...rest,
        told: { ...told, holds: told.holds + 1, codes: mark.codes },
      }));
      return;
    case 'deadline':
      withSighting(draft, mark.id, ({ told, ...rest }) => ({
        ...rest,
        told: { ...told, marks: [...told.marks, mark.mark] },
      }));
      return;
    case 'problem': {
      const acceptance = draft.acceptances.get(mark.id);
      if (acceptance === undefined) return;
      const { timesTold } = acceptance;
      draft.acceptances.set(mark.id, { ...acceptance, told: mark.problem, timesTold: timesTold + 1 });
      return;
    }
    case 'failing':
      draft.failing = mark.failing;
      return;
    default:
      mark satisfies never;
  }
}

function withSighting({ sightings }: Draft, id: string, change: (sighting: Sighting) => Sighting): void {
  const sighting = sightings.get(id);
  if (sighting !== undefined) sightings.set(id, change(sighting));
}

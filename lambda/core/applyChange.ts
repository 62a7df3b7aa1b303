import type { LedgerChange, LedgerState, Mark } from './ledger.ts';
import type { Sighting } from './remembered.ts';

/** The state after one write. Records (receipts, ends, policies) are no part of it: see `recordOf`. */
export function applyChange(state: LedgerState, change: LedgerChange): LedgerState {
  switch (change.kind) {
    case 'listed':
      return { ...state, lastListing: change.at };
    case 'sighted':
      return { ...state, sightings: { ...state.sightings, [change.id]: change.sighting } };
    case 'intended':
      return { ...state, intents: { ...state.intents, [change.id]: change.intent } };
    case 'intentDropped':
      return { ...state, intents: without(state.intents, [change.id]) };
    case 'accepted':
      return {
        ...forgotten(state, change.id),
        acceptances: { ...state.acceptances, [change.id]: change.acceptance },
      };
    case 'ended':
      return forgotten(state, change.id);
    case 'queued': {
      const { announcement, mark } = change;
      const outbox = { ...state.outbox, [announcement.id]: announcement };
      return { ...(mark === null ? state : marked(state, mark)), outbox };
    }
    case 'delivered':
      return { ...state, outbox: without(state.outbox, change.ids) };
    case 'recovered':
      return { ...state, failing: null };
    case 'policyUsed':
      return state;
    default:
      return change satisfies never;
  }
}

function forgotten(state: LedgerState, id: string): LedgerState {
  return {
    ...state,
    sightings: without(state.sightings, [id]),
    intents: without(state.intents, [id]),
    acceptances: without(state.acceptances, [id]),
  };
}

/** What is marked may be gone by now: then there is nothing to tell of it again. */
function marked(state: LedgerState, mark: Mark): LedgerState {
  switch (mark.of) {
    case 'hold':
      return withSighting(state, mark.id, ({ told, ...rest }) => ({
        ...rest,
        told: { ...told, holds: told.holds + 1, codes: mark.codes },
      }));
    case 'deadline':
      return withSighting(state, mark.id, ({ told, ...rest }) => ({
        ...rest,
        told: { ...told, marks: [...told.marks, mark.mark] },
      }));
    case 'problem': {
      const acceptance = state.acceptances[mark.id];
      if (acceptance === undefined) return state;
      return {
        ...state,
        acceptances: {
          ...state.acceptances,
          [mark.id]: { ...acceptance, told: mark.problem, timesTold: acceptance.timesTold + 1 },
        },
      };
    }
    case 'failing':
      return { ...state, failing: mark.failing };
    default:
      return mark satisfies never;
  }
}

function withSighting(state: LedgerState, id: string, change: (sighting: Sighting) => Sighting): LedgerState {
  const sighting = state.sightings[id];
  if (sighting === undefined) return state;
  return { ...state, sightings: { ...state.sightings, [id]: change(sighting) } };
}

function without<T>(items: Readonly<Record<string, T>>, ids: readonly string[]): Readonly<Record<string, T>> {
  const gone = new Set(ids);
  return Object.fromEntries(Object.entries(items).filter(([id]) => !gone.has(id)));
}

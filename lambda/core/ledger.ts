import type { ReasonCode } from './reasons.ts';

/** What must outlive a pass, for one target. Instants are ISO 8601 in UTC. */
export interface LedgerState {
  /** when the last complete listing began */
  readonly lastListing: string | null;
  /** requests not yet accepted nor over, by ID */
  readonly sightings: Readonly<Record<string, Sighting>>;
  /** confirms begun whose end is not known for certain, by ID */
  readonly intents: Readonly<Record<string, Intent>>;
  /** what this product accepted and is not over, by ID */
  readonly acceptances: Readonly<Record<string, Acceptance>>;
}

export interface Sighting {
  /** after the answer that first showed it */
  readonly firstSeen: string;
  /** beginning of the last complete listing before that, which did not show it; `null` when there was none */
  readonly notListedAt: string | null;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** confirms tried and failed */
  readonly failures: number;
  /** reason codes of the last pass that held it, for when it ends unaccepted */
  readonly held: readonly ReasonCode[];
}

/** What a request is being given. */
export interface Award {
  readonly at: string;
  readonly owner: string;
  /** every grant that fitted: all their limits apply */
  readonly grants: readonly string[];
  readonly gateway: string;
}

export interface Intent extends Award {
  /** complete listings since, that still showed it confirming */
  readonly listings: number;
}

export type Acceptance = Award;

/** One write. Every ledger applies them with `applyChange`, so that all agree on what a write means. */
export type LedgerChange =
  | { readonly kind: 'listed'; readonly at: string }
  | { readonly kind: 'sighted'; readonly id: string; readonly sighting: Sighting }
  | { readonly kind: 'intended'; readonly id: string; readonly intent: Intent }
  | { readonly kind: 'intentDropped'; readonly id: string }
  | { readonly kind: 'accepted'; readonly id: string; readonly acceptance: Acceptance }
  | { readonly kind: 'ended'; readonly id: string };

export const EMPTY_LEDGER: LedgerState = { lastListing: null, sightings: {}, intents: {}, acceptances: {} };

export function applyChange(state: LedgerState, change: LedgerChange): LedgerState {
  switch (change.kind) {
    case 'listed':
      return { ...state, lastListing: change.at };
    case 'sighted':
      return { ...state, sightings: { ...state.sightings, [change.id]: change.sighting } };
    case 'intended':
      return { ...state, intents: { ...state.intents, [change.id]: change.intent } };
    case 'intentDropped':
      return { ...state, intents: without(state.intents, change.id) };
    case 'accepted':
      return {
        ...state,
        sightings: without(state.sightings, change.id),
        intents: without(state.intents, change.id),
        acceptances: { ...state.acceptances, [change.id]: change.acceptance },
      };
    case 'ended':
      return {
        ...state,
        sightings: without(state.sightings, change.id),
        intents: without(state.intents, change.id),
        acceptances: without(state.acceptances, change.id),
      };
    default:
      return change satisfies never;
  }
}

function without<T>(items: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  const { [id]: _, ...rest } = items;
  return rest;
}

import type { DeadlineThreshold } from './deadline.ts';
import type { EndedRequest } from './endedRequest.ts';
import type { AcceptorEvent } from './events/event.ts';
import type { Acceptance, FollowUpProblem, Intent, Observation, RouteWatch } from './ledgerEntries.ts';
import type { Receipt } from './receipt.ts';

/** The state that is kept between runs, for one target. Instants are ISO 8601 in UTC. */
export interface LedgerState {
  /** when the last complete listing began */
  readonly lastListing: string | null;
  /** the current failure cause, while runs fail and the failure was published */
  readonly failing: OngoingFailure | null;
  /** the observations of pending requests, by ID */
  readonly observations: Readonly<Record<string, Observation>>;
  /** confirms that were begun and whose outcome is unknown, by ID */
  readonly intents: Readonly<Record<string, Intent>>;
  /** interfaces that this product accepted and that have not ended, by ID */
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  /** events that are not delivered yet, by event ID */
  readonly outbox: Readonly<Record<string, QueuedEvent>>;
  /** the time of each owner's last turn, by name; empty unless an owner has to wait for a turn */
  readonly turns: Readonly<Record<string, string>>;
  /** items that cannot be read, by ID: what is wrong and how to fix it. They are left unchanged */
  readonly damaged: Readonly<Record<string, string>>;
}

/** An event that is not delivered yet. */
export interface QueuedEvent extends AcceptorEvent {
  /** number of runs that tried to deliver it and failed; absent: none */
  readonly triedInVain?: number;
  /** number of these runs that delivered other events; absent: none */
  readonly refusals?: number;
}

export interface OngoingFailure {
  /** start of the first run that failed with this cause */
  readonly since: string;
  readonly codes: readonly string[];
}

/** Records that an event was published, so that it is published only once. */
export type PublishedMarker =
  | { readonly of: 'hold'; readonly id: string; readonly codes: readonly string[] }
  | { readonly of: 'deadline'; readonly id: string; readonly threshold: DeadlineThreshold }
  | { readonly of: 'problem'; readonly id: string; readonly problem: FollowUpProblem }
  /** an accepted interface is on another connection than the one on which it was offered */
  | { readonly of: 'move'; readonly id: string; readonly connection: string }
  | { readonly of: 'routes'; readonly id: string; readonly keys: readonly string[] }
  | { readonly of: 'failing'; readonly failing: OngoingFailure };

/** One change of the state. Every ledger applies changes with `applyLedgerChanges`, so that all ledgers behave the same. */
export type LedgerChange =
  /** `null`: the last listing was timed by a clock that ran ahead, and proves nothing */
  | { readonly kind: 'listed'; readonly at: string | null }
  | { readonly kind: 'observed'; readonly id: string; readonly observation: Observation }
  | { readonly kind: 'intended'; readonly id: string; readonly intent: Intent }
  | { readonly kind: 'intentDropped'; readonly id: string }
  /** with its receipt if the acceptance is new */
  | {
      readonly kind: 'accepted';
      readonly id: string;
      readonly acceptance: Acceptance;
      readonly receipt: Receipt | null;
    }
  /** the connection of an accepted interface, as a listing showed it */
  | {
      readonly kind: 'placed';
      readonly id: string;
      readonly place: Pick<Acceptance, 'connection' | 'movedTo'>;
    }
  /** what the owner of an accepted interface advertises */
  | { readonly kind: 'routesRead'; readonly id: string; readonly routes: RouteWatch }
  /** replaces all earlier turns */
  | { readonly kind: 'turned'; readonly turns: LedgerState['turns'] }
  /** with the record of the end; `null`: there is nothing to report */
  | { readonly kind: 'ended'; readonly id: string; readonly ended: EndedRequest | null }
  | { readonly kind: 'queued'; readonly event: AcceptorEvent; readonly mark: PublishedMarker | null }
  /** delivery failed; a refusal if the run delivered other events */
  | { readonly kind: 'undelivered'; readonly ids: readonly string[]; readonly isRefusal: boolean }
  /** delivered, or given up after too many refusals: in both cases no longer queued */
  | { readonly kind: 'delivered'; readonly ids: readonly string[] }
  | { readonly kind: 'recovered' }
  /** the compiled text of a policy, before the first acceptance under it */
  | { readonly kind: 'policyUsed'; readonly digest: string; readonly text: string };

export const EMPTY_LEDGER: LedgerState = {
  lastListing: null,
  failing: null,
  observations: {},
  intents: {},
  acceptances: {},
  outbox: {},
  turns: {},
  damaged: {},
};

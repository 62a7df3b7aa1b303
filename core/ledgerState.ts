import type { AwaitedActor } from './awaitedActor.ts';
import type { DeadlineThreshold } from './deadline.ts';
import type { EndedRequest } from './endedRequest.ts';
import type { AcceptorEvent } from './events/event.ts';
import type { TargetHealth } from './health.ts';
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
  /** what the latest runs reported; `null`: no run has recorded it; `unreadable`: it is replaced when the run ends */
  readonly health: TargetHealth | 'unreadable' | null;
  /** items that cannot be read, by ID: what is wrong and how to fix it. They are left unchanged */
  readonly damaged: Readonly<Record<string, string>>;
}

/** The attempts to deliver an event to one receiver. */
interface DeliveryAttempts {
  /** number of runs that tried to deliver it and failed; absent: none */
  readonly triedInVain?: number;
  /** number of these runs that delivered other events; absent: none */
  readonly refusals?: number;
  /** who made the change that it reports is looked up before it is delivered; absent: it is ready */
  readonly awaitedActor?: AwaitedActor;
}

/** What became of a queued event at one receiver. */
export interface ReceiverState extends DeliveryAttempts {
  /** delivered or given up there, while other receivers do not have it yet; absent: neither */
  readonly isDone?: boolean;
}

/** An event that not every receiver has yet. Its own attempts are those at the main receiver: the event bus or the events file. */
export interface QueuedEvent extends AcceptorEvent, DeliveryAttempts {
  /** by the receiver's name; absent: every receiver still needs it, and none but the main one was tried */
  readonly receivers?: Readonly<Record<string, ReceiverState>>;
}

/** The name of the event bus or events file among the receivers of an event. */
export const MAIN_RECEIVER = 'events';

/** What became of an event at a receiver. */
export function receiverStateOf(queued: QueuedEvent, receiver: string): ReceiverState {
  const { triedInVain = 0, refusals = 0, receivers = {} } = queued;
  const own = Object.hasOwn(receivers, receiver) ? (receivers[receiver] ?? {}) : {};
  return receiver === MAIN_RECEIVER ? { ...own, triedInVain, refusals } : own;
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
  | { readonly kind: 'queued'; readonly event: QueuedEvent; readonly mark: PublishedMarker | null }
  /** a queued event does not wait for its actor any longer; with the record of the end that names the actor, if one was found */
  | { readonly kind: 'actorResolved'; readonly event: QueuedEvent; readonly ended: EndedRequest | null }
  /** delivery to one receiver failed; a refusal if the run delivered other events there. No receiver: the main one */
  | {
      readonly kind: 'undelivered';
      readonly ids: readonly string[];
      readonly isRefusal: boolean;
      readonly receiver?: string;
    }
  /** delivered to one receiver, or given up there, while others still need it */
  | { readonly kind: 'settled'; readonly ids: readonly string[]; readonly receiver: string }
  /** delivered to every receiver, or given up after too many refusals: in both cases no longer queued */
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
  health: null,
  damaged: {},
};

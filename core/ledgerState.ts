import type { DeadlineThreshold } from './deadline.ts';
import type { EndedRequest } from './endedRequest.ts';
import type { AcceptorEvent } from './events/event.ts';
import type { Acceptance, FollowUpProblem, Intent, Observation } from './ledgerEntries.ts';
import type { Receipt } from './receipt.ts';

/** What must outlive a pass, for one target. Instants are ISO 8601 in UTC. */
export interface LedgerState {
  /** when the last complete listing began */
  readonly lastListing: string | null;
  /** what passes have been failing of, as long as they do and it was announced */
  readonly failing: OngoingFailure | null;
  /** everything confirming that is not yet accepted nor over, by ID */
  readonly observations: Readonly<Record<string, Observation>>;
  /** confirms begun whose end is not known for certain, by ID */
  readonly intents: Readonly<Record<string, Intent>>;
  /** what this product accepted and is not over, by ID */
  readonly acceptances: Readonly<Record<string, Acceptance>>;
  /** what is to be announced and was not delivered yet, by the announcement's ID */
  readonly outbox: Readonly<Record<string, QueuedEvent>>;
  /** when owners had their last turns, by name; empty unless some had to wait for theirs */
  readonly turns: Readonly<Record<string, string>>;
  /** items that cannot be read, by ID: what is wrong and how to mend it. They are left as they are */
  readonly damaged: Readonly<Record<string, string>>;
}

/** An announcement that is to be delivered. */
export interface QueuedEvent extends AcceptorEvent {
  /** in how many runs it was tried and not delivered; absent: in none */
  readonly triedInVain?: number;
  /** in how many of these runs others were delivered; absent: in none */
  readonly refusals?: number;
}

export interface OngoingFailure {
  /** start of the first pass that failed so */
  readonly since: string;
  readonly codes: readonly string[];
}

/** That an announcement was made, so that it is made once. */
export type PublishedMarker =
  | { readonly of: 'hold'; readonly id: string; readonly codes: readonly string[] }
  | { readonly of: 'deadline'; readonly id: string; readonly mark: DeadlineThreshold }
  | { readonly of: 'problem'; readonly id: string; readonly problem: FollowUpProblem }
  /** that an accepted interface is on another connection than the one by which it was offered */
  | { readonly of: 'move'; readonly id: string; readonly connection: string }
  | { readonly of: 'failing'; readonly failing: OngoingFailure };

/** One write. Every ledger applies them with `applyChanges`, so that all agree on what a write means. */
export type LedgerChange =
  /** `null`: the last one was timed by a clock that ran ahead, and proves nothing */
  | { readonly kind: 'listed'; readonly at: string | null }
  | { readonly kind: 'sighted'; readonly id: string; readonly observation: Observation }
  | { readonly kind: 'intended'; readonly id: string; readonly intent: Intent }
  | { readonly kind: 'intentDropped'; readonly id: string }
  /** with its receipt when it is new */
  | {
      readonly kind: 'accepted';
      readonly id: string;
      readonly acceptance: Acceptance;
      readonly receipt: Receipt | null;
    }
  /** what a listing showed of where an accepted interface is */
  | {
      readonly kind: 'placed';
      readonly id: string;
      readonly place: Pick<Acceptance, 'connection' | 'movedTo'>;
    }
  /** in the place of those before */
  | { readonly kind: 'turned'; readonly turns: LedgerState['turns'] }
  /** with what is kept of it for a while, when there is something to tell */
  | { readonly kind: 'ended'; readonly id: string; readonly ended: EndedRequest | null }
  | { readonly kind: 'queued'; readonly event: AcceptorEvent; readonly mark: PublishedMarker | null }
  /** tried and not delivered; a refusal where the run delivered others */
  | { readonly kind: 'undelivered'; readonly ids: readonly string[]; readonly isRefusal: boolean }
  /** delivered, or given up after too many refusals: either way it is no longer queued */
  | { readonly kind: 'delivered'; readonly ids: readonly string[] }
  | { readonly kind: 'recovered' }
  /** the compiled text of a policy by which something is about to be accepted */
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

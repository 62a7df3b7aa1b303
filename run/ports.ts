import type { EndedRequest } from '../core/endedRequest.ts';
import type { AcceptorEvent } from '../core/events/event.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import type { Gateway, Routing, VirtualInterface } from '../core/model.ts';
import type { Receipt } from '../core/receipt.ts';

/** Everything a pass needs of the world. Adapters implement these; the simulator and the real clouds stand behind them. */
export interface Ports {
  readonly clock: Clock;
  readonly directConnect: DirectConnect;
  readonly gateways: Gateways;
  readonly caller: Caller;
  readonly ledger: Ledger;
  /** `null`: whoever reads the report is told by it, and nothing is remembered as announced */
  readonly eventPublisher: EventPublisher | null;
}

export interface Clock {
  /** civil time: for deadlines, grants and records */
  now(): Date;
  /** milliseconds from any start, never stepping: for leases and time-outs */
  monotonic(): number;
}

export interface DirectConnect {
  /**
   * Every virtual interface that the API shows, all pages.
   * @throws ListingIncomplete when there may be more than was answered
   * @throws ApiFailure
   */
  list(): Promise<readonly VirtualInterface[]>;
  /** One virtual interface, or `null` when the API knows none of that ID. @throws ApiFailure */
  describe(id: string): Promise<VirtualInterface | null>;
  /** IDs of the recipient's own connections and LAGs. @throws ApiFailure */
  ownConnections(): Promise<ReadonlySet<string>>;
  /**
   * Accepts a private virtual interface, in one attempt. After any error it may have been accepted all the same:
   * describe it.
   * @returns its state, or `null` when the answer had none
   * @throws KeyReplaced when nothing was confirmed and the request must be decided upon again
   * @throws ApiFailure
   */
  confirm(id: string, gateway: string): Promise<string | null>;
  /** How often the APIs, that of the gateways too, refused a call as one too many, those tried again and answered included. */
  throttleCount(): number;
}

export interface Gateways {
  /** Every gateway of the recipient, of the kinds asked for. @throws ApiFailure */
  list(kinds: ReadonlySet<Gateway['kind']>): Promise<readonly Gateway[]>;
  /** What leads on from a gateway of the recipient; it needs rights that accepting does not. @throws ApiFailure */
  readRouting(gateway: string): Promise<Routing>;
}

export interface Caller {
  /** 12 digits; `null` where the provider has no way to ask. @throws ApiFailure */
  account(): Promise<string | null>;
}

/** Memory, by recipient key. */
export interface Ledger {
  /** What is remembered, without a lease: for reading only. @throws LedgerFailure */
  readState(key: string): Promise<LedgerState>;
  /**
   * Takes the lease and reads.
   * @param leaseMs how long the lease holds unless it is given back
   * @returns `null` when somebody else holds it
   * @throws LedgerFailure
   */
  open(key: string, leaseMs: number): Promise<LedgerSession | null>;
  /** What was accepted and what ended since then, in the order of time. @throws LedgerFailure */
  readRecords(key: string, since: Date): Promise<LedgerRecords>;
  /** The compiled text of a policy by which something was accepted; `null`: none of that digest. @throws LedgerFailure */
  readPolicy(digest: string): Promise<string | null>;
}

export interface LedgerSession {
  readonly state: LedgerState;
  /**
   * Writes in order. A failure leaves none or some of them written: announcements before what they are about, sightings
   * before the listing, and an intent only when the lease is ours.
   * @throws LedgerFailure, also when the lease is no longer ours
   */
  write(changes: readonly LedgerChange[]): Promise<void>;
  /** Writes what is left to write, and gives the lease back. @throws LedgerFailure */
  close(changes: readonly LedgerChange[]): Promise<void>;
}

export interface LedgerRecords {
  /** kept for ever */
  readonly receipts: readonly Receipt[];
  /** kept for 90 days */
  readonly ended: readonly EndedRequest[];
  /** records that cannot be read, a sentence each */
  readonly damaged: readonly string[];
}

export interface EventPublisher {
  /** Delivers what it can; what was not delivered is tried again by the next pass. Never throws. */
  publish(announcements: readonly AcceptorEvent[]): Promise<Delivery>;
}

export interface Delivery {
  /** IDs */
  readonly delivered: readonly string[];
  /** IDs of those that were not delivered for a reason that passes, such as a receiver that is down: no refusals */
  readonly postponed?: readonly string[];
  /** why the others were not, for people; `null` when there are none */
  readonly problem: string | null;
}

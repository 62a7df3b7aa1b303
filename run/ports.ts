import type { LoggedCall, ManualAction } from '../core/actor.ts';
import type { EndedRequest } from '../core/endedRequest.ts';
import type { AcceptorEvent } from '../core/events/event.ts';
import type { TargetHealth } from '../core/health.ts';
import type { InterfaceKind } from '../core/kinds.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import type { Gateway, GatewayNetworks, Routing, VirtualInterface } from '../core/model.ts';
import type { Receipt } from '../core/receipt.ts';

/** What a run needs from outside. The adapters implement these interfaces, for the real clouds and for the emulator alike. */
export interface Ports {
  readonly clock: Clock;
  readonly directConnect: DirectConnect;
  readonly gateways: Gateways;
  readonly caller: Caller;
  /** absent: actors are never looked up */
  readonly auditLog?: AuditLog;
  readonly ledger: Ledger;
  /** `null`: without webhooks, no event is published or recorded as published; only the report says what happened */
  readonly eventPublisher: EventPublisher | null;
  /** further receivers, each of which gets every event independently of the others; absent: none */
  readonly webhooks?: readonly Webhook[];
}

/** The current time. */
export interface Clock {
  /** wall-clock time: for deadlines, grants and records */
  now(): Date;
  /** milliseconds of a clock that never steps, from an arbitrary start: for leases and time-outs */
  monotonic(): number;
}

/** The Direct Connect API of a provider. */
export interface DirectConnect {
  /**
   * Lists every virtual interface that the API shows, over all pages.
   * @throws ListingIncomplete when the answer may lack some
   * @throws ApiFailure
   */
  list(): Promise<readonly VirtualInterface[]>;
  /** Describes one virtual interface; `null`: the API knows none with that ID. @throws ApiFailure */
  describe(id: string): Promise<VirtualInterface | null>;
  /** Lists the IDs of the recipient's own connections and LAGs. @throws ApiFailure */
  ownConnections(): Promise<ReadonlySet<string>>;
  /**
   * Accepts a virtual interface of a kind, in one attempt. After an error it may have been accepted nevertheless, so the
   * caller must describe it.
   * @returns its state, or `null` when the answer had none
   * @throws KeyReplaced when nothing was confirmed and the request must be evaluated again
   * @throws ApiFailure
   */
  confirm(kind: InterfaceKind, id: string, gateway: string): Promise<string | null>;
  /**
   * Lists the prefixes that the owner of an accepted interface advertises over it, each once. Only where the provider lists routes.
   * @throws ApiFailure
   */
  advertisedPrefixes(id: string): Promise<readonly string[]>;
  /** How often an API, that of the gateways included, throttled a call, also where a retry succeeded. */
  throttleCount(): number;
}

/** The recipient's gateways. */
export interface Gateways {
  /** Lists every gateway of the recipient, of the given kinds. @throws ApiFailure */
  list(kinds: ReadonlySet<Gateway['kind']>): Promise<readonly Gateway[]>;
  /**
   * Reads for which kinds of interface a gateway is used, according to what is associated with it. `unknown`: for something that this
   * release does not know. A gateway with nothing associated serves no kind yet.
   * @throws ApiFailure
   */
  servedKinds(gateway: string): Promise<readonly (InterfaceKind | 'unknown')[]>;
  /** Reads where a gateway of the recipient routes to. Needs permissions that accepting does not need. @throws ApiFailure */
  readRouting(gateway: string): Promise<Routing>;
  /** Reads the networks of the VPCs behind a gateway. Needs permissions that accepting does not need. @throws ApiFailure */
  readNetworks(gateway: string): Promise<GatewayNetworks>;
}

/** The identity of the credentials. */
export interface Caller {
  /** Returns the account of the credentials, 12 digits; `null`: the provider has no API for it. @throws ApiFailure */
  account(): Promise<string | null>;
}

/** The provider's log of the calls that were made in the recipient's account. It only informs: no decision depends on it. */
export interface AuditLog {
  /**
   * Reads the successful calls that do something to an interface, in a period. It may lack calls of the last 15 minutes, and the oldest
   * of very many calls.
   * @param type the type of the interfaces; `null`: any
   * @throws CallFailure
   */
  read(action: ManualAction, type: string | null, since: Date, until: Date): Promise<readonly LoggedCall[]>;
}

/** The state kept between runs, by recipient key. */
export interface Ledger {
  /** Reads the state without taking the lease. @throws LedgerFailure */
  readState(key: string): Promise<LedgerState>;
  /**
   * Takes the lease and reads the state.
   * @param leaseMs after how long the lease expires unless it is released
   * @returns `null` when another run has the lease
   * @throws LedgerFailure
   */
  open(key: string, leaseMs: number): Promise<LedgerSession | null>;
  /** Reads what was accepted and what was closed since then, in order of time. @throws LedgerFailure */
  readRecords(key: string, since: Date): Promise<LedgerRecords>;
  /**
   * Reads the compiled text of a policy under which something was accepted; `null`: none has that digest.
   * @throws LedgerFailure
   */
  readPolicy(digest: string): Promise<string | null>;
}

/** The ledger of a recipient, under its lease. */
export interface LedgerSession {
  readonly state: LedgerState;
  /**
   * Writes the changes in order. After a failure, none or some of them are written: events before or with the changes that they
   * report, observations before the listing, and an intent only while this session has the lease.
   * @throws LedgerFailure, also when the lease was lost
   */
  write(changes: readonly LedgerChange[]): Promise<void>;
  /**
   * Writes the remaining changes and releases the lease.
   * @param health recorded by the write that releases the lease, also after a failed write; absent: the recorded one is kept
   * @throws LedgerFailure
   */
  close(changes: readonly LedgerChange[], health?: TargetHealth): Promise<void>;
}

/** The history of a recipient. */
export interface LedgerRecords {
  /** kept for ever */
  readonly receipts: readonly Receipt[];
  /** kept for 90 days */
  readonly ended: readonly EndedRequest[];
  /** one sentence for each record that cannot be read */
  readonly damaged: readonly string[];
}

/** The receiver of events: the event bus or a file. */
export interface EventPublisher {
  /** Publishes events. The next run retries those that were not delivered. Never throws. */
  publish(events: readonly AcceptorEvent[]): Promise<Delivery>;
}

/** A receiver of events over HTTP. */
export interface Webhook extends EventPublisher {
  /** by which the ledger records what it has; without any secret */
  readonly name: string;
  /** for messages; without any secret */
  readonly description: string;
}

/** The result of publishing events. */
export interface Delivery {
  /** IDs */
  readonly delivered: readonly string[];
  /**
   * IDs of events not delivered for a temporary reason, such as a receiver that is down; the other undelivered events
   * were refused
   */
  readonly postponed?: readonly string[];
  /** why events were not delivered, for messages; `null`: all were delivered */
  readonly problem: string | null;
}

import type { CallFault, Place } from './callFaults.ts';
import type { PlainPolicy } from './plainPolicy.ts';

/** A request as the requester makes it. */
export interface Offer {
  readonly does: 'offer';
  readonly connection: string;
  /** to another recipient */
  readonly toOtherAccount: boolean;
  readonly vlan: number;
  readonly asn: number;
  readonly name: string;
  /** index of the /30 in 169.254.10.0/24 */
  readonly subnet: number;
  /** addresses in different subnets */
  readonly differentSubnets: boolean;
  /** no addresses */
  readonly withoutAddresses: boolean;
  readonly hasKey: boolean;
  /** the field that is unreadable in answers */
  readonly unreadable: UnreadableField | null;
}

export const UNREADABLE_FIELDS = ['name', 'vlan', 'mtu', 'asn', 'gateway'] as const;
type UnreadableField = (typeof UNREADABLE_FIELDS)[number];

/** The customers of the carrier: two owners of the policy, and one that is not in it. */
export type Customer = 'gamma' | 'delta' | 'zeta';

/** An interface that a customer of the carrier orders on the connection of the carrier, who takes the next free VLAN. */
export interface Order {
  readonly does: 'order';
  readonly customer: Customer;
  readonly vlan: number;
  readonly asn: number;
  readonly name: string;
  /** index of the /30 in 169.254.11.0/24 */
  readonly subnet: number;
  readonly mtu: number;
  /** transit on AWS only */
  readonly type: 'private' | 'transit';
  /** `agreed` and `ofTwo` are known to owners only: another customer uses a key of its own instead */
  readonly key: 'agreed' | 'ofTwo' | 'own' | 'none';
}

/** An action on the connection of the carrier. `which` counts from the latest order. */
export type CarrierEvent =
  | Order
  /** another customer orders a copy of what an owner ordered, also of an order that has ended */
  | { readonly does: 'copyOrder'; readonly which: number; readonly key: 'own' | 'similar' | 'none' }
  /** an owner withdraws or deletes what it ordered */
  | { readonly does: 'endOrder'; readonly which: number }
  | { readonly does: 'acceptOrderManually'; readonly which: number; readonly gateway: string }
  /**
   * an order gets one more session: with a key of its own, with which the first session is deleted or not; or with the agreed key in
   * place of the first session. A deleted session stays listed for a while.
   */
  | { readonly does: 'endSession' | 'addOtherSession' | 'replaceSession'; readonly which: number };

/** An action of the operator on the policy of owners that share a connection. */
export type OperatorEvent =
  /** adds the ID of an order to the grant of the owner that ordered it */
  | { readonly does: 'pinOrder'; readonly which: number }
  /** the owners get other names, or their first names again */
  | { readonly does: 'renameOwners' }
  /** tries to deploy a grant for the shared connection without a pin */
  | { readonly does: 'deployUnpinned'; readonly bgpKey: boolean };

export function isOperatorEvent(event: WorldEvent): event is OperatorEvent {
  return event.does === 'pinOrder' || event.does === 'renameOwners' || event.does === 'deployUnpinned';
}

/** An action of another party, independent of the product. */
export type WorldEvent =
  | Offer
  | CarrierEvent
  | OperatorEvent
  | { readonly does: 'withdraw' | 'offerAgain' | 'delete'; readonly which: number }
  /** its owner moves it to another of its connections or LAGs */
  | { readonly does: 'move'; readonly which: number; readonly to: number }
  /** a connection joins or leaves the LAG of its owner, with all interfaces on it */
  | { readonly does: 'joinLag' | 'leaveLag'; readonly connection: string }
  | { readonly does: 'rename'; readonly which: number; readonly name: string }
  | { readonly does: 'resize'; readonly which: number; readonly mtu: number }
  | {
      readonly does: 'addSession';
      readonly which: number;
      readonly asn: number;
      readonly subnet: number | null;
    }
  | { readonly does: 'dropSession'; readonly which: number }
  /** listings no longer show it, and its description has an undocumented state */
  | { readonly does: 'showUnknownState'; readonly which: number; readonly state: string }
  /** many requests of an unknown requester */
  | { readonly does: 'flood'; readonly size: number }
  /** withdraws all of them */
  | { readonly does: 'withdrawFlood' }
  /** an owner withdraws its last requests, deletes those that were accepted, and makes the same number again */
  | { readonly does: 'renewOffers'; readonly size: number }
  /** an owner moves all its accepted interfaces to connections outside the policy, and makes one more request */
  | { readonly does: 'moveAllAway' }
  | { readonly does: 'acceptManually'; readonly which: number; readonly gateway: string }
  | { readonly does: 'goDown' | 'comeUp'; readonly which: number }
  | {
      readonly does: 'attachGateway' | 'detachGateway' | 'deleteGateway' | 'restoreGateway';
      readonly gateway: string;
    }
  | { readonly does: 'deploy'; readonly policy: PlainPolicy }
  /** the wall clock has this error from then on, in milliseconds */
  | { readonly does: 'setClock'; readonly off: number };

export interface Timed {
  /** time as a fraction of the life */
  readonly at: number;
  readonly event: WorldEvent;
}

/** The faults of a scheduled run. */
export interface RunTrouble {
  /** index of the run */
  readonly run: number;
  readonly faults: readonly CallFault[];
  /** action of another party during the run, if a fault asks for one */
  readonly meanwhile: WorldEvent | null;
  /** seconds until the same invocation is delivered again; `null` if it is not */
  readonly repeatAfter: number | null;
  /** whether it gets a new process */
  readonly isCold: boolean;
}

/** An outage of a place for several runs. */
export interface Outage {
  readonly run: number;
  readonly runs: number;
  readonly place: Place | 'confirm';
  readonly faultKind: 'throttled' | 'serverError' | 'hangBefore' | 'denied' | 'resetAfter' | 'slow';
  /** duration of a call, if it is slow */
  readonly seconds: number;
}

/** Requests of an unknown requester that one run sees, and that have vanished in the next one. */
export interface Flood {
  readonly run: number;
  readonly size: number;
}

/** A grant that ends during a run with slow calls to one place. */
export interface EndingGrant {
  readonly run: number;
  /** time after the start of the run */
  readonly seconds: number;
  readonly place: 'ledger' | 'gateways';
  /** duration of a call */
  readonly slowness: number;
}

/** A run whose process is suspended before one of its calls to the ledger, until later runs have taken the lease. */
export interface Pause {
  readonly run: number;
  /** index among the calls to the ledger */
  readonly turn: number;
}

/** Runs during which the event bus rejects some entries of each call. */
export interface BusRefusals {
  readonly run: number;
  readonly runs: number;
  /** it rejects every nth entry */
  readonly every: number;
}

/** The part of a life that happens on a connection of a carrier: its owners in the policy, and the orders of all its customers. */
export interface CarrierPlan {
  /** replaces the provider of the plan: most of what the customers of a carrier can do exists on AWS only */
  readonly provider: 'outscale' | 'aws';
  /** the owner whose requests are pinned by their IDs, which are known only after each order */
  readonly gamma: SharedOwnerPlan;
  /** the owner whose requests are pinned by an agreed key */
  readonly delta: SharedOwnerPlan;
  /** the grant of gamma also demands an agreed key, so that each request needs two pins */
  readonly isPinnedTwice: boolean;
  /** grants of both owners name the same agreed key, by mistake: it identifies neither */
  readonly hasKeyOfTwo: boolean;
  readonly events: readonly Timed[];
}

/** An owner that lists the connection of the carrier as shared. */
export interface SharedOwnerPlan {
  /** the policy names the account that the API can reveal: that of the carrier */
  readonly hasAccount: boolean;
  readonly limit: number | null;
  readonly gateway: string;
  /** the gateway of its grants on AWS, if it is a Direct Connect gateway, which may serve the other type */
  readonly hub: string | null;
  /** the gateway of its transit grants on AWS, which may serve private interfaces; `null` if it has no such grants */
  readonly transitHub: string | null;
  /** what its grant demands besides the pin */
  readonly asn: number | null;
  readonly name: string | null;
  readonly grantLimit: number | null;
}

/** A simulated life of a target as data. The same plan gives the same life. */
export interface LifePlan {
  readonly provider: 'outscale' | 'aws';
  /** the owner account that the API shows for requests */
  readonly names: 'recipient' | 'requester';
  readonly weeks: number;
  /** minutes between runs */
  readonly interval: number;
  readonly policy: PlainPolicy;
  readonly events: readonly Timed[];
  readonly troubles: readonly RunTrouble[];
  readonly outages: readonly Outage[];
  readonly flood: Flood | null;
  /** number of allowed requests that one owner makes before each run; `null` if none */
  readonly renewedOffers: number | null;
  readonly endingGrant: EndingGrant | null;
  /** on AWS: an owner moves its accepted interfaces out of sight before each run */
  readonly movesAllAway: boolean;
  /** seed of network delays and of the SDK's random pauses */
  readonly seed: number;
  readonly pause: Pause | null;
  readonly busRefusals: BusRefusals | null;
  readonly carrier: CarrierPlan | null;
}

import type { Grounds } from './grounds.ts';
import type { VirtualInterface } from './model.ts';

/** What a ledger remembers of single interfaces. Instants are ISO 8601 in UTC. */

export interface Sighting {
  /** after the answer that first showed it */
  readonly firstSeen: string;
  /** beginning of the last complete listing before that, which did not show it; `null` when there was none */
  readonly notListedAt: string | null;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** offered by us to somebody else, as far as could be told: no request, and its end is nobody's loss */
  readonly outbound: boolean;
  /** confirms tried and failed */
  readonly failures: number;
  /** what it looked like to the last run; `null`: not known */
  readonly request: RequestDetails | null;
  /** why the last confirm failed; `null`: none did, or it is not known */
  readonly lastFailure: string | null;
  /** why the last pass held it, for when it ends unaccepted; as worded when the codes last changed */
  readonly held: readonly HeldFor[];
  readonly told: Told;
  /**
   * answer of the first listing that lacked it, where no run had time since to describe it by its ID; `null`: it is listed,
   * or was described. It keeps a request that was withdrawn early from being taken for an expired one.
   */
  readonly unlistedSince: string | null;
}

/** What a request says beside its connection, VLAN and name. Absent fields are those that the API did not give. */
export type RequestDetails = Pick<
  VirtualInterface,
  'type' | 'ownerAccount' | 'location' | 'region' | 'mtu' | 'tags' | 'peers'
>;

/** The longest details that are kept of one request, in characters of JSON: a requester chooses tags and names. */
const MOST_DETAILS = 2000;

/** How many requests may be pending for their details to be kept: a flood of them must not slow the ledger down. */
const MOST_DETAILED = 1000;

/**
 * The details that the ledger is to have of a request.
 * @param known those that it has; `null`: none
 * @param pending how many requests are pending
 */
export function detailsToKeep(
  vif: VirtualInterface,
  known: RequestDetails | null,
  pending: number,
): RequestDetails | null {
  return pending > MOST_DETAILED ? known : detailsOf(vif);
}

/** `null`: they are too long to keep. */
export function detailsOf(vif: VirtualInterface): RequestDetails | null {
  const { type, ownerAccount, location, region, mtu, tags, peers } = vif;
  const details = { type, ownerAccount, location, region, mtu, tags, peers };
  return JSON.stringify(details).length > MOST_DETAILS ? null : details;
}

/** A code is any text: a ledger may have been written by a version that knows more of them. */
export interface HeldFor {
  readonly code: string;
  readonly message: string;
}

/** What was announced of a request. */
export interface Told {
  /** how many holds */
  readonly holds: number;
  /** the codes of the last of them */
  readonly codes: readonly string[];
  /** `DeadlineMark`s, and those of later releases */
  readonly marks: readonly string[];
}

export const NOTHING_TOLD: Told = { holds: 0, codes: [], marks: [] };

/** What a request is being given. */
export interface Award {
  /** when that was decided */
  readonly at: string;
  readonly owner: string;
  /** every grant that fitted: all their limits apply */
  readonly grants: readonly string[];
  readonly gateway: string;
}

export interface Intent extends Award {
  /** complete listings since, that still showed it confirming */
  readonly listings: number;
  /** for the receipt, should it turn out to be accepted */
  readonly grounds: Grounds;
}

/** What can be wrong with an interface that we accepted. */
export const FOLLOW_UP_PROBLEMS = ['gone', 'otherGateway', 'down', 'notAvailable', 'unrouted'] as const;
export type FollowUpProblem = (typeof FOLLOW_UP_PROBLEMS)[number];

export interface Acceptance extends Award {
  /** when it was first seen `available`: from then on it is followed no more */
  readonly availableAt: string | null;
  /** whether it was found out since what leads on from its gateway, or given up: it is asked no more */
  readonly routesSettled: boolean;
  /** what was last announced to be wrong with it: a `FollowUpProblem`, or one that only later releases know */
  readonly told: string | null;
  /** how often something was */
  readonly timesTold: number;
}

/** What was just accepted. */
export function accepted(award: Award): Acceptance {
  const { at, owner, grants, gateway } = award;
  return { at, owner, grants, gateway, availableAt: null, routesSettled: false, told: null, timesTold: 0 };
}

import type { Deadline } from './deadline.ts';
import type { Gateway, Recipient, VirtualInterface } from './model.ts';

/** Why a request was to be accepted: everything by which that can be shown later. No secret is among it. */
export interface Evidence {
  readonly target: string;
  readonly recipient: Recipient;
  readonly policy: { readonly digest: string; readonly revision: string };
  /** as described right before the confirm */
  readonly request: VirtualInterface;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  /** the first fitting grant by code point */
  readonly grant: string;
  /** of every fitting grant that has one, by its name */
  readonly tickets: Readonly<Record<string, string>>;
  /** as listed right before the confirm */
  readonly gatewaySeen: Gateway | null;
  /** what stood in the slots of the limits */
  readonly usage: LimitUsage;
  /** accepted by the same pass before it */
  readonly acceptedBefore: number;
  /** checks that could not be made, a sentence each */
  readonly skipped: readonly string[];
}

/** IDs that stand in the slots of an owner and of grants. */
export interface LimitUsage {
  readonly owner: readonly string[];
  /** by the grant's name */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

/** What a ledger remembers of single interfaces. Instants are ISO 8601 in UTC. */

export interface Observation {
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
  readonly held: readonly StoredReason[];
  readonly published: Published;
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

/** The longest request that can be accepted, in characters of JSON: its intent and its receipt have it whole, and fit one item. */
const MOST_RECORDED = 50_000;

export function fitsLedgerItem(vif: VirtualInterface): boolean {
  return JSON.stringify(vif).length <= MOST_RECORDED;
}

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
  return pending > MOST_DETAILED ? known : requestDetailsOf(vif);
}

/** `null`: they are too long to keep. */
export function requestDetailsOf(vif: VirtualInterface): RequestDetails | null {
  const { type, ownerAccount, location, region, mtu, tags, peers } = vif;
  const details = { type, ownerAccount, location, region, mtu, tags, peers };
  return JSON.stringify(details).length > MOST_DETAILS ? null : details;
}

/** A code is any text: a ledger may have been written by a version that knows more of them. */
export interface StoredReason {
  readonly code: string;
  readonly message: string;
}

/** What was announced of a request. */
export interface Published {
  /** how many holds */
  readonly holds: number;
  /** the codes of the last of them */
  readonly codes: readonly string[];
  /** `DeadlineMark`s, and those of later releases */
  readonly thresholds: readonly string[];
}

export const NOTHING_PUBLISHED: Published = { holds: 0, codes: [], thresholds: [] };

/** What a request is being given. */
export interface Assignment {
  /** when that was decided */
  readonly at: string;
  readonly owner: string;
  /** every grant that fitted: all their limits apply */
  readonly grants: readonly string[];
  readonly gateway: string;
}

export interface Intent extends Assignment {
  /** complete listings since, that still showed it confirming */
  readonly listings: number;
  /** for the receipt, should it turn out to be accepted */
  readonly evidence: Evidence;
}

/** What can be wrong with an interface that we accepted. */
export const FOLLOW_UP_PROBLEMS = [
  'gone',
  'otherGateway',
  'otherConnection',
  'down',
  'notAvailable',
  'unrouted',
] as const;
export type FollowUpProblem = (typeof FOLLOW_UP_PROBLEMS)[number];

export interface Acceptance extends Assignment {
  /**
   * where it belongs: the one by which it was offered, or to which it was moved since and that the policy gives its owner. Of what an
   * earlier release recorded it is where it was first seen. `null`: not known yet
   */
  readonly connection: string | null;
  /** the other connection that it was last reported on; `null`: it is on its own, as far as was reported */
  readonly movedTo: string | null;
  /** when it was first seen `available`: from then on only the connection that it is on is followed */
  readonly availableAt: string | null;
  /** whether it was found out since what leads on from its gateway, or given up: it is asked no more */
  readonly routesSettled: boolean;
  /** what was last announced to be wrong with it: a `FollowUpProblem`, or one that only later releases know */
  readonly publishedProblem: string | null;
  /** how often something was */
  readonly publishedCount: number;
}

/** What was just accepted. @param request as it was described right before */
export function createAcceptance(
  award: Assignment,
  { connection }: Pick<VirtualInterface, 'connection'>,
): Acceptance {
  const { at, owner, grants, gateway } = award;
  const quiet = { availableAt: null, routesSettled: false, publishedProblem: null, publishedCount: 0 };
  return { at, owner, grants, gateway, connection, movedTo: null, ...quiet };
}

/** What the ledger, or this pass, gave a request. */
export type RecordedAssignment = Assignment | Intent | Acceptance;

/** The connection by which it was offered; `null`: not on record. */
export function offeredConnectionOf(given: RecordedAssignment): string | null {
  if ('connection' in given) return given.connection;
  return 'evidence' in given ? given.evidence.request.connection : null;
}

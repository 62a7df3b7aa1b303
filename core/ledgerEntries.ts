import type { RouteFinding } from './advertisedRoutes.ts';
import type { Deadline } from './deadline.ts';
import { DETAIL_FIELD_NAMES, type DetailFieldName, pick } from './interfaceFields.ts';
import type { Gateway, Recipient, VirtualInterface } from './model.ts';

/** The evidence for an acceptance: everything needed to verify the decision later. It contains no secret. */
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
  /** the tickets of the fitting grants, by grant name */
  readonly tickets: Readonly<Record<string, string>>;
  /** as listed right before the confirm */
  readonly gatewaySeen: GatewaySeen | null;
  /** the interfaces that took slots of the limits */
  readonly usage: LimitUsage;
  /** number of requests that the same run had accepted before */
  readonly acceptedBefore: number;
  /** checks that were skipped, a sentence each */
  readonly skipped: readonly string[];
}

/** A gateway as a run saw it right before a confirm. */
export interface GatewaySeen extends Gateway {
  /** the kinds of interface that it serves, according to its associations: words of `ServedKind`, or of later releases; `null`: not read */
  readonly servedKinds: readonly string[] | null;
}

/** The IDs that take slots of the limits of an owner and of its grants. */
export interface LimitUsage {
  readonly owner: readonly string[];
  /** by the grant's name */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

/** The ledger entries about single interfaces. Instants are ISO 8601 in UTC. */

export interface Observation {
  /** the time after the answer that first showed it */
  readonly firstSeen: string;
  /** the beginning of the last complete listing before that, which did not show it; `null`: there was none */
  readonly notListedAt: string | null;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** offered by the recipient to another account, as far as known: not a request, and its end is not reported */
  readonly outbound: boolean;
  /** number of failed confirms */
  readonly failures: number;
  /** its details as the last run recorded them; `null`: unknown */
  readonly request: RequestDetails | null;
  /** why the last confirm failed; `null`: none failed, or unknown */
  readonly lastFailure: string | null;
  /** why the last run held it, for the report of its end; with the messages of when the codes last changed */
  readonly held: readonly StoredReason[];
  readonly published: Published;
  /**
   * the time of the first listing that lacked it, if no run has described it by its ID since then; `null`: it is listed, or was
   * described. It prevents that a request that was withdrawn early counts as expired.
   */
  readonly unlistedSince: string | null;
}

/** The details of a request beside its connection, VLAN and name. Missing fields are those that the API did not return. */
export type RequestDetails = Pick<VirtualInterface, DetailFieldName | 'peers'>;

export const DETAIL_KEYS: readonly (keyof RequestDetails)[] = [...DETAIL_FIELD_NAMES, 'peers'];

/**
 * The longest details that are kept of one request, in characters of JSON. A requester chooses tags and names, so they may
 * be long.
 */
const MAX_DETAILS_LENGTH = 2000;

/**
 * The longest request that can be accepted, in characters of JSON: its intent and its receipt contain it, and must fit one
 * item.
 */
const MAX_REQUEST_LENGTH = 50_000;

export function fitsLedgerItem(vif: VirtualInterface): boolean {
  return JSON.stringify(vif).length <= MAX_REQUEST_LENGTH;
}

/** Details are kept only up to this number of pending requests: a flood of requests must not slow the ledger down. */
const MAX_DETAILED_REQUESTS = 1000;

/**
 * The details of a request that the ledger should have.
 * @param known the details that it has; `null`: none
 * @param pending the number of pending requests
 */
export function detailsToKeep(
  vif: VirtualInterface,
  known: RequestDetails | null,
  pending: number,
): RequestDetails | null {
  return pending > MAX_DETAILED_REQUESTS ? known : requestDetailsOf(vif);
}

/** The details of a request; `null`: they are too long to keep. */
export function requestDetailsOf(vif: VirtualInterface): RequestDetails | null {
  const details = pick(vif, DETAIL_KEYS);
  return JSON.stringify(details).length > MAX_DETAILS_LENGTH ? null : details;
}

/** A reason in the ledger. Its code is any text, because a later release with more codes may have written the ledger. */
export interface StoredReason {
  readonly code: string;
  readonly message: string;
}

/** What was published about a request. */
export interface Published {
  /** the number of published holds */
  readonly holds: number;
  /** the codes of the last published hold */
  readonly codes: readonly string[];
  /** each a `DeadlineThreshold`, or a threshold of a later release */
  readonly thresholds: readonly string[];
}

export const NOTHING_PUBLISHED: Published = { holds: 0, codes: [], thresholds: [] };

/** The assignment of a request: grants and gateway of an owner. */
export interface Assignment {
  /** when it was decided */
  readonly at: string;
  readonly owner: string;
  /** every fitting grant: the limits of all of them apply */
  readonly grants: readonly string[];
  readonly gateway: string;
}

export interface Intent extends Assignment {
  /** the number of complete listings since then that still showed it confirming */
  readonly listings: number;
  /** for the receipt, if it turns out to be accepted */
  readonly evidence: Evidence;
}

/** The problems that an accepted interface can have. */
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
   * the connection where it belongs: the one on which it was offered, or one to which it was moved and that the policy gives its
   * owner. For an acceptance that an earlier release recorded, the first observed one. `null`: not known yet
   */
  readonly connection: string | null;
  /** the other connection of the last reported move; `null`: no move is reported */
  readonly movedTo: string | null;
  /** when it was first observed `available`: after that only its connection is watched */
  readonly availableAt: string | null;
  /** whether the onward routes of its gateway were checked after that, or the check was given up: they are not read again */
  readonly routesSettled: boolean;
  /** the problem that was last published: a `FollowUpProblem`, or one that only later releases know */
  readonly publishedProblem: string | null;
  /** the number of published problems and moves */
  readonly publishedCount: number;
  /** what its owner advertises; `null`: not read yet, or the provider does not list it */
  readonly routes: RouteWatch | null;
}

/** What the ledger records about the prefixes that the owner of an accepted interface advertises. */
export interface RouteWatch {
  /** when a run last tried to read them */
  readonly triedAt: string;
  /** when a run last read them; `null`: none could */
  readonly readAt: string | null;
  /** digest of what the policy had agreed at that time: if it changes, they are read again */
  readonly agreed: string;
  /** what could not be read or compared: each an `UnreadCode` (routeWatch.ts), or a code of a later release */
  readonly unread: readonly string[];
  /** when a run last reported `unread`; `null`: none has */
  readonly warnedAt: string | null;
  /** the number of prefixes */
  readonly count: number;
  /** the prefixes to compare with those of other owners */
  readonly prefixes: readonly string[];
  /** the most urgent findings */
  readonly findings: readonly RouteFinding[];
  /** the number of all findings */
  readonly findingCount: number;
  /** the keys of the published findings that last */
  readonly published: readonly string[];
  /** the number of published events */
  readonly publishedCount: number;
}

/** The entry of a new acceptance. The second parameter is the request as described immediately before. */
export function createAcceptance(
  assignment: Assignment,
  { connection }: Pick<VirtualInterface, 'connection'>,
): Acceptance {
  const { at, owner, grants, gateway } = assignment;
  const published = { publishedProblem: null, publishedCount: 0 };
  const initial = { availableAt: null, routesSettled: false, ...published, routes: null };
  return { at, owner, grants, gateway, connection, movedTo: null, ...initial };
}

/** An assignment that the ledger or the current run made. */
export type RecordedAssignment = Assignment | Intent | Acceptance;

/** The connection on which it was offered; `null`: not recorded. */
export function offeredConnectionOf(assignment: RecordedAssignment): string | null {
  if ('connection' in assignment) return assignment.connection;
  return 'evidence' in assignment ? assignment.evidence.request.connection : null;
}

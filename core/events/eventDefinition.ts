import type { EndedRequest } from '../endedRequest.ts';
import type { FollowUp } from '../followUp.ts';
import type { StoredReason } from '../ledgerEntries.ts';
import type { LedgerState, PublishedMarker } from '../ledgerState.ts';
import type { Owner } from '../policy.ts';
import { quote, truncateMiddle } from '../printableText.ts';
import type { Receipt } from '../receipt.ts';
import type { CommandEndpoints } from '../routeProblem.ts';
import {
  type DescribedFields,
  pickDescribedFields,
  type ReportedDecision,
  type RequestReport,
  type RunProblem,
} from '../runReport.ts';
import type { AcceptorEvent, EventOrigin, EventType, RequestSummary } from './event.ts';

/** What a pass found out that may be worth telling. */
export interface RunFacts {
  readonly origin: EventOrigin;
  readonly startedAt: string;
  /** when it was found out */
  readonly at: string;
  /** with what was told before */
  readonly state: LedgerState;
  /** for the commands that are told: at OUTSCALE none is complete without */
  readonly endpoints: CommandEndpoints;
  /** of the policy: whom to call */
  readonly owners: readonly Owner[];
  readonly requests: readonly RequestReport[];
  /** of requests that no listing showed now, and that may be pending still; empty when there was a listing */
  readonly unlisted: readonly UnlistedRequest[];
  /** of what was found accepted just now */
  readonly receipts: readonly Receipt[];
  readonly ended: readonly EndedRequest[];
  readonly followUps: readonly FollowUp[];
  readonly failures: readonly RunProblem[];
}

export const NO_RUN_FACTS = {
  owners: [],
  requests: [],
  unlisted: [],
  receipts: [],
  ended: [],
  followUps: [],
  failures: [],
} as const;

/** A request as the ledger has it. */
export interface UnlistedRequest extends RequestSummary {
  readonly firstSeen: string;
  /** why the last pass that saw it held it */
  readonly held: readonly StoredReason[];
}

/** Something to tell, and what remembers that it was told; `null` when it cannot come twice. */
export interface NewEvent {
  readonly event: AcceptorEvent;
  readonly mark: PublishedMarker | null;
}

/** One kind of announcement: what of the facts it tells that was not told before. */
export interface EventDefinition {
  readonly types: readonly EventType[];
  findNew(facts: RunFacts): NewEvent[];
}

/**
 * A request as an event carries it.
 * @param described what the API gives of it; `null`: only the ledger knows of it, and the event says no more than that
 */
export function requestDetail(
  { id, connection, vlan, name, firstSeen, deadline }: RequestSummary,
  described: DescribedFields | null,
): RequestSummary & Partial<DescribedFields> {
  const what = { id, connection, vlan, name, firstSeen, deadline };
  if (described === null) return what;
  const more = pickDescribedFields(described);
  // Fail closed: of what is too long, nothing is said, and a reader takes it for unknown. Half of it would read as all of it.
  return JSON.stringify(more).length > MOST_DESCRIBED ? what : { ...what, ...more };
}

/** An event has a size that it may not exceed: an event has at most so many reasons of so many characters, and so much of a request. */
const MOST_REASONS = 40;
const MOST_CHARACTERS = 1000;
const MOST_DESCRIBED = 16_000;

export function boundedReasonsOf(decision: ReportedDecision): StoredReason[] {
  return decision.verdict === 'hold' ? decision.reasons.slice(0, MOST_REASONS).map(boundedReason) : [];
}

export function boundedReason({ code, message }: StoredReason): StoredReason {
  // Both ends are kept: the end of an API's message says why it refused.
  return { code, message: truncateMiddle(message, MOST_CHARACTERS) };
}

/** `dxvif-… on dxcon-… (vlan 101, name …)`, safe to print. */
export function nameRequest({
  id,
  connection,
  vlan,
  name,
}: Omit<RequestSummary, 'firstSeen' | 'deadline'>): string {
  const more = [
    ...(vlan === null ? [] : [`vlan ${vlan}`]),
    ...(name === null ? [] : [`name ${quote(name)}`]),
  ].join(', ');
  return `${quote(id)} on ${connection === null ? 'an unknown connection' : quote(connection)}${more === '' ? '' : ` (${more})`}`;
}

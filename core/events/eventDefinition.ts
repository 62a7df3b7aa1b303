import type { AwaitedActor } from '../actor.ts';
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

/** What a run found, from which events are made. */
export interface RunFacts {
  readonly origin: EventOrigin;
  readonly startedAt: string;
  /** when the run found it */
  readonly at: string;
  /** includes what was published before */
  readonly state: LedgerState;
  /** for the commands shown to people: on OUTSCALE every command needs an endpoint */
  readonly endpoints: CommandEndpoints;
  /** the policy's owners, with the contact of each */
  readonly owners: readonly Owner[];
  readonly requests: readonly RequestReport[];
  /** requests in the ledger that may still be pending, when the run has no listing; empty when there was a listing */
  readonly unlisted: readonly UnlistedRequest[];
  /** of the acceptances that this run made or found */
  readonly receipts: readonly Receipt[];
  readonly ended: readonly EndedRequest[];
  readonly followUps: readonly FollowUp[];
  readonly failures: readonly RunProblem[];
  /** whether the actors of manual changes are looked up */
  readonly looksUpActors: boolean;
}

export const NO_RUN_FACTS = {
  owners: [],
  requests: [],
  unlisted: [],
  receipts: [],
  ended: [],
  followUps: [],
  failures: [],
  looksUpActors: false,
} as const;

/** A request as the ledger recorded it. */
export interface UnlistedRequest extends RequestSummary {
  readonly firstSeen: string;
  /** `null`: unknown */
  readonly type: string | null;
  /** why the last run that listed it held it */
  readonly held: readonly StoredReason[];
}

/** What somebody else did to an interface, of which an event reports. */
export interface ManualChange extends Pick<AwaitedActor, 'action' | 'id' | 'type' | 'ended'> {
  /** when it was accepted by this product, if it was: the change cannot be earlier than that; `null`: it was not */
  readonly acceptedAt: string | null;
}

/** An event to publish, with the marker that prevents a second publication; `null` when the event cannot occur twice. */
export interface NewEvent {
  readonly event: AcceptorEvent;
  readonly mark: PublishedMarker | null;
  /** absent: the event reports no change that somebody else made */
  readonly manualChange?: ManualChange;
}

/** One kind of event: how to find its occurrences that were not published before. */
export interface EventDefinition {
  readonly types: readonly EventType[];
  findNew(facts: RunFacts): NewEvent[];
}

/**
 * The `request` of an event.
 * @param described the fields that the API returned; `null`: only the ledger has the request, and the event has only its keys
 */
export function requestDetail(
  { id, connection, vlan, name, firstSeen, deadline }: RequestSummary,
  described: DescribedFields | null,
): RequestSummary & Partial<DescribedFields> {
  const what = { id, connection, vlan, name, firstSeen, deadline };
  if (described === null) return what;
  const more = pickDescribedFields(described);
  // Fail closed: fields that are too long together are left out, so that a consumer reads them as unknown. A part of them
  // would look complete.
  return JSON.stringify(more).length > MAX_REQUEST_FIELDS_LENGTH ? what : { ...what, ...more };
}

/**
 * EventBridge limits the size of an event: it has at most this many reasons, of this many characters, and this much of a
 * request.
 */
const MAX_REASONS = 40;
const MAX_CHARACTERS = 1000;
const MAX_REQUEST_FIELDS_LENGTH = 16_000;

export function boundedReasonsOf(decision: ReportedDecision): StoredReason[] {
  return decision.verdict === 'hold' ? decision.reasons.slice(0, MAX_REASONS).map(boundedReason) : [];
}

export function boundedReason({ code, message }: StoredReason): StoredReason {
  // Keeps both ends: the end of an API's message often has the cause.
  return { code, message: truncateMiddle(message, MAX_CHARACTERS) };
}

/** `dxvif-… on dxcon-… (vlan 101, name …)`, with the type if that is known and not the usual one; safe to print. */
export function nameRequest({
  id,
  connection,
  vlan,
  name,
  type = null,
}: Omit<RequestSummary, 'firstSeen' | 'deadline'> & { readonly type?: string | null }): string {
  const more = [
    ...(type === null || type === 'private' ? [] : [quote(type)]),
    ...(vlan === null ? [] : [`vlan ${vlan}`]),
    ...(name === null ? [] : [`name ${quote(name)}`]),
  ].join(', ');
  return `${quote(id)} on ${connection === null ? 'an unknown connection' : quote(connection)}${more === '' ? '' : ` (${more})`}`;
}

import type { Ended } from '../endedRequest.ts';
import type { FollowUp } from '../followUp.ts';
import type { HeldFor } from '../ledgerEntries.ts';
import type { LedgerState, Mark } from '../ledgerState.ts';
import type { Owner } from '../policy.ts';
import { clipMiddle, quote } from '../printableText.ts';
import type { Receipt } from '../receipt.ts';
import type { CommandEndpoints } from '../routeProblem.ts';
import {
  type Described,
  describedOf,
  type Failure,
  type ReportedDecision,
  type RequestReport,
} from '../runReport.ts';
import type { AnnouncedRequest, Announcement, AnnouncementType, Origin } from './event.ts';

/** What a pass found out that may be worth telling. */
export interface Facts {
  readonly origin: Origin;
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
  readonly remembered: readonly RememberedRequest[];
  /** of what was found accepted just now */
  readonly receipts: readonly Receipt[];
  readonly ended: readonly Ended[];
  readonly followUps: readonly FollowUp[];
  readonly failures: readonly Failure[];
}

export const NO_FACTS = {
  owners: [],
  requests: [],
  remembered: [],
  receipts: [],
  ended: [],
  followUps: [],
  failures: [],
} as const;

/** A request as the ledger has it. */
export interface RememberedRequest extends AnnouncedRequest {
  readonly firstSeen: string;
  /** why the last pass that saw it held it */
  readonly held: readonly HeldFor[];
}

/** Something to tell, and what remembers that it was told; `null` when it cannot come twice. */
export interface News {
  readonly announcement: Announcement;
  readonly mark: Mark | null;
}

/** One kind of announcement: what of the facts it tells that was not told before. */
export interface AnnouncementKind {
  readonly types: readonly AnnouncementType[];
  news(facts: Facts): News[];
}

/**
 * A request as an event carries it.
 * @param described what the API gives of it; `null`: only the ledger knows of it, and the event says no more than that
 */
export function announced(
  { id, connection, vlan, name, firstSeen, deadline }: AnnouncedRequest,
  described: Described | null,
): AnnouncedRequest & Partial<Described> {
  const what = { id, connection, vlan, name, firstSeen, deadline };
  if (described === null) return what;
  const more = describedOf(described);
  // Fail closed: of what is too long, nothing is said, and a reader takes it for unknown. Half of it would read as all of it.
  return JSON.stringify(more).length > MOST_DESCRIBED ? what : { ...what, ...more };
}

/** An event has a size that it may not exceed: an event has at most so many reasons of so many characters, and so much of a request. */
const MOST_REASONS = 40;
const MOST_CHARACTERS = 1000;
const MOST_DESCRIBED = 16_000;

export function reasonsOf(decision: ReportedDecision): HeldFor[] {
  return decision.verdict === 'hold' ? decision.reasons.slice(0, MOST_REASONS).map(bounded) : [];
}

export function bounded({ code, message }: HeldFor): HeldFor {
  // Both ends are kept: the end of an API's message says why it refused.
  return { code, message: clipMiddle(message, MOST_CHARACTERS) };
}

/** `dxvif-… on dxcon-… (vlan 101, name …)`, safe to print. */
export function called({
  id,
  connection,
  vlan,
  name,
}: Omit<AnnouncedRequest, 'firstSeen' | 'deadline'>): string {
  const more = [
    ...(vlan === null ? [] : [`vlan ${vlan}`]),
    ...(name === null ? [] : [`name ${quote(name)}`]),
  ].join(', ');
  return `${quote(id)} on ${connection === null ? 'an unknown connection' : quote(connection)}${more === '' ? '' : ` (${more})`}`;
}

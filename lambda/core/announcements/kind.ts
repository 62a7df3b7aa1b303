import type { AnnouncedRequest, Announcement, AnnouncementType, Origin } from '../announcement.ts';
import type { Ended } from '../ended.ts';
import type { Failure } from '../failure.ts';
import type { FollowUp } from '../followUp.ts';
import type { LedgerState, Mark } from '../ledger.ts';
import type { Receipt } from '../receipt.ts';
import type { HeldFor } from '../remembered.ts';
import type { ReportedDecision, RequestReport } from '../report.ts';
import { quote } from '../text.ts';

/** What a pass found out that may be worth telling. */
export interface Facts {
  readonly origin: Origin;
  readonly startedAt: string;
  /** when it was found out */
  readonly at: string;
  /** with what was told before */
  readonly state: LedgerState;
  readonly requests: readonly RequestReport[];
  /** of what was found accepted just now */
  readonly receipts: readonly Receipt[];
  readonly ended: readonly Ended[];
  readonly followUps: readonly FollowUp[];
  readonly failures: readonly Failure[];
}

export const NO_FACTS = { requests: [], receipts: [], ended: [], followUps: [], failures: [] } as const;

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

export function announced({
  id,
  connection,
  vlan,
  name,
  firstSeen,
  deadline,
}: AnnouncedRequest): AnnouncedRequest {
  return { id, connection, vlan, name, firstSeen, deadline };
}

export function reasonsOf(decision: ReportedDecision): HeldFor[] {
  return decision.verdict === 'hold' ? decision.reasons.map(({ code, message }) => ({ code, message })) : [];
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

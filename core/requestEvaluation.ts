import { orderOfWork, type Standing } from './acceptanceOrder.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import { type Accept, codesOf, type Decision } from './decide.ts';
import type { World } from './decisionContext.ts';
import { reasonsOf } from './events/eventDefinition.ts';
import { canonicalJson } from './json.ts';
import { detailsToKeep, type HeldFor, type Sighting } from './ledgerEntries.ts';
import type { LedgerChange } from './ledgerState.ts';
import { acceptByHand } from './manualOverrideCommand.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import { decideBesideOthers } from './preflightChecks.ts';
import { byCodePoint, clip, visible } from './printableText.ts';
import { isInspection } from './reasons.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import { describedOf, type Outcome, type RequestReport, reported } from './runReport.ts';

/** One request in one pass: what it is, what was decided, what became of it. */
export interface Case {
  readonly request: VirtualInterface;
  /** `null` when it has no ID to remember it by */
  readonly sighting: Sighting | null;
  readonly deadline: Deadline;
  readonly decision: Decision;
  readonly outcome: Outcome;
  /** why it is gone, failed or was not attempted */
  readonly message: string | null;
  /** checks that could not be made, a sentence each */
  readonly skipped: readonly string[];
}

/** Opens a case for every request: holds are final, acceptable ones wait for their attempt. By ID. */
export function openCases(
  policy: Policy,
  requests: readonly VirtualInterface[],
  sightings: Readonly<Record<string, Sighting>>,
  world: World,
  at: Date,
): Map<string, Case> {
  const sorted = requests.toSorted((a, b) => byCodePoint(a.id, b.id));
  return new Map(
    sorted.map((request) => {
      const sighting = sightings[request.id] ?? null;
      // Of what is not remembered, it is certain that it was there before now.
      const seen = sighting ?? { firstSeen: at.toISOString(), notListedAt: null };
      const deadline = deadlineOf(seen, policy.recipient.expiry);
      const decision = decideBesideOthers(policy, request, world, deadline, at);
      const waits = decision.verdict === 'accept';
      const message = waits ? 'the pass ended before its turn; the next one goes on' : null;
      const outcome = waits ? 'notAttempted' : 'held';
      return [request.id, { request, sighting, deadline, decision, outcome, message, skipped: [] }];
    }),
  );
}

/** An acceptable case, in its turn. */
export interface Turn {
  readonly id: string;
  readonly accept: Accept;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly opened: Case;
}

/** The acceptable cases in their order of work. */
export function turnsOf(cases: Iterable<Case>, standing: Standing): Turn[] {
  const candidates = [...cases].flatMap((opened) => {
    const { request, sighting, deadline, decision } = opened;
    // Fail closed: what has no proper ID can be neither remembered nor confirmed.
    if (decision.verdict === 'hold' || sighting === null || !isVirtualInterfaceId(request.id)) return [];
    // Fail closed: where the early end is not known, it may be any moment after the first sighting.
    const due = deadline.earliest ?? (deadline.latest === null ? null : sighting.firstSeen);
    const { owner } = decision;
    const { firstSeen } = sighting;
    const turn = { id: request.id, accept: decision, firstSeen, deadline, opened };
    return [{ ...turn, owner, failures: setbacks(sighting), due }];
  });
  return orderOfWork(candidates, standing);
}

/**
 * Attempts that came to nothing. One that gateway or network held is such an attempt, or it could take every turn of its
 * owner; one that the policy or the pass limit held was never made, and waits behind no other when it is allowed.
 */
function setbacks({ failures, held }: Sighting): number {
  return failures + (held.some(({ code }) => isInspection(code)) ? 1 : 0);
}

/**
 * What the ledger should learn of a case when the pass is over. Nothing where nothing changed.
 * @param pending how many requests there are
 */
export function lessonOf(item: Case, pending: number): LedgerChange[] {
  const { request, sighting, decision, outcome, message } = item;
  if (sighting === null || outcome === 'accepted' || outcome === 'gone') return [];
  // As bounded as what is announced: one odd item of the API must not make the ledger unwritable.
  const held = reasonsOf(decision);
  const failures = outcome === 'failed' ? sighting.failures + 1 : sighting.failures;
  // In one line, whatever a file name or an API put into it: else the ledger could not be read again, and the request would be held.
  const lastFailure =
    outcome === 'failed' && message !== null ? clip(visible(message), 1000) : sighting.lastFailure;
  const details = detailsToKeep(request, sighting.request, pending);
  const isSame =
    failures === sighting.failures &&
    codes(held) === codes(sighting.held) &&
    canonicalJson(details) === canonicalJson(sighting.request);
  if (isSame) return [];
  const changed = { ...sighting, request: details, failures, lastFailure, held };
  return [{ kind: 'sighted', id: request.id, sighting: changed }];
}

/** Words may change with every pass; what is worth a write is another reason. */
function codes(held: readonly HeldFor[]): string {
  return [...new Set(held.map(({ code }) => code))].join();
}

export function reportOf(item: Case, recipient: Recipient, endpoint: string | null): RequestReport {
  const { request, sighting, deadline, decision, outcome, message, skipped } = item;
  const { id, connection, vlan, name } = request;
  const settled = outcome === 'accepted' || outcome === 'gone' || outcome === 'wouldAccept';
  return {
    id,
    connection,
    vlan,
    name,
    ...describedOf(request),
    firstSeen: sighting?.firstSeen ?? null,
    deadline,
    decision: reported(decision),
    outcome,
    message,
    skipped,
    acceptByHand: settled
      ? null
      : acceptByHand(request, codesOf(decision), decision.gateway, recipient, endpoint),
  };
}

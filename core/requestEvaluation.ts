import { type OrderContext, orderCandidates } from './acceptanceOrder.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import { type Accept, type Decision, reasonCodesOf } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import { boundedReasonsOf } from './events/eventDefinition.ts';
import { canonicalJson } from './json.ts';
import { detailsToKeep, type Observation, type StoredReason } from './ledgerEntries.ts';
import type { LedgerChange } from './ledgerState.ts';
import { manualOverrideCommand } from './manualOverrideCommand.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import { decideWithNetworkChecks } from './preflightChecks.ts';
import { compareByCodePoint, escapeInvisible, truncate } from './printableText.ts';
import { isPreflightCode } from './reasons.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import { type Outcome, pickDescribedFields, type RequestReport, toReportedDecision } from './runReport.ts';

/** One request in one pass: what it is, what was decided, what became of it. */
export interface RequestEvaluation {
  readonly request: VirtualInterface;
  /** `null` when it has no ID to remember it by */
  readonly observation: Observation | null;
  readonly deadline: Deadline;
  readonly decision: Decision;
  readonly outcome: Outcome;
  /** why it is gone, failed or was not attempted */
  readonly message: string | null;
  /** checks that could not be made, a sentence each */
  readonly skipped: readonly string[];
}

/** Opens a case for every request: holds are final, acceptable ones wait for their attempt. By ID. */
export function evaluateRequests(
  policy: Policy,
  requests: readonly VirtualInterface[],
  sightings: Readonly<Record<string, Observation>>,
  world: DecisionContext,
  at: Date,
): Map<string, RequestEvaluation> {
  const sorted = requests.toSorted((a, b) => compareByCodePoint(a.id, b.id));
  return new Map(
    sorted.map((request) => {
      const sighting = sightings[request.id] ?? null;
      // Of what is not remembered, it is certain that it was there before now.
      const seen = sighting ?? { firstSeen: at.toISOString(), notListedAt: null };
      const deadline = deadlineOf(seen, policy.recipient.expiry);
      const decision = decideWithNetworkChecks(policy, request, world, deadline, at);
      const waits = decision.verdict === 'accept';
      const message = waits ? 'the pass ended before its turn; the next one goes on' : null;
      const outcome = waits ? 'notAttempted' : 'held';
      return [
        request.id,
        { request, observation: sighting, deadline, decision, outcome, message, skipped: [] },
      ];
    }),
  );
}

/** An acceptable case, in its turn. */
export interface AcceptableRequest {
  readonly id: string;
  readonly accept: Accept;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly evaluation: RequestEvaluation;
}

/** The acceptable cases in their order of work. */
export function orderAcceptableRequests(
  cases: Iterable<RequestEvaluation>,
  standing: OrderContext,
): AcceptableRequest[] {
  const candidates = [...cases].flatMap((opened) => {
    const { request, observation, deadline, decision } = opened;
    // Fail closed: what has no proper ID can be neither remembered nor confirmed.
    if (decision.verdict === 'hold' || observation === null || !isVirtualInterfaceId(request.id)) return [];
    // Fail closed: where the early end is not known, it may be any moment after the first sighting.
    const due = deadline.earliest ?? (deadline.latest === null ? null : observation.firstSeen);
    const { owner } = decision;
    const { firstSeen } = observation;
    const turn = { id: request.id, accept: decision, firstSeen, deadline, evaluation: opened };
    return [{ ...turn, owner, failureCount: setbacks(observation), due }];
  });
  return orderCandidates(candidates, standing);
}

/**
 * Attempts that came to nothing. One that gateway or network held is such an attempt, or it could take every turn of its
 * owner; one that the policy or the pass limit held was never made, and waits behind no other when it is allowed.
 */
function setbacks({ failures, held }: Observation): number {
  return failures + (held.some(({ code }) => isPreflightCode(code)) ? 1 : 0);
}

/**
 * What the ledger should learn of a case when the pass is over. Nothing where nothing changed.
 * @param pending how many requests there are
 */
export function observationChanges(item: RequestEvaluation, pending: number): LedgerChange[] {
  const { request, observation: sighting, decision, outcome, message } = item;
  if (sighting === null || outcome === 'accepted' || outcome === 'gone') return [];
  // As bounded as what is announced: one odd item of the API must not make the ledger unwritable.
  const held = boundedReasonsOf(decision);
  const failures = outcome === 'failed' ? sighting.failures + 1 : sighting.failures;
  // In one line, whatever a file name or an API put into it: else the ledger could not be read again, and the request would be held.
  const lastFailure =
    outcome === 'failed' && message !== null
      ? truncate(escapeInvisible(message), 1000)
      : sighting.lastFailure;
  const details = detailsToKeep(request, sighting.request, pending);
  const isSame =
    failures === sighting.failures &&
    codes(held) === codes(sighting.held) &&
    canonicalJson(details) === canonicalJson(sighting.request);
  if (isSame) return [];
  const changed = { ...sighting, request: details, failures, lastFailure, held };
  return [{ kind: 'sighted', id: request.id, observation: changed }];
}

/** Words may change with every pass; what is worth a write is another reason. */
function codes(held: readonly StoredReason[]): string {
  return [...new Set(held.map(({ code }) => code))].join();
}

export function reportRequest(
  item: RequestEvaluation,
  recipient: Recipient,
  endpoint: string | null,
): RequestReport {
  const { request, observation: sighting, deadline, decision, outcome, message, skipped } = item;
  const { id, connection, vlan, name } = request;
  const settled = outcome === 'accepted' || outcome === 'gone' || outcome === 'wouldAccept';
  return {
    id,
    connection,
    vlan,
    name,
    ...pickDescribedFields(request),
    firstSeen: sighting?.firstSeen ?? null,
    deadline,
    decision: toReportedDecision(decision),
    outcome,
    message,
    skipped,
    manualOverrideCommand: settled
      ? null
      : manualOverrideCommand(request, reasonCodesOf(decision), decision.gateway, recipient, endpoint),
  };
}

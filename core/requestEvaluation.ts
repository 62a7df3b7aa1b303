import { type OrderContext, orderCandidates } from './acceptanceOrder.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import { type Accept, type Decision, holdAsFrozen, reasonCodesOf, unfrozenOf } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import { boundedReasonsOf } from './events/eventDefinition.ts';
import { canonicalJson } from './json.ts';
import { detailsToKeep, type Observation, type StoredReason } from './ledgerEntries.ts';
import type { LedgerChange } from './ledgerState.ts';
import { manualOverrideCommand, type OscCliProfile } from './manualOverrideCommand.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import { decideWithNetworkChecks } from './preflightChecks.ts';
import { compareByCodePoint, escapeInvisible, truncate } from './printableText.ts';
import { isPreflightCode, type SkippedCheck, type Unfrozen } from './reasons.ts';
import { renderSkippedCheck } from './renderReason.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import {
  type Outcome,
  pickDescribedFields,
  type RequestReport,
  reportWithoutFreeze,
  toReportedDecision,
} from './runReport.ts';

/** The evaluation of one request in one run: the request, the decision and the outcome. */
export interface RequestEvaluation {
  readonly request: VirtualInterface;
  /** `null` when it has no valid ID, by which the ledger could record it */
  readonly observation: Observation | null;
  readonly deadline: Deadline;
  readonly decision: Decision;
  readonly outcome: Outcome;
  /** why it is gone, failed or was not attempted */
  readonly message: string | null;
  readonly skipped: readonly SkippedCheck[];
}

/** Evaluates every request, in order of ID. A hold is final; an acceptable request waits for its attempt. */
export function evaluateRequests(
  policy: Policy,
  requests: readonly VirtualInterface[],
  observations: Readonly<Record<string, Observation>>,
  context: DecisionContext,
  at: Date,
): Map<string, RequestEvaluation> {
  const sorted = requests.toSorted((a, b) => compareByCodePoint(a.id, b.id));
  return new Map(
    sorted.map((request) => {
      const observation = observations[request.id] ?? null;
      // Without an observation, the only certain fact is that the request existed before now.
      const known = observation ?? { firstSeen: at.toISOString(), notListedAt: null };
      const deadline = deadlineOf(known, policy.recipient.expiry);
      const decision = decideWithNetworkChecks(policy, request, context, deadline, at);
      const waits = decision.verdict === 'accept';
      const message = waits ? 'the run ended before its turn; the next run continues' : null;
      const outcome = waits ? 'notAttempted' : 'held';
      return [request.id, { request, observation, deadline, decision, outcome, message, skipped: [] }];
    }),
  );
}

/**
 * The evaluation of a request by a frozen policy, from what a plan found without the freeze: held, for the freeze and for every
 * reason that would remain without it.
 */
export function freezeEvaluation(planned: RequestEvaluation): RequestEvaluation {
  const { decision, deadline, outcome, message } = planned;
  // Fail closed: without a result of its attempt, it is not known whether the request would be accepted.
  const unfrozen: Unfrozen =
    outcome === 'wouldAccept' || outcome === 'held'
      ? unfrozenOf(decision, true)
      : { verdict: 'unknown', problem: message ?? 'no plan was made for it' };
  const isGone = outcome === 'gone';
  return {
    ...planned,
    decision: holdAsFrozen(decision, deadline, unfrozen),
    outcome: isGone ? 'gone' : 'held',
    message: isGone ? message : null,
  };
}

/** A request that the policy allows, ready for its attempt. */
export interface AcceptableRequest {
  readonly id: string;
  readonly accept: Accept;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly evaluation: RequestEvaluation;
}

/** The requests that the policy allows, in the order in which they are attempted. */
export function orderAcceptableRequests(
  evaluations: Iterable<RequestEvaluation>,
  context: OrderContext,
): AcceptableRequest[] {
  const candidates = [...evaluations].flatMap((evaluation) => {
    const { request, observation, deadline, decision } = evaluation;
    // Fail closed: a request without a valid ID can be neither recorded nor confirmed.
    if (decision.verdict === 'hold' || observation === null || !isVirtualInterfaceId(request.id)) return [];
    // Fail closed: if the earliest expiry is unknown, the request may expire at any moment after its first observation.
    const due = deadline.earliest ?? (deadline.latest === null ? null : observation.firstSeen);
    const { owner } = decision;
    const { firstSeen } = observation;
    const acceptable = { id: request.id, accept: decision, firstSeen, deadline, evaluation };
    return [{ ...acceptable, owner, failureCount: failureCountOf(observation), due }];
  });
  return orderCandidates(candidates, context);
}

/**
 * The number of failed attempts. A hold by the preflight checks counts as a failed attempt, or the request could take every
 * turn of its owner. A hold by the policy or the run limit does not count, because no attempt was made.
 */
function failureCountOf({ failures, held }: Observation): number {
  return failures + (held.some(({ code }) => isPreflightCode(code)) ? 1 : 0);
}

/**
 * The ledger changes that record an evaluation at the end of a run; empty if nothing changed.
 * @param pending the number of pending requests
 */
export function observationChanges(evaluation: RequestEvaluation, pending: number): LedgerChange[] {
  const { request, observation, decision, outcome, message } = evaluation;
  if (observation === null || outcome === 'accepted') return [];
  // Bounded as in events: one odd evaluation of the API must not make the ledger unwritable.
  const held = boundedReasonsOf(toReportedDecision(decision));
  // A request that is gone ends with the next listing. If it is listed again, its attempt has failed.
  const hasFailed = outcome === 'failed' || outcome === 'gone';
  const failures = hasFailed ? observation.failures + 1 : observation.failures;
  // Escaped to one line, since it may contain a file name or an API's text: otherwise the ledger could not read it, and
  // would hold the request.
  const lastFailure =
    hasFailed && message !== null ? truncate(escapeInvisible(message), 1000) : observation.lastFailure;
  const details = detailsToKeep(request, observation.request, pending);
  const isSame =
    failures === observation.failures &&
    distinctCodes(held) === distinctCodes(observation.held) &&
    canonicalJson(details) === canonicalJson(observation.request);
  if (isSame) return [];
  const changed = { ...observation, request: details, failures, lastFailure, held };
  return [{ kind: 'observed', id: request.id, observation: changed }];
}

/** Messages may change with every run; only a change of the codes is worth a write. */
function distinctCodes(held: readonly StoredReason[]): string {
  return [...new Set(held.map(({ code }) => code))].join();
}

export function reportRequest(
  evaluation: RequestEvaluation,
  recipient: Recipient,
  endpoint: string | null,
  oscCli: OscCliProfile | null = null,
): RequestReport {
  const { request, observation, deadline, decision, outcome, message, skipped } = evaluation;
  const { id, connection, vlan, name } = request;
  const needsNoCommand = outcome === 'accepted' || outcome === 'gone' || outcome === 'wouldAccept';
  return {
    id,
    connection,
    vlan,
    name,
    ...pickDescribedFields(request),
    firstSeen: observation?.firstSeen ?? null,
    deadline,
    decision: toReportedDecision(decision),
    outcome,
    message,
    skipped: skipped.map(renderSkippedCheck),
    manualOverrideCommand: needsNoCommand
      ? null
      : manualOverrideCommand(
          request,
          reasonCodesOf(decision),
          decision.gateway,
          recipient,
          endpoint,
          oscCli,
        ),
    withoutFreeze: outcome === 'gone' ? null : reportWithoutFreeze(decision),
  };
}

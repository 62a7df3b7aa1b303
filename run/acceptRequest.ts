import { type Accept, addReasons, type Decision, decide } from '../core/decide.ts';
import {
  type DecisionContext,
  withAssignment,
  withDescription,
  withoutAssignment,
} from '../core/decisionContext.ts';
import type { EventOrigin } from '../core/events/event.ts';
import type { Assignment, Evidence } from '../core/ledgerEntries.ts';
import { isConfirming, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policyText.ts';
import { gatewayToCheck, runPreflightChecks } from '../core/preflightChecks.ts';
import { NO_FINDINGS, type SkippedCheck } from '../core/reasons.ts';
import { collectEvidence } from '../core/receipt.ts';
import type { AcceptableRequest } from '../core/requestEvaluation.ts';
import type { Outcome, RunProblem } from '../core/runReport.ts';
import type { AcceptanceRecorder } from './acceptanceRecorder.ts';
import { confirmFailed, confirmOnce, describeGone } from './confirm.ts';
import { type CurrentState, hasReadGateway, isFresh, readBeforeConfirm, readInTurn } from './currentState.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { Ports } from './ports.ts';
import type { Budget } from './runContext.ts';

/** What an attempt needs besides the request. */
export interface AttemptContext {
  readonly loaded: LoadedPolicy;
  readonly origin: EventOrigin;
  readonly ports: Ports;
  readonly recorder: AcceptanceRecorder;
  readonly budget: Budget;
  readonly requestTimeoutMs: number;
  readonly dryRun: boolean;
}

/** The place of an attempt in the order of decisions. */
export interface Slot {
  /** resolves when every earlier attempt has decided */
  readonly reached: Promise<void>;
  /** Lets the next attempt decide: this one has taken what it needs, or takes nothing. */
  markDecided(): void;
}

/** The decision context of all attempts. Each attempt replaces it by one with what it read and what it was assigned. */
export interface SharedContext {
  current: DecisionContext;
}

/** How an attempt to accept one request ended. */
export interface AttemptResult {
  /** the last description, on which the decision was made */
  readonly request: VirtualInterface;
  readonly decision: Decision;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly skipped: readonly SkippedCheck[];
  readonly failures: readonly RunProblem[];
}

/**
 * Accepts one request that the listing showed as acceptable. The steps:
 *
 * 1. read the request and the gateways again, and wait until all earlier attempts have decided
 * 2. decide by policy and preflight checks, and take what the request is assigned
 * 3. write the intent to the ledger
 * 4. decide once more, because the write may have taken long; a state older than a second is read again first
 * 5. confirm right after that decision; if the answer leaves doubt, describe the interface
 * 6. write the acceptance and its receipt
 *
 * @param shared updated with what was read and what is assigned
 * @throws LedgerFailure: nothing was confirmed
 */
export async function acceptRequest(
  acceptable: AcceptableRequest,
  shared: SharedContext,
  slot: Slot,
  context: AttemptContext,
): Promise<AttemptResult> {
  const { dryRun } = context;
  if (!(dryRun || hasTime(context))) return notAttempted(asEvaluated(acceptable));
  try {
    const { gateway } = acceptable.accept;
    const state = await readInTurn(acceptable.id, gateway, slot.reached, context);
    // Nothing is awaited from here until the assignment is taken, so no other attempt can decide in between.
    shared.current = withDescription(shared.current, acceptable.id, state.request);
    const first = evaluate(acceptable, state, shared.current, context);
    if (!first.isAllowed) return first.result;
    if (!(dryRun || hasTime(context))) return notAttempted(first);
    // Fail closed: for the rest of the run, the slots of this request stay taken, also after a failure.
    shared.current = withAssignment(
      shared.current,
      acceptable.id,
      toAssignment(first.decision, first.decidedAt),
    );
    slot.markDecided();
    if (dryRun) return resultOf('wouldAccept', first);
    return await recordAndConfirm(acceptable, first, shared, context);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message, failures } = confirmFailed(`${acceptable.id}: ${error.message}`);
    return resultOf('failed', { ...asEvaluated(acceptable), message, failures });
  }
}

/** Steps 3 to 6. Confirms only when a decision made right before gives the same assignment as the written intent. */
async function recordAndConfirm(
  acceptable: AcceptableRequest,
  first: Allowed,
  shared: SharedContext,
  context: AttemptContext,
): Promise<AttemptResult> {
  const { id } = acceptable;
  /** Decides without the request's own assignment, which must not count against it. */
  const evaluateAgain = (state: CurrentState): Evaluated => {
    shared.current = withDescription(shared.current, id, state.request);
    return evaluate(acceptable, state, withoutAssignment(shared.current, id), context);
  };
  let allowed = first;
  let intended: Assignment | null = null;
  let mayRepeat = true;
  for (;;) {
    const assignment = toAssignment(allowed.decision, allowed.decidedAt);
    if (intended !== null && isSameAssignment(intended, assignment)) {
      // The time of the intent is kept, so that a later run that finds the interface accepted creates the same receipt
      // and event.
      const result = await confirmNow(acceptable, allowed, intended, mayRepeat, context);
      if (result !== null) return result;
      mayRepeat = false;
    } else {
      intended = assignment;
      shared.current = withAssignment(withoutAssignment(shared.current, id), id, assignment);
      await context.recorder.recordIntent(id, assignment, evidenceOf(acceptable, allowed, context));
    }
    // Writing the intent, or reading a new key, may have taken long, so the decision may be out of date.
    if (!hasTime(context)) return notAttempted(allowed);
    const again = evaluateAgain(await readAgain(id, allowed, context));
    if (!again.isAllowed) {
      // What it was assigned stays taken for the rest of this run; the next run decides again.
      await context.recorder.withdrawIntent(id);
      return again.result;
    }
    allowed = again;
  }
}

/** Fail closed: the state for another decision is read again if it is not fresh, or lacks what the checks of the assigned gateway need. */
async function readAgain(
  id: string,
  { state, decision: { gateway } }: Allowed,
  context: AttemptContext,
): Promise<CurrentState> {
  const isUsable = isFresh(state, context) && hasReadGateway(state, gateway);
  return isUsable ? state : readBeforeConfirm(id, gateway, context);
}

/**
 * Confirms right after the decision: nothing is awaited in between.
 * @param mayRepeat whether to return `null` if the key was replaced
 * @returns `null`: nothing was confirmed, and the request must be evaluated again
 */
async function confirmNow(
  acceptable: AcceptableRequest,
  allowed: Allowed,
  intended: Assignment,
  mayRepeat: boolean,
  context: AttemptContext,
): Promise<AttemptResult | null> {
  if (!hasTime(context)) return notAttempted(allowed);
  const { id } = acceptable;
  try {
    const { proof, ...result } = await confirmOnce(
      allowed.decision.type,
      id,
      intended.gateway,
      context.ports,
    );
    if (proof === null) return { ...resultOf(result.outcome, allowed), ...result };
    const evidence = evidenceOf(acceptable, allowed, context);
    const failures = await context.recorder.recordAcceptance(id, intended, evidence, proof);
    return resultOf('accepted', { ...allowed, failures });
  } catch (error) {
    if (error instanceof KeyReplaced && mayRepeat) return null;
    throw error;
  }
}

function evidenceOf(
  { firstSeen, deadline }: AcceptableRequest,
  { request, decision, skipped, state, world }: Allowed,
  { origin, loaded }: AttemptContext,
): Evidence {
  const snapshot = { request, firstSeen, deadline, decision, seen: state, world, skipped };
  return collectEvidence(origin, loaded.policy, snapshot);
}

/** The result of evaluating a request in its current state. */
type Evaluated = Allowed | { readonly isAllowed: false; readonly result: AttemptResult };

interface Allowed extends Pick<AttemptResult, 'request' | 'skipped'> {
  readonly isAllowed: true;
  readonly decision: Accept;
  readonly decidedAt: Date;
  readonly state: CurrentState;
  readonly world: DecisionContext;
}

/** Decides now, by policy and preflight checks, on a state that was just read. Makes no call. */
function evaluate(
  acceptable: AcceptableRequest,
  state: CurrentState,
  world: DecisionContext,
  { loaded, ports }: AttemptContext,
): Evaluated {
  const { policy } = loaded;
  const { request } = state;
  if (request === null && hasFailedBefore(acceptable)) {
    // Fail closed: it is still pending, so it could expire although the policy allows it.
    const { message, failures } = confirmFailed(`${acceptable.id}: ${CONTRADICTION}`);
    return {
      isAllowed: false,
      result: resultOf('failed', { ...asEvaluated(acceptable), message, failures }),
    };
  }
  if (request === null || !isConfirming(request)) {
    const evaluated = asEvaluated(acceptable);
    const message = describeGone(request);
    const result = resultOf('gone', { ...evaluated, request: request ?? evaluated.request, message });
    return { isAllowed: false, result };
  }
  const decidedAt = ports.clock.now();
  const byPolicy = decide(policy, request, world, acceptable.deadline, decidedAt);
  const gateway = gatewayToCheck(byPolicy);
  const { reasons, skipped } =
    gateway === null ? NO_FINDINGS : runPreflightChecks(request, gateway, state, policy.recipient, world);
  const decision = addReasons(byPolicy, reasons);
  return decision.verdict === 'accept'
    ? { isAllowed: true, request, decision, skipped, decidedAt, state, world }
    : { isAllowed: false, result: resultOf('held', { request, decision, skipped }) };
}

const CONTRADICTION =
  'the listing shows it as a request, and its description says that it does not exist; describe it with the AWS CLI, ask the provider, ' +
  'and confirm it manually if it exists; the next run tries again';

/**
 * Whether an attempt of an earlier run ended without a result. A request that is withdrawn between the listing and its description
 * is not listed by the next run, so a request that is described as missing again is not one of those.
 */
function hasFailedBefore({ evaluation: { observation } }: AcceptableRequest): boolean {
  return observation !== null && observation.failures > 0;
}

/** @param at the time of the decision, at which replaying a receipt repeats it */
export function toAssignment({ owner, grants, gateway }: Accept, at: Date): Assignment {
  return { at: at.toISOString(), owner, grants, gateway };
}

/** Whether the intent assigns the same as the decision made now. The time may differ. */
function isSameAssignment(intended: Assignment, { owner, gateway, grants }: Assignment): boolean {
  return (
    intended.owner === owner &&
    intended.gateway === gateway &&
    intended.grants.length === grants.length &&
    grants.every((grant) => intended.grants.includes(grant))
  );
}

type Known = Pick<AttemptResult, 'request' | 'decision' | 'skipped'> & Partial<AttemptResult>;

function resultOf(
  outcome: Outcome,
  { request, decision, skipped, message = null, failures = [] }: Known,
): AttemptResult {
  return { request, decision, outcome, message, skipped, failures };
}

/** What is known before the request is read again. */
function asEvaluated({ evaluation, accept: decision }: AcceptableRequest): Known {
  return { request: evaluation.request, decision, skipped: [] };
}

function notAttempted(known: Known): AttemptResult {
  return resultOf('notAttempted', { ...known, message: TOO_LATE });
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next run attempts it';

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
import type { LoadedPolicy } from '../core/policy.ts';
import { gatewayToCheck, runPreflightChecks } from '../core/preflightChecks.ts';
import { NO_FINDINGS } from '../core/reasons.ts';
import { collectEvidence } from '../core/receipt.ts';
import type { AcceptableRequest } from '../core/requestEvaluation.ts';
import type { Outcome, RunProblem } from '../core/runReport.ts';
import type { AcceptanceRecorder } from './acceptanceRecorder.ts';
import { confirmFailed, confirmOnce, describeGone } from './confirm.ts';
import { type CurrentState, isFresh, readBeforeConfirm, readInTurn } from './currentState.ts';
import { type SharedContext, type Slot, toAssignment } from './decisionQueue.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { Ports } from './ports.ts';
import type { Budget } from './runContext.ts';

/** What an attempt needs beside the request. */
export interface AttemptContext {
  readonly loaded: LoadedPolicy;
  readonly origin: EventOrigin;
  readonly ports: Ports;
  readonly recorder: AcceptanceRecorder;
  readonly budget: Budget;
  readonly requestTimeoutMs: number;
  readonly dryRun: boolean;
}

/** How an attempt to accept one request ended. */
export interface AttemptResult {
  /** as it was described last: what the decision is about */
  readonly request: VirtualInterface;
  readonly decision: Decision;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly skipped: readonly string[];
  readonly failures: readonly RunProblem[];
}

/**
 * Accepts one request that the listing showed as acceptable: looks at it and at the gateways again, decides again when those
 * before it have decided, writes an intent, decides once more by what is true then, confirms, and finds out what became of it.
 * @param shared brought up to date with what the looks showed and with what is taken
 * @throws LedgerFailure: then nothing was confirmed
 */
export async function acceptRequest(
  turn: AcceptableRequest,
  shared: SharedContext,
  place: Slot,
  context: AttemptContext,
): Promise<AttemptResult> {
  const { dryRun } = context;
  if (!(dryRun || hasTime(context))) return notAttempted(asOpened(turn));
  try {
    const look = await readInTurn(turn.id, place, context);
    // From here until something is taken, nothing is awaited.
    shared.current = withDescription(shared.current, turn.id, look.request);
    const first = evaluate(turn, look, shared.current, context);
    if (!first.isAllowed) return first.end;
    if (!(dryRun || hasTime(context))) return notAttempted(first);
    // Fail closed: whatever becomes of it, what it needs is taken for the rest of the pass.
    shared.current = withAssignment(shared.current, turn.id, toAssignment(first.decision, first.at));
    place.markDecided();
    if (dryRun) return ended('wouldAccept', first);
    return await accept(turn, first, shared, context);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message, failures } = confirmFailed(`${turn.id}: ${error.message}`);
    return ended('failed', { ...asOpened(turn), message, failures });
  }
}

/** Writes the intent, and confirms once it says what is decided at that moment. */
async function accept(
  turn: AcceptableRequest,
  first: Allowed,
  shared: SharedContext,
  context: AttemptContext,
): Promise<AttemptResult> {
  const { id } = turn;
  /** By the world of then: its own award does not stand against it. */
  const evaluatedAgain = (look: CurrentState): Evaluated => {
    shared.current = withDescription(shared.current, id, look.request);
    return evaluate(turn, look, withoutAssignment(shared.current, id), context);
  };
  let allowed = first;
  let intended: Assignment | null = null;
  let mayRepeat = true;
  for (;;) {
    const award = toAssignment(allowed.decision, allowed.at);
    if (intended !== null && isSameAward(intended, award)) {
      // The time of the intent stays: a later run that finds it accepted makes the same receipt and the same event of it.
      const attempted = await confirmNow(turn, allowed, intended, mayRepeat, context);
      if (attempted !== null) return attempted;
      mayRepeat = false;
    } else {
      intended = award;
      shared.current = withAssignment(withoutAssignment(shared.current, id), id, award);
      await context.recorder.recordIntent(id, award, groundsFor(turn, allowed, context));
    }
    // The write, or reading a new key, may have taken long: what was decided before it may hold no longer.
    if (!hasTime(context)) return notAttempted(allowed);
    const { look } = allowed;
    const now = evaluatedAgain(isFresh(look, context) ? look : await readBeforeConfirm(id, context));
    if (!now.isAllowed) {
      // Its place in this pass stays taken: another pass decides upon it again.
      await context.recorder.withdrawIntent(id);
      return now.end;
    }
    allowed = now;
  }
}

/**
 * Confirms what has just been decided: since then nothing was awaited.
 * @param mayRepeat whether to come back when its key was replaced
 * @returns `null`: nothing was confirmed, and it must be decided upon again
 */
async function confirmNow(
  turn: AcceptableRequest,
  allowed: Allowed,
  award: Assignment,
  mayRepeat: boolean,
  context: AttemptContext,
): Promise<AttemptResult | null> {
  if (!hasTime(context)) return notAttempted(allowed);
  try {
    const { answer, ...result } = await confirmOnce(turn.id, award.gateway, context.ports);
    if (answer === null) return { ...ended(result.outcome, allowed), ...result };
    const grounds = groundsFor(turn, allowed, context);
    const failures = await context.recorder.recordAcceptance(turn.id, award, grounds, answer);
    return ended('accepted', { ...allowed, failures });
  } catch (error) {
    if (error instanceof KeyReplaced && mayRepeat) return null;
    throw error;
  }
}

function groundsFor(
  { firstSeen, deadline }: AcceptableRequest,
  { request, decision, skipped, look, world }: Allowed,
  { origin, loaded }: AttemptContext,
): Evidence {
  const { gateways } = look;
  const seen = { request, firstSeen, deadline, decision, gateways, world, skipped };
  return collectEvidence(origin, loaded.policy, seen);
}

/** What was decided upon one look. */
type Evaluated = Allowed | { readonly isAllowed: false; readonly end: AttemptResult };

interface Allowed extends Pick<AttemptResult, 'request' | 'skipped'> {
  readonly isAllowed: true;
  readonly decision: Accept;
  readonly at: Date;
  readonly look: CurrentState;
  readonly world: DecisionContext;
}

/** Decides by a look, at the time of now, with everything that stands against it. No call is made. */
function evaluate(
  turn: AcceptableRequest,
  look: CurrentState,
  world: DecisionContext,
  { loaded, ports }: AttemptContext,
): Evaluated {
  const { policy } = loaded;
  const { request, gateways } = look;
  if (request === null || !isConfirming(request)) {
    const opened = asOpened(turn);
    const message = describeGone(request);
    return {
      isAllowed: false,
      end: ended('gone', { ...opened, request: request ?? opened.request, message }),
    };
  }
  const at = ports.clock.now();
  const byPolicy = decide(policy, request, world, turn.deadline, at);
  const gateway = gatewayToCheck(byPolicy);
  const { reasons, skipped } =
    gateway === null ? NO_FINDINGS : runPreflightChecks(request, gateway, gateways, policy.recipient, world);
  const decision = addReasons(byPolicy, reasons);
  return decision.verdict === 'accept'
    ? { isAllowed: true, request, decision, skipped, at, look, world }
    : { isAllowed: false, end: ended('held', { request, decision, skipped }) };
}

/** Whether an intent gives what is decided now: only the time may differ. */
function isSameAward(intended: Assignment, { owner, gateway, grants }: Assignment): boolean {
  return (
    intended.owner === owner &&
    intended.gateway === gateway &&
    intended.grants.length === grants.length &&
    grants.every((grant) => intended.grants.includes(grant))
  );
}

type Known = Pick<AttemptResult, 'request' | 'decision' | 'skipped'> & Partial<AttemptResult>;

function ended(
  outcome: Outcome,
  { request, decision, skipped, message = null, failures = [] }: Known,
): AttemptResult {
  return { request, decision, outcome, message, skipped, failures };
}

/** Before anything new is known of it. */
function asOpened({ evaluation, accept: decision }: AcceptableRequest): Known {
  return { request: evaluation.request, decision, skipped: [] };
}

function notAttempted(known: Known): AttemptResult {
  return ended('notAttempted', { ...known, message: TOO_LATE });
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

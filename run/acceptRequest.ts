import { type Accept, type Decision, decide, withReasons } from '../core/decide.ts';
import { afterAward, asDescribed, beforeAward, type World } from '../core/decisionContext.ts';
import type { Origin } from '../core/events/event.ts';
import type { Award, Grounds } from '../core/ledgerEntries.ts';
import { isConfirming, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import { gatewayToInspect, inspect } from '../core/preflightChecks.ts';
import { NOTHING } from '../core/reasons.ts';
import { groundsOf } from '../core/receipt.ts';
import type { Turn } from '../core/requestEvaluation.ts';
import type { Failure, Outcome } from '../core/runReport.ts';
import type { Recorder } from './acceptanceRecorder.ts';
import { confirm, failed, goneMessage } from './confirm.ts';
import { isFresh, type Look, lastLook, lookInTurn } from './currentState.ts';
import { awardOf, type Place, type Shared } from './decisionQueue.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { Ports } from './ports.ts';
import type { Budget } from './runContext.ts';

/** What an attempt needs beside the request. */
export interface AttemptContext {
  readonly loaded: LoadedPolicy;
  readonly origin: Origin;
  readonly ports: Ports;
  readonly record: Recorder;
  readonly budget: Budget;
  readonly requestTimeoutMs: number;
  readonly dryRun: boolean;
}

/** How an attempt to accept one request ended. */
export interface Attempt {
  /** as it was described last: what the decision is about */
  readonly request: VirtualInterface;
  readonly decision: Decision;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly skipped: readonly string[];
  readonly failures: readonly Failure[];
}

/**
 * Accepts one request that the listing showed as acceptable: looks at it and at the gateways again, decides again when those
 * before it have decided, writes an intent, decides once more by what is true then, confirms, and finds out what became of it.
 * @param shared brought up to date with what the looks showed and with what is taken
 * @throws LedgerFailure: then nothing was confirmed
 */
export async function attempt(
  turn: Turn,
  shared: Shared,
  place: Place,
  context: AttemptContext,
): Promise<Attempt> {
  const { dryRun } = context;
  if (!(dryRun || hasTime(context))) return notAttempted(asOpened(turn));
  try {
    const look = await lookInTurn(turn.id, place, context);
    // From here until something is taken, nothing is awaited.
    shared.world = asDescribed(shared.world, turn.id, look.request);
    const first = evaluate(turn, look, shared.world, context);
    if (!first.isAllowed) return first.end;
    if (!(dryRun || hasTime(context))) return notAttempted(first);
    // Fail closed: whatever becomes of it, what it needs is taken for the rest of the pass.
    shared.world = afterAward(shared.world, turn.id, awardOf(first.decision, first.at));
    place.decided();
    if (dryRun) return ended('wouldAccept', first);
    return await accept(turn, first, shared, context);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message, failures } = failed(`${turn.id}: ${error.message}`);
    return ended('failed', { ...asOpened(turn), message, failures });
  }
}

/** Writes the intent, and confirms once it says what is decided at that moment. */
async function accept(turn: Turn, first: Allowed, shared: Shared, context: AttemptContext): Promise<Attempt> {
  const { id } = turn;
  /** By the world of then: its own award does not stand against it. */
  const evaluatedAgain = (look: Look): Evaluated => {
    shared.world = asDescribed(shared.world, id, look.request);
    return evaluate(turn, look, beforeAward(shared.world, id), context);
  };
  let allowed = first;
  let intended: Award | null = null;
  let mayRepeat = true;
  for (;;) {
    const award = awardOf(allowed.decision, allowed.at);
    if (intended !== null && isSameAward(intended, award)) {
      // The time of the intent stays: a later run that finds it accepted makes the same receipt and the same event of it.
      const attempted = await confirmNow(turn, allowed, intended, mayRepeat, context);
      if (attempted !== null) return attempted;
      mayRepeat = false;
    } else {
      intended = award;
      shared.world = afterAward(beforeAward(shared.world, id), id, award);
      await context.record.intended(id, award, groundsFor(turn, allowed, context));
    }
    // The write, or reading a new key, may have taken long: what was decided before it may hold no longer.
    if (!hasTime(context)) return notAttempted(allowed);
    const { look } = allowed;
    const now = evaluatedAgain(isFresh(look, context) ? look : await lastLook(id, context));
    if (!now.isAllowed) {
      // Its place in this pass stays taken: another pass decides upon it again.
      await context.record.withdrawn(id);
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
  turn: Turn,
  allowed: Allowed,
  award: Award,
  mayRepeat: boolean,
  context: AttemptContext,
): Promise<Attempt | null> {
  if (!hasTime(context)) return notAttempted(allowed);
  try {
    const { answer, ...result } = await confirm(turn.id, award.gateway, context.ports);
    if (answer === null) return { ...ended(result.outcome, allowed), ...result };
    const grounds = groundsFor(turn, allowed, context);
    const failures = await context.record.accepted(turn.id, award, grounds, answer);
    return ended('accepted', { ...allowed, failures });
  } catch (error) {
    if (error instanceof KeyReplaced && mayRepeat) return null;
    throw error;
  }
}

function groundsFor(
  { firstSeen, deadline }: Turn,
  { request, decision, skipped, look, world }: Allowed,
  { origin, loaded }: AttemptContext,
): Grounds {
  const { gateways } = look;
  const seen = { request, firstSeen, deadline, decision, gateways, world, skipped };
  return groundsOf(origin, loaded.policy, seen);
}

/** What was decided upon one look. */
type Evaluated = Allowed | { readonly isAllowed: false; readonly end: Attempt };

interface Allowed extends Pick<Attempt, 'request' | 'skipped'> {
  readonly isAllowed: true;
  readonly decision: Accept;
  readonly at: Date;
  readonly look: Look;
  readonly world: World;
}

/** Decides by a look, at the time of now, with everything that stands against it. No call is made. */
function evaluate(turn: Turn, look: Look, world: World, { loaded, ports }: AttemptContext): Evaluated {
  const { policy } = loaded;
  const { request, gateways } = look;
  if (request === null || !isConfirming(request)) {
    const opened = asOpened(turn);
    const message = goneMessage(request);
    return {
      isAllowed: false,
      end: ended('gone', { ...opened, request: request ?? opened.request, message }),
    };
  }
  const at = ports.clock.now();
  const byPolicy = decide(policy, request, world, turn.deadline, at);
  const gateway = gatewayToInspect(byPolicy);
  const { reasons, skipped } =
    gateway === null ? NOTHING : inspect(request, gateway, gateways, policy.recipient, world);
  const decision = withReasons(byPolicy, reasons);
  return decision.verdict === 'accept'
    ? { isAllowed: true, request, decision, skipped, at, look, world }
    : { isAllowed: false, end: ended('held', { request, decision, skipped }) };
}

/** Whether an intent gives what is decided now: only the time may differ. */
function isSameAward(intended: Award, { owner, gateway, grants }: Award): boolean {
  return (
    intended.owner === owner &&
    intended.gateway === gateway &&
    intended.grants.length === grants.length &&
    grants.every((grant) => intended.grants.includes(grant))
  );
}

type Known = Pick<Attempt, 'request' | 'decision' | 'skipped'> & Partial<Attempt>;

function ended(
  outcome: Outcome,
  { request, decision, skipped, message = null, failures = [] }: Known,
): Attempt {
  return { request, decision, outcome, message, skipped, failures };
}

/** Before anything new is known of it. */
function asOpened({ opened, accept: decision }: Turn): Known {
  return { request: opened.request, decision, skipped: [] };
}

function notAttempted(known: Known): Attempt {
  return ended('notAttempted', { ...known, message: TOO_LATE });
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

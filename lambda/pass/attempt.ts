import type { Origin } from '../core/announcement.ts';
import type { Turn } from '../core/case.ts';
import { type Decision, decide, hold } from '../core/decide.ts';
import type { Failure } from '../core/failure.ts';
import { inspect } from '../core/inspect.ts';
import { groundsOf } from '../core/lastLook.ts';
import { isConfirming, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import type { Outcome } from '../core/report.ts';
import { afterAward, asDescribed } from '../core/world.ts';
import { CallFailure } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Budget } from './budget.ts';
import { confirm, failed, goneMessage } from './confirm.ts';
import type { Recorder } from './recorder.ts';
import { awardOf, type Place, type Shared } from './turns.ts';
import { gatewayKinds } from './vetting.ts';

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
 * Accepts one request that the listing showed as acceptable: looks at it and at the gateways anew, decides anew when those
 * before it have decided, leaves an intent, confirms, and finds out what became of it.
 * @param shared brought up to date with what the look showed and with what is taken
 * @throws LedgerFailure: then nothing was confirmed
 */
export async function attempt(
  turn: Turn,
  shared: Shared,
  place: Place,
  context: AttemptContext,
): Promise<Attempt> {
  const { ports, loaded, origin, record, dryRun } = context;
  const { id, deadline } = turn;
  const end = (outcome: Outcome, more: Partial<Attempt> = {}): Attempt => ({
    request: turn.opened.request,
    decision: turn.accept,
    outcome,
    message: null,
    skipped: [],
    failures: [],
    ...more,
  });
  if (!(dryRun || hasTime(context))) return end('notAttempted', { message: TOO_LATE });
  try {
    const { fresh, gateways } = await freshLook(id, place, context);
    // From here until something is taken, nothing is waited for.
    shared.world = asDescribed(shared.world, id, fresh);
    const request = fresh ?? turn.opened.request;
    if (fresh === null || !isConfirming(fresh)) return end('gone', { request, message: goneMessage(fresh) });
    const { world } = shared;
    const now = ports.clock.now();
    const decision = decide(loaded.policy, fresh, world, deadline, now);
    if (decision.verdict === 'hold') return end('held', { request, decision });
    const { reasons, skipped } = inspect(fresh, decision.gateway, gateways, loaded.policy.recipient, world);
    if (reasons.length > 0)
      return end('held', { request, decision: hold(reasons, decision.gateway), skipped });
    const decided = { request, decision, skipped };
    if (!(dryRun || hasTime(context))) return end('notAttempted', { ...decided, message: TOO_LATE });

    const award = awardOf(decision, now);
    // Fail closed: whatever becomes of the confirm, its slots are taken for the rest of the pass.
    shared.world = afterAward(world, id, award);
    place.decided();
    if (dryRun) return end('wouldAccept', decided);
    const look = { request: fresh, firstSeen: turn.firstSeen, deadline, decision, gateways, world, skipped };
    const grounds = groundsOf(origin, loaded.policy, look);
    await record.intended(id, award, grounds);
    // The write may have taken long: a confirm is never begun without time to see its end.
    if (!hasTime(context)) return end('notAttempted', { ...decided, message: TOO_LATE });
    const { answer, ...result } = await confirm(id, decision.gateway, ports);
    if (answer === null) return end(result.outcome, { ...result, ...decided });
    return end('accepted', { ...decided, failures: await record.accepted(id, award, grounds, answer) });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message, failures } = failed(`${id}: ${error.message}`);
    return end('failed', { message, failures });
  }
}

/** How old a look may be that something is decided upon, in milliseconds: whoever waited longer for others looks again. */
const FRESH_MS = 1000;

/** The request and the gateways as they are now that every attempt before has decided. @throws CallFailure */
async function freshLook(id: string, place: Place, { ports, loaded }: AttemptContext) {
  const { directConnect, gateways, clock } = ports;
  for (;;) {
    const looks = [directConnect.describe(id), gateways.list(gatewayKinds(loaded.policy))] as const;
    // Both are at their end before anything else happens: no call goes on when its attempt is over.
    await Promise.allSettled(looks);
    const [fresh, listed] = await Promise.all(looks);
    const lookedAt = clock.monotonic();
    await place.reached;
    if (clock.monotonic() - lookedAt <= FRESH_MS) return { fresh, gateways: listed };
  }
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

import type { Origin } from '../core/announcement.ts';
import type { Turn } from '../core/case.ts';
import { type Accept, type Decision, decide, hold } from '../core/decide.ts';
import type { Failure } from '../core/failure.ts';
import type { Grounds } from '../core/grounds.ts';
import { inspect } from '../core/inspect.ts';
import { groundsOf } from '../core/lastLook.ts';
import { isConfirming } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import type { Award } from '../core/remembered.ts';
import type { Outcome } from '../core/report.ts';
import { afterAcceptance, asDescribed, type World } from '../core/world.ts';
import { CallFailure } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Budget } from './budget.ts';
import { confirm, failed, goneMessage } from './confirm.ts';
import type { Recorder } from './recorder.ts';
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

/** How an attempt to accept one request ended, and the world after it. */
export interface Attempt {
  readonly decision: Decision;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly skipped: readonly string[];
  readonly failures: readonly Failure[];
  readonly world: World;
}

/**
 * Accepts one request that the listing showed as acceptable: describes it anew, decides anew, looks at gateway and
 * network, leaves an intent, confirms, and finds out what became of it.
 * @throws LedgerFailure: then nothing was confirmed
 */
export async function attempt(turn: Turn, before: World, context: AttemptContext): Promise<Attempt> {
  const { ports, loaded, origin, record, dryRun } = context;
  const { id, deadline } = turn;
  let world = before;
  const end = (outcome: Outcome, more: Partial<Attempt> = {}): Attempt => ({
    decision: turn.accept,
    outcome,
    message: null,
    skipped: [],
    failures: [],
    world,
    ...more,
  });
  if (!(dryRun || hasTime(context))) return end('notAttempted', { message: TOO_LATE });
  try {
    const fresh = await ports.directConnect.describe(id);
    world = asDescribed(world, id, fresh);
    if (fresh === null || !isConfirming(fresh)) return end('gone', { message: goneMessage(fresh) });
    const gateways = await ports.gateways.list(gatewayKinds(loaded.policy));
    // Last of all that takes time but the intent: a grant may end meanwhile.
    const now = ports.clock.now();
    const decision = decide(loaded.policy, fresh, world, deadline, now);
    if (decision.verdict === 'hold') return end('held', { decision });
    const { reasons, skipped } = inspect(fresh, decision.gateway, gateways, world);
    if (reasons.length > 0) return end('held', { decision: hold(reasons, decision.gateway), skipped });

    const look = { request: fresh, firstSeen: turn.firstSeen, deadline, decision, gateways, world, skipped };
    const award = awardOf(decision, now);
    const after = { decision, skipped, world: afterAcceptance(world, fresh, award) };
    if (dryRun) return end('wouldAccept', after);
    if (!hasTime(context)) return end('notAttempted', { decision, skipped, message: TOO_LATE });
    const grounds = groundsOf(origin, loaded.policy, look);
    await record.intended(id, award, grounds);
    // The write may have taken long: a confirm is never begun without time to see its end.
    if (!hasTime(context)) return end('notAttempted', { decision, skipped, message: TOO_LATE });
    const { answer, ...result } = await confirm(id, decision.gateway, ports);
    if (answer === null) {
      return end(result.outcome, {
        ...result,
        decision,
        skipped,
        world: withIntent(world, id, award, grounds),
      });
    }
    return end('accepted', { ...after, failures: await record.accepted(id, award, grounds, answer) });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message, failures } = failed(`${id}: ${error.message}`);
    return end('failed', { message, failures });
  }
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

/** @param at when it was decided: replaying a receipt takes this for now */
function awardOf({ owner, grants, gateway }: Accept, at: Date): Award {
  return { at: at.toISOString(), owner, grants, gateway };
}

/** Fail closed: what may have been accepted takes its slot, in the pass's own limit too. */
function withIntent(world: World, id: string, award: Award, grounds: Grounds): World {
  const intents = { ...world.intents, [id]: { ...award, listings: 0, grounds } };
  return { ...world, intents, acceptedThisPass: world.acceptedThisPass + 1 };
}

import type { Deadline } from '../core/deadline.ts';
import { type Accept, type Decision, decide, hold } from '../core/decide.ts';
import type { Failure } from '../core/failure.ts';
import { inspect } from '../core/inspect.ts';
import type { Acceptance, LedgerChange } from '../core/ledger.ts';
import { isConfirming } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import type { Outcome } from '../core/report.ts';
import { afterAcceptance, asDescribed, type World } from '../core/world.ts';
import { CallFailure, LedgerFailure } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Budget } from './budget.ts';
import { confirm, failed, goneMessage } from './confirm.ts';
import { gatewayKinds } from './vetting.ts';

/** What an attempt needs beside the request. */
export interface AttemptContext {
  readonly loaded: LoadedPolicy;
  readonly ports: Ports;
  readonly write: (changes: readonly LedgerChange[]) => Promise<void>;
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
export async function attempt(
  id: string,
  decided: Accept,
  deadline: Deadline,
  before: World,
  context: AttemptContext,
): Promise<Attempt> {
  const { ports, loaded, dryRun } = context;
  let world = before;
  const end = (outcome: Outcome, more: Partial<Attempt> = {}): Attempt => ({
    decision: decided,
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
    const decision = decide(loaded.policy, fresh, world, deadline, ports.clock.now());
    if (decision.verdict === 'hold') return end('held', { decision });
    const { reasons, skipped } = inspect(fresh, decision.gateway, gateways, world);
    if (reasons.length > 0) return end('held', { decision: hold(reasons, decision.gateway), skipped });

    const acceptance = award(decision, ports.clock.now());
    const after = { decision, skipped, world: afterAcceptance(world, fresh, acceptance) };
    if (dryRun) return end('wouldAccept', after);
    if (!hasTime(context)) return end('notAttempted', { decision, skipped, message: TOO_LATE });
    await context.write([{ kind: 'intended', id, intent: { ...acceptance, listings: 0 } }]);
    // The write may have taken long: a confirm is never begun without time to see its end.
    if (!hasTime(context)) return end('notAttempted', { decision, skipped, message: TOO_LATE });
    const result = await confirm(id, acceptance, ports);
    if (result.outcome !== 'accepted') {
      return end(result.outcome, { ...result, decision, skipped, world: withIntent(world, id, acceptance) });
    }
    return end('accepted', { ...after, failures: await record(id, acceptance, context) });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return end('failed', failed(`${id}: ${error.message}`));
  }
}

/** An acceptance that cannot be recorded stands: its intent is in the ledger, from which the next pass learns it. */
async function record(id: string, acceptance: Acceptance, { write }: AttemptContext): Promise<Failure[]> {
  try {
    await write([{ kind: 'accepted', id, acceptance }]);
    return [];
  } catch (error) {
    if (!(error instanceof LedgerFailure)) throw error;
    return [{ code: error.code, message: `${id} was accepted and could not be recorded: ${error.message}` }];
  }
}

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

function award({ owner, grants, gateway }: Accept, at: Date): Acceptance {
  return { at: at.toISOString(), owner, grants, gateway };
}

/** Fail closed: what may have been accepted takes its slot, in the pass's own limit too. */
function withIntent(world: World, id: string, acceptance: Acceptance): World {
  const intents = { ...world.intents, [id]: { ...acceptance, listings: 0 } };
  return { ...world, intents, acceptedThisPass: world.acceptedThisPass + 1 };
}

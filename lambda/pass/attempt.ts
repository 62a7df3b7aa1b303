import type { Deadline } from '../core/deadline.ts';
import { type Accept, type Decision, decide, hold } from '../core/decide.ts';
import type { Failure } from '../core/failure.ts';
import { inspect } from '../core/inspect.ts';
import type { Acceptance, LedgerChange } from '../core/ledger.ts';
import { isConfirming, isOver, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import type { Outcome } from '../core/report.ts';
import { afterAcceptance, type World } from '../core/world.ts';
import { CallFailure, LedgerFailure } from '../errors.ts';
import type { DirectConnect, Ports } from '../ports.ts';
import type { Budget } from './budget.ts';
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
  world: World,
  context: AttemptContext,
): Promise<Attempt> {
  const { ports, loaded, dryRun } = context;
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
    if (fresh === null || !isConfirming(fresh)) return end('gone', { message: goneMessage(fresh) });
    const decision = decide(loaded.policy, fresh, world, deadline, ports.clock.now());
    if (decision.verdict === 'hold') return end('held', { decision });
    const gateways = await ports.gateways.list(gatewayKinds(loaded.policy));
    const { reasons, skipped } = inspect(fresh, decision.gateway, gateways, world);
    if (reasons.length > 0) return end('held', { decision: hold(reasons), skipped });

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
    return end('failed', failed(`${id}: ${error.message}; the next pass tries again`));
  }
}

/** Confirms once, and after any doubt asks what became of it. */
async function confirm(id: string, { gateway }: Acceptance, { directConnect }: Ports): Promise<Confirmed> {
  let doubt: string;
  try {
    const state = await directConnect.confirm(id, gateway);
    if (state === 'pending' || state === 'available' || state === 'down') return { outcome: 'accepted' };
    doubt = `the answer's state is ${state ?? 'missing'}`;
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    doubt = error.message;
  }
  return settle(id, gateway, doubt, directConnect);
}

/** After a doubtful confirm: what the API says now is what happened. */
async function settle(
  id: string,
  gateway: string,
  doubt: string,
  directConnect: DirectConnect,
): Promise<Confirmed> {
  let now: VirtualInterface | null;
  try {
    now = await directConnect.describe(id);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return {
      outcome: 'failed',
      ...failed(`${id} may have been accepted: ${doubt}; then ${error.message}; the next pass finds out`),
    };
  }
  if (now === null || isOver(now)) return { outcome: 'gone', message: goneMessage(now) };
  if (isConfirming(now))
    return { outcome: 'failed', ...failed(`${id} is still confirming: ${doubt}; the next pass tries again`) };
  if (now.gateway === gateway) return { outcome: 'accepted' };
  const message = `${id} was to get gateway \`${gateway}\` and is on \`${now.gateway ?? 'none'}\`: somebody else accepted it; check who, and delete it if it is wrong`;
  return { outcome: 'failed', message, failures: [{ code: 'other-gateway', message }] };
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

type Confirmed = Pick<Attempt, 'outcome'> & Partial<Pick<Attempt, 'message' | 'failures'>>;

function hasTime({ budget, requestTimeoutMs }: AttemptContext): boolean {
  return budget() >= 2 * requestTimeoutMs;
}

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';

function failed(message: string): Pick<Attempt, 'message' | 'failures'> {
  return { message, failures: [{ code: 'confirm-failed', message }] };
}

function goneMessage(vif: VirtualInterface | null): string {
  return `no longer confirming when we came to confirm it: ${vif === null ? 'it does not exist any more' : (vif.state ?? 'no state')}`;
}

function award({ owner, grants, gateway }: Accept, at: Date): Acceptance {
  return { at: at.toISOString(), owner, grants, gateway };
}

/** Fail closed: what may have been accepted takes its slot for the rest of the pass. */
function withIntent(world: World, id: string, acceptance: Acceptance): World {
  return { ...world, intents: { ...world.intents, [id]: { ...acceptance, listings: 0 } } };
}

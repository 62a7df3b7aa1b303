import { type Case, turnsOf } from '../core/case.ts';
import { decide } from '../core/decide.ts';
import type { Failure } from '../core/failure.ts';
import type { Outcome } from '../core/report.ts';
import type { World } from '../core/world.ts';
import { type Attempt, type AttemptContext, attempt } from './attempt.ts';

/** Where what went wrong is told, as it happens: a ledger that fails later takes none of it back. */
interface Told {
  readonly failures: Failure[];
  readonly warnings: Failure[];
}

/**
 * Attempts the acceptable cases one after the other, each judged with everything accepted before it.
 * @param cases brought up to date with what became of each
 * @throws LedgerFailure
 */
export async function acceptInTurn(
  cases: Map<string, Case>,
  initial: World,
  context: AttemptContext,
  told: Told,
): Promise<void> {
  const { loaded, ports } = context;
  const attempted: Outcome[] = [];
  let world = initial;
  for (const turn of turnsOf(cases.values())) {
    const { id, deadline, opened } = turn;
    // A limit that others have reached meanwhile needs no call to tell.
    const decision = decide(loaded.policy, opened.request, world, deadline, ports.clock.now());
    if (decision.verdict === 'hold') {
      cases.set(id, { ...opened, decision, outcome: 'held', message: null });
      continue;
    }
    const result = await attempt(turn, world, context);
    cases.set(id, { ...opened, ...pick(result) });
    told.failures.push(...result.failures);
    world = result.world;
    attempted.push(result.outcome);
  }
  const late = attempted.filter((outcome) => outcome === 'notAttempted').length;
  if (late === 0) return;
  const message = `time ran out before ${late} of ${attempted.length} allowed requests; the next pass goes on`;
  // A pass that gets to none of them may be followed by others like it: that is no warning any more.
  (late === attempted.length ? told.failures : told.warnings).push({ code: 'out-of-time', message });
}

function pick({
  decision,
  outcome,
  message,
  skipped,
}: Attempt): Pick<Case, 'decision' | 'outcome' | 'message' | 'skipped'> {
  return { decision, outcome, message, skipped };
}

import { type Case, type Turn, turnsOf } from '../core/case.ts';
import type { Failure } from '../core/failure.ts';
import type { Outcome } from '../core/report.ts';
import type { World } from '../core/world.ts';
import { type Attempt, type AttemptContext, attempt } from './attempt.ts';
import { lanes } from './lanes.ts';
import { type Shared, undecided } from './turns.ts';

/** Where what went wrong is told, as it happens: a ledger that fails later takes none of it back. */
interface Told {
  readonly failures: Failure[];
  readonly warnings: Failure[];
}

/**
 * Attempts the acceptable cases, a few side by side, each judged with everything taken by those before it.
 * @param cases brought up to date with what became of each
 * @throws LedgerFailure, once nothing is under way any more
 */
export async function acceptInTurn(
  cases: Map<string, Case>,
  initial: World,
  context: AttemptContext,
  told: Told,
): Promise<void> {
  const { loaded, ports } = context;
  const attempted: Outcome[] = [];
  const shared: Shared = { world: initial };
  const waiting = undecided(loaded.policy, ports.clock);
  const { begin, end } = lanes(ports.directConnect.throttles);
  const take = async (turn: Turn): Promise<void> => {
    const place = waiting.join(turn);
    try {
      const result = await attempt(turn, shared, place, context);
      cases.set(turn.id, { ...turn.opened, ...pick(result) });
      told.failures.push(...result.failures);
      attempted.push(result.outcome);
    } finally {
      // Whatever became of it, nobody waits for it any longer.
      place.decided();
    }
  };
  try {
    for (const turn of turnsOf(cases.values())) {
      // A limit that others have reached meanwhile needs no call to tell.
      const decision = await waiting.foresee(turn, shared);
      if (decision.verdict === 'accept') await begin(() => take(turn));
      else cases.set(turn.id, { ...turn.opened, decision, outcome: 'held', message: null });
    }
  } finally {
    await end();
  }
  const late = attempted.filter((outcome) => outcome === 'notAttempted').length;
  if (late === 0) return;
  const message = `time ran out before ${late} of ${attempted.length} allowed requests; the next pass goes on`;
  // A pass that gets to none of them may be followed by others like it: that is no warning any more.
  (late === attempted.length ? told.failures : told.warnings).push({ code: 'out-of-time', message });
}

function pick({
  request,
  decision,
  outcome,
  message,
  skipped,
}: Attempt): Pick<Case, 'request' | 'decision' | 'outcome' | 'message' | 'skipped'> {
  return { request, decision, outcome, message, skipped };
}

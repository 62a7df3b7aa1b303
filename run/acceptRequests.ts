import { turnsAfter } from '../core/acceptanceOrder.ts';
import { codesOf } from '../core/decide.ts';
import type { World } from '../core/decisionContext.ts';
import { canonicalJson } from '../core/json.ts';
import { type Case, type Turn, turnsOf } from '../core/requestEvaluation.ts';
import type { Failure, Outcome } from '../core/runReport.ts';
import { type Attempt, type AttemptContext, attempt } from './acceptRequest.ts';
import { lanes, type Shared, undecided } from './decisionQueue.ts';
import type { Memory } from './ledgerUnitOfWork.ts';

/** What the order of the attempts rests on, and where the next run finds it. */
interface Schedule {
  readonly memory: Pick<Memory, 'state' | 'note'>;
  /** from the last complete listing to this one, in milliseconds; `null`: there was none */
  readonly intervalMs: number | null;
}

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
  { memory, intervalMs }: Schedule,
): Promise<void> {
  const { loaded, ports } = context;
  const { acceptsPerPass } = loaded.policy.limits;
  const at = ports.clock.now();
  const names = new Set(loaded.policy.owners.map(({ name }) => name));
  const before = Object.fromEntries(Object.entries(memory.state().turns).filter(([name]) => names.has(name)));
  const turns = turnsOf(cases.values(), { at, intervalMs, acceptsPerPass, turns: before });
  const owners = new Set(turns.map(({ accept }) => accept.owner));
  /** owners of what could be accepted, and those of them that had a turn */
  const [waited, hadTurn] = [new Set<string>(), new Set<string>()];
  const remember = (waiting: ReadonlySet<string>): void => {
    const after = turnsAfter(before, waiting, hadTurn, at);
    if (canonicalJson(after) !== canonicalJson(memory.state().turns))
      memory.note([{ kind: 'turned', turns: after }]);
  };
  const attempted: Outcome[] = [];
  const shared: Shared = { world: initial };
  const waiting = undecided(loaded.policy, ports.clock);
  const { begin, end } = lanes(ports.directConnect.throttles);
  const take = async (turn: Turn): Promise<void> => {
    const place = waiting.join(turn);
    const { owner } = turn.accept;
    const isFirst = !hadTurn.has(owner);
    hadTurn.add(owner);
    // Before the intent, which is written with it: a run that is cut short does not begin with the same owners again.
    if (isFirst && owners.size > acceptsPerPass) remember(owners);
    try {
      const result = await attempt(turn, shared, place, context);
      cases.set(turn.id, { ...turn.opened, ...pick(result) });
      told.failures.push(...result.failures);
      attempted.push(result.outcome);
      // It was too late for it: its owner waits on.
      if (isFirst && result.outcome === 'notAttempted') hadTurn.delete(owner);
    } finally {
      // Whatever became of it, nobody waits for it any longer.
      place.decided();
    }
  };
  try {
    for (const turn of turns) {
      // A limit that others have reached meanwhile needs no call to tell.
      const decision = await waiting.foresee(turn, shared);
      if (codesOf(decision).every((code) => code === 'pass-limit')) waited.add(turn.accept.owner);
      if (decision.verdict === 'accept') await begin(() => take(turn));
      else cases.set(turn.id, { ...turn.opened, decision, outcome: 'held', message: null });
    }
  } finally {
    await end();
  }
  remember(waited);
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

import { turnsAfter } from '../core/acceptanceOrder.ts';
import { reasonCodesOf } from '../core/decide.ts';
import type { DecisionContext } from '../core/decisionContext.ts';
import { canonicalJson } from '../core/json.ts';
import {
  type AcceptableRequest,
  orderAcceptableRequests,
  type RequestEvaluation,
} from '../core/requestEvaluation.ts';
import type { Outcome, RunProblem } from '../core/runReport.ts';
import { type AttemptContext, type AttemptResult, acceptRequest } from './acceptRequest.ts';
import { createConcurrencyLimit, createDecisionQueue, type SharedContext } from './decisionQueue.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';

/** What the order of the attempts rests on, and where the next run finds it. */
interface Schedule {
  readonly memory: Pick<LedgerUnitOfWork, 'state' | 'add'>;
  /** from the last complete listing to this one, in milliseconds; `null`: there was none */
  readonly intervalMs: number | null;
}

/** Where what went wrong is told, as it happens: a ledger that fails later takes none of it back. */
interface Told {
  readonly failures: RunProblem[];
  readonly warnings: RunProblem[];
}

/**
 * Attempts the acceptable cases, a few side by side, each judged with everything taken by those before it.
 * @param cases brought up to date with what became of each
 * @throws LedgerFailure, once nothing is under way any more
 */
export async function acceptRequests(
  cases: Map<string, RequestEvaluation>,
  initial: DecisionContext,
  context: AttemptContext,
  told: Told,
  { memory, intervalMs }: Schedule,
): Promise<void> {
  const { loaded, ports } = context;
  const { acceptsPerRun } = loaded.policy.limits;
  const at = ports.clock.now();
  const names = new Set(loaded.policy.owners.map(({ name }) => name));
  const before = Object.fromEntries(Object.entries(memory.state().turns).filter(([name]) => names.has(name)));
  const turns = orderAcceptableRequests(cases.values(), { at, intervalMs, acceptsPerRun, turns: before });
  const owners = new Set(turns.map(({ accept }) => accept.owner));
  /** owners of what could be accepted, and those of them that had a turn */
  const [waited, hadTurn] = [new Set<string>(), new Set<string>()];
  const remember = (waiting: ReadonlySet<string>): void => {
    const after = turnsAfter(before, waiting, hadTurn, at);
    if (canonicalJson(after) !== canonicalJson(memory.state().turns))
      memory.add([{ kind: 'turned', turns: after }]);
  };
  const attempted: Outcome[] = [];
  const shared: SharedContext = { current: initial };
  const waiting = createDecisionQueue(loaded.policy, ports.clock);
  const { start, drain } = createConcurrencyLimit(ports.directConnect.throttleCount);
  const take = async (turn: AcceptableRequest): Promise<void> => {
    const place = waiting.join(turn);
    const { owner } = turn.accept;
    const isFirst = !hadTurn.has(owner);
    hadTurn.add(owner);
    // Before the intent, which is written with it: a run that is cut short does not begin with the same owners again.
    if (isFirst && owners.size > acceptsPerRun) remember(owners);
    try {
      const result = await acceptRequest(turn, shared, place, context);
      cases.set(turn.id, { ...turn.evaluation, ...pick(result) });
      told.failures.push(...result.failures);
      attempted.push(result.outcome);
      // It was too late for it: its owner waits on.
      if (isFirst && result.outcome === 'notAttempted') hadTurn.delete(owner);
    } finally {
      // Whatever became of it, nobody waits for it any longer.
      place.markDecided();
    }
  };
  try {
    for (const turn of turns) {
      // A limit that others have reached meanwhile needs no call to tell.
      const decision = await waiting.decideProvisionally(turn, shared);
      if (reasonCodesOf(decision).every((code) => code === 'pass-limit')) waited.add(turn.accept.owner);
      if (decision.verdict === 'accept') await start(() => take(turn));
      else cases.set(turn.id, { ...turn.evaluation, decision, outcome: 'held', message: null });
    }
  } finally {
    await drain();
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
}: AttemptResult): Pick<RequestEvaluation, 'request' | 'decision' | 'outcome' | 'message' | 'skipped'> {
  return { request, decision, outcome, message, skipped };
}

import { type OrderContext, turnsAfter } from '../core/acceptanceOrder.ts';
import { type Decision, reasonCodesOf } from '../core/decide.ts';
import type { DecisionContext } from '../core/decisionContext.ts';
import { canonicalJson } from '../core/json.ts';
import type { LedgerState } from '../core/ledgerState.ts';
import { liftFreeze, type Policy } from '../core/policy.ts';
import { decideWithNetworkChecks } from '../core/preflightChecks.ts';
import {
  type AcceptableRequest,
  freezeEvaluation,
  orderAcceptableRequests,
  type RequestEvaluation,
} from '../core/requestEvaluation.ts';
import type { Outcome, RunProblem } from '../core/runReport.ts';
import {
  type AttemptContext,
  type AttemptResult,
  acceptRequest,
  type SharedContext,
  type Slot,
  toAssignment,
} from './acceptRequest.ts';
import { createConcurrencyLimit } from './concurrencyLimit.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { Clock } from './ports.ts';

/** What the order of the attempts depends on, and where it is kept for the next run. */
interface OrderState {
  readonly ledger: Pick<LedgerUnitOfWork, 'state' | 'add'>;
  /** from the last complete listing to this one, in milliseconds; `null`: there was none before */
  readonly intervalMs: number | null;
}

/** Where problems are reported as they occur, so that they are not lost if the ledger fails later. */
interface Problems {
  readonly failures: RunProblem[];
  readonly warnings: RunProblem[];
}

/**
 * Accepts the requests that the policy allows, up to four at once.
 *
 * The contract: what is decided and assigned is the same as if the requests were attempted one after the other, in the
 * order of `orderAcceptableRequests`. Only calls to the API overlap. Four rules ensure this:
 *
 * - Attempts start in order, and at most four are under way: fewer after throttled calls, none after an error
 *   (concurrencyLimit.ts).
 * - Attempts decide in order. Each has a slot in the decision queue, and waits until all earlier slots have decided. It
 *   then decides on the shared decision context, which has all earlier assignments, and adds its own assignment to it
 *   before anything is awaited (acceptRequest.ts).
 * - Before an attempt starts, the request is decided provisionally, without a call. A held request gets no attempt. If
 *   only undecided attempts hold it, it waits until they have decided, and is decided again.
 * - When this function returns or throws, no attempt is under way.
 *
 * @param evaluations updated with the result of each attempt
 * @param initial the decision context before anything is accepted
 * @throws LedgerFailure
 */
export async function acceptRequests(
  evaluations: Map<string, RequestEvaluation>,
  initial: DecisionContext,
  context: AttemptContext,
  problems: Problems,
  { ledger, intervalMs }: OrderState,
): Promise<void> {
  const { loaded, ports } = context;
  const { acceptsPerRun } = loaded.policy.limits;
  const at = ports.clock.now();
  const turnsBefore = turnsOfKnownOwners(loaded.policy, ledger.state());
  const order = { at, intervalMs, acceptsPerRun, turns: turnsBefore };
  const requests = orderAcceptableRequests(evaluations.values(), order);
  const turns = trackTurns(requests, order, ledger);
  const outcomes: Outcome[] = [];
  const shared: SharedContext = { current: initial };
  const queue = createDecisionQueue(loaded.policy, ports.clock);
  const limit = createConcurrencyLimit(ports.directConnect.throttleCount);

  const attempt = async (request: AcceptableRequest): Promise<void> => {
    const slot = queue.join(request);
    const turn = turns.begin(request.accept.owner);
    try {
      const result = await acceptRequest(request, shared, slot, context);
      evaluations.set(request.id, { ...request.evaluation, ...evaluationOf(result) });
      problems.failures.push(...result.failures);
      outcomes.push(result.outcome);
      // Time ran out before the attempt, so the owner still waits for its turn.
      if (result.outcome === 'notAttempted') turn.undo();
    } finally {
      // Also after an error, so that later attempts do not wait for ever.
      slot.markDecided();
    }
  };

  try {
    for (const request of requests) {
      const decision = await queue.decideProvisionally(request, shared);
      // It could be accepted, if not for the run limit.
      if (reasonCodesOf(decision).every((code) => code === 'run-limit')) turns.wait(request.accept.owner);
      if (decision.verdict === 'accept') await limit.start(() => attempt(request));
      else evaluations.set(request.id, { ...request.evaluation, decision, outcome: 'held', message: null });
    }
  } finally {
    await limit.drain();
  }
  turns.record();

  const late = outcomes.filter((outcome) => outcome === 'notAttempted').length;
  if (late === 0) return;
  const message = `time ran out before ${late} of ${outcomes.length} allowed requests; the next run attempts them`;
  // A warning while some were attempted. If none was, later runs may have the same problem, so the run fails.
  (late === outcomes.length ? problems.failures : problems.warnings).push({ code: 'out-of-time', message });
}

/**
 * Replaces the evaluations of a frozen policy in a plan by what the plan finds without the freeze. It makes the calls of a plan
 * without a freeze, in the same order, so that limits, run limit and gateways are checked too.
 * @param evaluations of the frozen policy; updated when all is planned
 * @param planned the same evaluations by the policy without its freeze; updated with the result of each attempt
 * @param warnings takes the problems of these calls: a run under the freeze does not make them, so the plan does not fail
 */
export async function planWithoutFreeze(
  evaluations: Map<string, RequestEvaluation>,
  planned: Map<string, RequestEvaluation>,
  initial: DecisionContext,
  context: AttemptContext,
  warnings: RunProblem[],
  order: OrderState,
): Promise<void> {
  const loaded = { ...context.loaded, policy: liftFreeze(context.loaded.policy) };
  // Fail closed: the policy has no freeze here, so nothing may be confirmed, whatever the context says.
  const asPlan = { ...context, loaded, dryRun: true };
  await acceptRequests(planned, initial, asPlan, { failures: warnings, warnings }, order);
  for (const [id, evaluation] of planned) evaluations.set(id, freezeEvaluation(evaluation));
}

function evaluationOf({
  request,
  decision,
  outcome,
  message,
  skipped,
}: AttemptResult): Pick<RequestEvaluation, 'request' | 'decision' | 'outcome' | 'message' | 'skipped'> {
  return { request, decision, outcome, message, skipped };
}

/** Which owners had a turn in this run, so that the next run begins with the others. See `turnsAfter`. */
interface OwnerTurns {
  /** Notes that a request of this owner could be accepted, whether or not it gets a turn. */
  wait(owner: string): void;
  /** Gives an owner its turn. @returns a way to undo it, unless the owner had a turn before */
  begin(owner: string): { undo(): void };
  /** Records the turns for the next run, if they changed. */
  record(): void;
}

function trackTurns(
  requests: readonly AcceptableRequest[],
  { at, acceptsPerRun, turns }: Pick<OrderContext, 'at' | 'acceptsPerRun' | 'turns'>,
  ledger: OrderState['ledger'],
): OwnerTurns {
  const owners = new Set(requests.map(({ accept }) => accept.owner));
  const [waited, hadTurn] = [new Set<string>(), new Set<string>()];
  const recordFor = (waiting: ReadonlySet<string>): void => {
    const after = turnsAfter(turns, waiting, hadTurn, at);
    if (canonicalJson(after) !== canonicalJson(ledger.state().turns))
      ledger.add([{ kind: 'turned', turns: after }]);
  };
  return {
    wait: (owner) => void waited.add(owner),
    begin: (owner) => {
      if (hadTurn.has(owner)) return { undo: () => undefined };
      hadTurn.add(owner);
      // Written with the intent: if the run is cut short, the next one does not begin with the same owners again.
      if (owners.size > acceptsPerRun) recordFor(owners);
      return { undo: () => void hadTurn.delete(owner) };
    },
    record: () => recordFor(waited),
  };
}

function turnsOfKnownOwners(policy: Policy, { turns }: LedgerState): LedgerState['turns'] {
  const known = new Set(policy.owners.map(({ name }) => name));
  return Object.fromEntries(Object.entries(turns).filter(([name]) => known.has(name)));
}

/** The attempts that have started and not decided yet, in order. */
interface DecisionQueue {
  /** Adds an attempt at the end. */
  join(request: AcceptableRequest): Slot;
  /**
   * Decides provisionally, without a call to the API. Attempts that have not decided yet are assumed to be accepted. If that
   * holds the request, waits until they have decided, and decides again.
   */
  decideProvisionally(request: AcceptableRequest, shared: SharedContext): Promise<Decision>;
}

function createDecisionQueue(policy: Policy, clock: Clock): DecisionQueue {
  const undecided = new Map<string, AcceptableRequest>();
  let allDecided = Promise.resolve();
  return {
    join: (request) => {
      const { promise: decided, resolve: markDecided } = Promise.withResolvers<void>();
      const reached = allDecided;
      undecided.set(request.id, request);
      allDecided = reached.then(() => decided).then(() => void undecided.delete(request.id));
      return { reached, markDecided };
    },
    decideProvisionally: async ({ evaluation, deadline }, shared) => {
      for (;;) {
        const at = clock.now();
        const context = withAccepted(shared.current, [...undecided.values()], at);
        const decision = decideWithNetworkChecks(policy, evaluation.request, context, deadline, at);
        if (decision.verdict === 'accept' || undecided.size === 0) return decision;
        await allDecided;
      }
    },
  };
}

/** The decision context as if all these requests were accepted. */
function withAccepted(
  context: DecisionContext,
  requests: readonly AcceptableRequest[],
  at: Date,
): DecisionContext {
  // The same object, so that what is memoized for it is not computed again for each of thousands of requests.
  if (requests.length === 0) return context;
  const assignments = requests.map(({ id, accept }) => [id, toAssignment(accept, at)] as const);
  return {
    ...context,
    intents: { ...context.intents, ...Object.fromEntries(assignments) },
    acceptedThisRun: context.acceptedThisRun + requests.length,
  };
}

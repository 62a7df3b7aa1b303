import type { Accept, Decision } from '../core/decide.ts';
import type { DecisionContext } from '../core/decisionContext.ts';
import type { Assignment } from '../core/ledgerEntries.ts';
import type { Policy } from '../core/policy.ts';
import { decideWithNetworkChecks } from '../core/preflightChecks.ts';
import type { AcceptableRequest } from '../core/requestEvaluation.ts';
import type { Clock } from './ports.ts';

/** So many requests at once: the limiters of OUTSCALE count by the second, and nobody says up to what. */
const LANES = 4;

/** Work that goes on side by side, begun in order. */
export interface ConcurrencyLimit {
  /**
   * Begins it as soon as there is room.
   * @throws what anything begun before threw: from then on nothing is begun
   */
  start(work: () => Promise<void>): Promise<void>;
  /** Whatever happened, nothing goes on after it. @throws what anything threw first */
  drain(): Promise<void>;
}

/** @param throttles how often the API has refused a call as one too many, as of now: each time there is half the room */
export function createConcurrencyLimit(throttles: () => number): ConcurrencyLimit {
  const running = new Set<Promise<void>>();
  const before = throttles();
  let failed: { readonly error: unknown } | null = null;
  const room = (): number => Math.max(1, Math.floor(LANES / 2 ** (throttles() - before)));
  const check = (): void => {
    if (failed !== null) throw failed.error;
  };
  return {
    start: async (work) => {
      while (failed === null && running.size >= room()) await Promise.race(running);
      check();
      const done = work()
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
    },
    drain: async () => {
      await Promise.all(running);
      check();
    },
  };
}

/** The place of one attempt among those that are under way. */
export interface Slot {
  /** until every attempt before it has decided */
  readonly reached: Promise<void>;
  /** It takes what it needs of limits and addresses, or ends without. */
  markDecided(): void;
}

/**
 * The world as attempts that are under way together see it. They look at the API side by side and decide in their order, each
 * upon what those before it have taken: so they come to what they would come to one after the other.
 */
export interface SharedContext {
  current: DecisionContext;
}

/** Attempts that have begun and not yet decided, in their order. */
export interface DecisionQueue {
  /** Joins at the end. */
  join(turn: AcceptableRequest): Slot;
  /**
   * What the policy says of it by what is known already, without a call. Whoever has not decided counts as accepted; where
   * that is what holds it, it waits for them.
   */
  decideProvisionally(turn: AcceptableRequest, shared: SharedContext): Promise<Decision>;
}

export function createDecisionQueue(policy: Policy, clock: Clock): DecisionQueue {
  const waiting = new Map<string, AcceptableRequest>();
  let last = Promise.resolve();
  return {
    join: (turn) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const reached = last;
      waiting.set(turn.id, turn);
      last = reached.then(() => promise).then(() => void waiting.delete(turn.id));
      return { reached, markDecided: resolve };
    },
    decideProvisionally: async ({ evaluation, deadline }, shared) => {
      for (;;) {
        const at = clock.now();
        const world = asIfAccepted(shared.current, [...waiting.values()], at);
        const decision = decideWithNetworkChecks(policy, evaluation.request, world, deadline, at);
        if (decision.verdict === 'accept' || waiting.size === 0) return decision;
        await last;
      }
    },
  };
}

function asIfAccepted(
  world: DecisionContext,
  turns: readonly AcceptableRequest[],
  at: Date,
): DecisionContext {
  // The same object: what is known of it is not found out again for each of thousands.
  if (turns.length === 0) return world;
  const awards = turns.map(({ id, accept }) => [id, toAssignment(accept, at)] as const);
  return {
    ...world,
    intents: { ...world.intents, ...Object.fromEntries(awards) },
    acceptedThisRun: world.acceptedThisRun + turns.length,
  };
}

/** @param at when it was decided: replaying a receipt takes this for now */
export function toAssignment({ owner, grants, gateway }: Accept, at: Date): Assignment {
  return { at: at.toISOString(), owner, grants, gateway };
}

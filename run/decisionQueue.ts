import type { Accept, Decision } from '../core/decide.ts';
import type { World } from '../core/decisionContext.ts';
import type { Award } from '../core/ledgerEntries.ts';
import type { Policy } from '../core/policy.ts';
import { decideBesideOthers } from '../core/preflightChecks.ts';
import type { Turn } from '../core/requestEvaluation.ts';
import type { Clock } from './ports.ts';

/** So many requests at once: the limiters of OUTSCALE count by the second, and nobody says up to what. */
const LANES = 4;

/** Work that goes on side by side, begun in order. */
export interface Lanes {
  /**
   * Begins it as soon as there is room.
   * @throws what anything begun before threw: from then on nothing is begun
   */
  begin(work: () => Promise<void>): Promise<void>;
  /** Whatever happened, nothing goes on after it. @throws what anything threw first */
  end(): Promise<void>;
}

/** @param throttles how often the API has refused a call as one too many, as of now: each time there is half the room */
export function lanes(throttles: () => number): Lanes {
  const running = new Set<Promise<void>>();
  const before = throttles();
  let failed: { readonly error: unknown } | null = null;
  const room = (): number => Math.max(1, Math.floor(LANES / 2 ** (throttles() - before)));
  const check = (): void => {
    if (failed !== null) throw failed.error;
  };
  return {
    begin: async (work) => {
      while (failed === null && running.size >= room()) await Promise.race(running);
      check();
      const done = work()
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
    },
    end: async () => {
      await Promise.all(running);
      check();
    },
  };
}

/** The place of one attempt among those that are under way. */
export interface Place {
  /** until every attempt before it has decided */
  readonly reached: Promise<void>;
  /** It takes what it needs of limits and addresses, or ends without. */
  decided(): void;
}

/**
 * The world as attempts that are under way together see it. They look at the API side by side and decide in their order, each
 * upon what those before it have taken: so they come to what they would come to one after the other.
 */
export interface Shared {
  world: World;
}

/** Attempts that have begun and not yet decided, in their order. */
export interface Undecided {
  /** Joins at the end. */
  join(turn: Turn): Place;
  /**
   * What the policy says of it by what is known already, without a call. Whoever has not decided counts as accepted; where
   * that is what holds it, it waits for them.
   */
  foresee(turn: Turn, shared: Shared): Promise<Decision>;
}

export function undecided(policy: Policy, clock: Clock): Undecided {
  const waiting = new Map<string, Turn>();
  let last = Promise.resolve();
  return {
    join: (turn) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const reached = last;
      waiting.set(turn.id, turn);
      last = reached.then(() => promise).then(() => void waiting.delete(turn.id));
      return { reached, decided: resolve };
    },
    foresee: async ({ opened, deadline }, shared) => {
      for (;;) {
        const at = clock.now();
        const world = asIfAccepted(shared.world, [...waiting.values()], at);
        const decision = decideBesideOthers(policy, opened.request, world, deadline, at);
        if (decision.verdict === 'accept' || waiting.size === 0) return decision;
        await last;
      }
    },
  };
}

function asIfAccepted(world: World, turns: readonly Turn[], at: Date): World {
  // The same object: what is known of it is not found out again for each of thousands.
  if (turns.length === 0) return world;
  const awards = turns.map(({ id, accept }) => [id, awardOf(accept, at)] as const);
  return {
    ...world,
    intents: { ...world.intents, ...Object.fromEntries(awards) },
    acceptedThisPass: world.acceptedThisPass + turns.length,
  };
}

/** @param at when it was decided: replaying a receipt takes this for now */
export function awardOf({ owner, grants, gateway }: Accept, at: Date): Award {
  return { at: at.toISOString(), owner, grants, gateway };
}

import type { World } from '../../../emulator/world.ts';
import type { LifePlan } from '../plan/lifePlan.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { decideByRules } from './decisionRules.ts';
import { isLive, isPending, type Truth } from './groundTruth.ts';
import type { Verdicts } from './violations.ts';

export interface Scene {
  readonly plan: LifePlan;
  readonly truths: ReadonlyMap<string, Truth>;
  readonly badSince: ReadonlyMap<string, number | null>;
  readonly world: () => World;
  /** by the clock of the passes */
  readonly civil: () => number;
  readonly now: () => number;
}

/** How old a look may be, from its first call on, in milliseconds, when a confirm is sent because of it. */
const LOOK_LASTS = 1000;

/**
 * Nothing accepted that the policy in force did not allow, never on another gateway, never over a limit, never twice. What
 * somebody else did after a pass had looked is not held against it.
 */
export function checkSafety(scene: Scene, { blame }: Verdicts) {
  const { plan, truths, badSince, world, civil, now } = scene;
  /** confirms begun, of which nobody has seen since that they did not take place */
  const open = new Set<string>();

  function award(run: VirtualRun, truth: Truth, gateway: string): (Truth['taken'] & object) | null {
    // What was accepted by hand after the pass looked, or hidden from it, it cannot know.
    const isKnown = ({ taken, hidden }: Truth): boolean =>
      taken !== null && (taken.by === 'us' || (!hidden && run.listedAt !== null && taken.at < run.listedAt));
    const live = [...truths.values()]
      .filter((other) => other !== truth && isLive(other, world()) && isKnown(other))
      .map((other) => ({ truth: other, shown: run.listed.get(other.id) ?? other.shown }));
    const look = run.looks.get(truth.id);
    const request = { truth, shown: look?.shown ?? truth.shown };
    const verdict = decideByRules(plan, run.policy, {
      request,
      live,
      acceptedThisRun: run.accepted,
      civil: civil(),
    });
    if (verdict.gateway !== gateway) {
      const why = verdict.gateway ?? [...verdict.codes].join(' ');
      blame('safety', `${truth.id} was to get ${gateway}, and the policy says: ${why}`);
    }
    const age = now() - (look?.sentAt ?? Number.NEGATIVE_INFINITY);
    // Of an API that answers slowly, what is decided upon is as young as one answer.
    if (age > LOOK_LASTS && look?.heardAt !== now())
      blame('safety', `${truth.id} was to get ${gateway} by a look that is ${age} ms old`);
    const bad = badSince.get(gateway);
    if (bad === undefined || (bad !== null && bad < (run.gatewaysAt ?? now())))
      blame('safety', `${truth.id} was to get ${gateway}, which takes nothing`);
    return {
      at: now(),
      by: 'us',
      gateway,
      connection: request.shown.connection,
      award: verdict.assignment,
      heard: false,
    };
  }

  return {
    looked: (id: string, state: unknown): void => {
      if (state === 'confirming') open.delete(id);
    },
    confirms: (run: VirtualRun, id: string, gateway: string): Truth['taken'] => {
      if (open.has(id)) blame('safety', `${id} was confirmed again, and nobody had looked in between`);
      open.add(id);
      const truth = truths.get(id);
      if (truth === undefined) {
        blame('safety', `${id} was confirmed, and there is none`);
        return null;
      }
      truth.attempted = gateway;
      run.attempts.add(id);
      return award(run, truth, gateway);
    },
    /** A confirm took effect. */
    tookEffect: (run: VirtualRun, id: string, taken: Truth['taken']): void => {
      const truth = truths.get(id);
      if (truth === undefined || taken === null) return;
      if (!isPending(truth, now())) blame('safety', `${id} was accepted when it was no request any more`);
      truth.taken = { ...taken, at: now() };
      run.accepted += 1;
    },
  };
}

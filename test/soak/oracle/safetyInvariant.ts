import type { World } from '../../../emulator/world.ts';
import { customerOf } from '../plan/carrierPolicy.ts';
import { typeOf } from '../plan/constants.ts';
import type { LifePlan } from '../plan/lifePlan.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { decideByRules } from './decisionRules.ts';
import { isLive, isPending, type Truth } from './groundTruth.ts';
import type { Violations } from './violations.ts';

export interface Scene {
  readonly plan: LifePlan;
  readonly truths: ReadonlyMap<string, Truth>;
  readonly badSince: ReadonlyMap<string, number | null>;
  readonly world: () => World;
  /** by the clock of the runs */
  readonly wallClock: () => number;
  readonly now: () => number;
}

/** Maximum age of the description on which a confirm is based, counted from its first call. */
const MAX_DESCRIPTION_AGE_MS = 1000;

/**
 * Checks that only requests were accepted that the policy in force allowed, on the right gateway, within the limits, and once.
 * Actions of other parties after a run had read the state are not violations.
 */
export function checkSafety(scene: Scene, { addViolation }: Violations) {
  const { plan, truths, badSince, world, wallClock, now } = scene;
  /** started confirms that have not been seen since to have had no effect */
  const open = new Set<string>();

  function recordAssignment(
    run: VirtualRun,
    truth: Truth,
    gateway: string,
  ): (Truth['taken'] & object) | null {
    // The run cannot know about acceptances by others after it read the state, or about hidden interfaces.
    const isKnown = ({ taken, hidden }: Truth): boolean =>
      taken !== null && (taken.by === 'us' || (!hidden && run.listedAt !== null && taken.at < run.listedAt));
    const live = [...truths.values()]
      .filter((other) => other !== truth && isLive(other, world()) && isKnown(other))
      .map((other) => ({ truth: other, shown: run.listed.get(other.id) ?? other.shown }));
    const description = run.descriptions.get(truth.id);
    const request = { truth, shown: description?.shown ?? truth.shown };
    const decision = decideByRules(plan, run.policy, {
      request,
      live,
      acceptedThisRun: run.accepted,
      wallClock: wallClock(),
    });
    if (decision.gateway !== gateway) {
      const reason = decision.gateway ?? [...decision.codes].join(' ');
      addViolation(
        'safety',
        `${truth.id} was confirmed for ${gateway}, and the policy forbids it: ${reason}`,
      );
    }
    checkRequester(truth, decision.assignment?.owner ?? null);
    const age = now() - (description?.sentAt ?? Number.NEGATIVE_INFINITY);
    // If the API answers slowly, the decision is based on one answer of that age.
    if (age > MAX_DESCRIPTION_AGE_MS && description?.receivedAt !== now())
      addViolation(
        'safety',
        `${truth.id} was confirmed for ${gateway} after a description that is ${age} ms old`,
      );
    checkGateway(run, truth, gateway);
    return {
      at: now(),
      by: 'us',
      gateway,
      connection: request.shown.connection,
      assignment: decision.assignment,
      received: false,
    };
  }

  function checkGateway(run: VirtualRun, { id, type }: Truth, gateway: string): void {
    const bad = badSince.get(gateway);
    const askedAt = run.descriptions.get(id)?.gatewaysAskedAt ?? null;
    const readAt = askedAt === null ? undefined : run.gatewaysReadAt.get(askedAt);
    if (bad === undefined || (bad !== null && bad < Math.min(readAt ?? now(), now())))
      addViolation('safety', `${id} was confirmed for ${gateway}, which accepts no interface`);
    if (typeOf(gateway) !== type)
      addViolation('safety', `${id} was confirmed for ${gateway}, which does not take ${type} ones`);
  }

  /** On a connection of a carrier, the policy identifies an owner: it must be the customer that ordered. */
  function checkRequester({ id, requester }: Truth, owner: string | null): void {
    if (requester === null || (owner !== null && customerOf(owner) === requester)) return;
    addViolation('safety', `${id} was confirmed as a request of ${owner}, and ${requester} ordered it`);
  }

  return {
    /** Records that a received answer showed this state. */
    recordState: (id: string, state: unknown): void => {
      if (state === 'confirming') open.delete(id);
    },
    confirms: (run: VirtualRun, id: string, gateway: string): Truth['taken'] => {
      if (open.has(id)) addViolation('safety', `${id} was confirmed again without a description in between`);
      open.add(id);
      const truth = truths.get(id);
      if (truth === undefined) {
        addViolation('safety', `${id} was confirmed, and does not exist`);
        return null;
      }
      truth.attempted = gateway;
      run.attempts.add(id);
      return recordAssignment(run, truth, gateway);
    },
    /** Called when a confirm takes effect. */
    tookEffect: (run: VirtualRun, id: string, taken: Truth['taken']): void => {
      const truth = truths.get(id);
      if (truth === undefined || taken === null) return;
      if (!isPending(truth, now()))
        addViolation('safety', `${id} was accepted when it was no longer a request`);
      truth.taken = { ...taken, at: now() };
      run.accepted += 1;
    },
  };
}

import { createActors } from './actors.ts';
import { createVirtualBus } from './cloud/virtualBus.ts';
import { createVirtualProvider } from './cloud/virtualProvider.ts';
import { createVirtualTable } from './cloud/virtualTable.ts';
import { createNetwork } from './network.ts';
import { createOperator } from './operator.ts';
import { checkLease } from './oracle/leaseInvariant.ts';
import { checkLiveness } from './oracle/livenessInvariant.ts';
import { createObserver } from './oracle/observer.ts';
import { checkPublished } from './oracle/publishedInvariant.ts';
import { checkReports } from './oracle/reportsInvariant.ts';
import { checkSafety, type Scene } from './oracle/safetyInvariant.ts';
import { createViolations } from './oracle/violations.ts';
import { MINUTE, PLANTED, START } from './plan/constants.ts';
import { isOperatorEvent, type LifePlan, type WorldEvent } from './plan/lifePlan.ts';
import type { PlainPolicy } from './plan/plainPolicy.ts';
import { beginTime, virtualNow } from './virtual/virtualTime.ts';
import type { Carrier } from './virtual/virtualWire.ts';
import type { VirtualRun } from './virtualRun.ts';

/** A random number generator (mulberry32) with a seed: numbers from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Maximum time that a lease can last after its run. */
export const LEASE_SLACK = 21 * MINUTE;

export type Environment = ReturnType<typeof createEnvironment>;

/** The environment of one life: the cloud, the actors and the oracle. */
export function createEnvironment(
  plan: LifePlan,
  use: (carrier: Carrier) => void,
  deployPolicy: (policy: PlainPolicy) => void,
) {
  const random = randomFrom(plan.seed);
  // The SDK takes its random pauses from `Math.random`.
  Math.random = random;
  const provider = createVirtualProvider(plan);
  beginTime(START, (ms) => provider.simulation.advance(ms));
  const table = createVirtualTable();
  const bus = createVirtualBus(virtualNow, () => {
    for (const run of running) {
      run.isClean = false;
      run.places.add('bus');
    }
    countEvent('eventRefused');
  });
  const actors = createActors(plan, provider);
  const operator = createOperator(plan, actors.truths, deployPolicy);
  const violations = createViolations();
  const faults: Record<string, number> = {};
  const countEvent = (what: string): void => {
    faults[what] = (faults[what] ?? 0) + 1;
  };

  let off = 0;
  let farthestOff = 0;
  const wallClock = (): number => virtualNow() + off;
  const scene: Scene = {
    plan,
    truths: actors.truths,
    badSince: actors.badSince,
    world: () => provider.simulation.world(),
    wallClock,
    now: virtualNow,
  };
  const safety = checkSafety(scene, violations);
  const observer = createObserver(scene, safety);
  const lease = checkLease(table.items, violations);

  const running = new Set<VirtualRun>();
  /** time from which faults of earlier runs have no effect */
  let troubledUntil = 0;
  let underWay = 0;
  const disturb = (): void => {
    for (const run of running) run.isClean = false;
  };

  function act(event: WorldEvent): void {
    disturb();
    if (event.does === 'deploy') operator.deploy(event.policy);
    else if (event.does === 'setClock') setClock(event.off);
    else {
      const happened = isOperatorEvent(event) ? operator.act(event) : actors.act(event, virtualNow());
      if (happened !== null) countEvent(happened);
    }
  }

  function setClock(ms: number): void {
    if (ms !== off) countEvent('clockStep');
    off = ms;
    farthestOff = Math.max(farthestOff, Math.abs(off));
    trouble(virtualNow() + LEASE_SLACK);
  }

  function trouble(until: number): void {
    // A lease written with a fast clock lasts longer.
    troubledUntil = Math.max(troubledUntil, until + Math.max(0, off));
  }

  use(
    createNetwork(provider, table, bus, random, {
      ...observer,
      sent: (run, place, call) => {
        if (call.body.includes(PLANTED))
          violations.addViolation('secrecy', `a BGP key was sent to the ${place}`);
        lease.sent(run, call);
        observer.sent(run, place, call);
      },
      arrives: (run, place, call, make) =>
        place === 'ledger' ? lease.arrives(run, make) : observer.arrives(run, place, call, make),
      overtake: (run) => {
        if (run.meanwhile !== null) act(run.meanwhile);
      },
      underWay: (by) => {
        underWay += by;
      },
      faultInjected: (run, faultKind, place) => {
        run.isClean = false;
        run.places.add(place);
        countEvent(faultKind);
      },
    }),
  );

  return {
    act,
    bus,
    actors,
    clock: { now: () => new Date(wallClock()), monotonic: virtualNow },
    disturb,
    faults,
    isUndisturbed: () => running.size === 0 && underWay === 0 && virtualNow() >= troubledUntil,
    liveness: checkLiveness(scene, violations),
    published: checkPublished(scene, bus.delivered, () => farthestOff, violations),
    reports: checkReports(actors.truths, () => farthestOff, violations),
    running,
    scene,
    setClockRight: () => {
      if (off !== 0) setClock(0);
    },
    table,
    countEvent,
    trouble,
    violations,
  };
}

import { acceptancesPlan } from './calls/acceptancePlan.ts';
import { inSequence } from './calls/plan.ts';
import { type Heard, mustBeSame } from './calls/recordedCalls.ts';
import type { Child } from './childProcess.ts';
import { type How, type Lab, TARGET } from './environment.ts';
import { type Invocation, invocationOf, mustAccept } from './invocation.ts';
import type { Population } from './world/population.ts';

/** Confirms of one pass under way at the same time. */
const LANES = 4;

/** Under what every side is measured. */
export interface Conditions {
  readonly population: Population;
  /** of the provider's answers, in milliseconds */
  readonly latency: number;
  /** of Node */
  readonly flags: readonly string[];
  /** whether each process has made a quiet pass before, as a function that is not new has */
  readonly warm: boolean;
}

/** What the function took for a pass that accepts many, and how to have its calls made by another side. */
export interface Accepted {
  readonly ours: Invocation;
  /** In the order of the lower bound. @returns what it took */
  again(start: (how: How) => Promise<Child>): Promise<Invocation>;
}

/** A pass that accepts many. Every side has a process, a provider and a table of its own. */
export async function acceptMany(lab: Lab, conditions: Conditions): Promise<Accepted> {
  const { population, latency, flags, warm } = conditions;
  const quiet = { ...population, available: 40, confirming: 0 };
  const worlds = warm ? [quiet, population] : [population];
  const table = await lab.newTable();
  const passes: { readonly world: Population; readonly heard: readonly Heard[] }[] = [];
  const ours = await lastOf(lab.startFunction(population, table, { flags }), worlds, async (child, world) => {
    await lab.fill(world, latency);
    const invocation = invocationOf(await child.ask('invoke', { target: TARGET }));
    mustAccept(world.confirming, invocation);
    passes.push({ world, heard: await lab.heard() });
    return invocation;
  });
  const again = async (start: (how: How) => Promise<Child>): Promise<Invocation> => {
    const instead = await lab.newTable();
    return lastOf(start({ flags }), passes, async (child, { world, heard }) => {
      await lab.fill(world, latency);
      const plan = world.confirming === 0 ? [[inSequence(heard)]] : acceptancesPlan(heard, LANES);
      const invocation = invocationOf(await child.ask('invoke', lab.eventFor(plan, table, instead)));
      mustBeSame(heard, await lab.heard());
      return invocation;
    });
  };
  return { ours, again };
}

/** What a process, which then ends, takes for the last of what it is asked. */
async function lastOf<T>(
  starting: Promise<Child>,
  asked: readonly T[],
  ask: (child: Child, of: T) => Promise<Invocation>,
): Promise<Invocation> {
  const child = await starting;
  try {
    let last: Invocation | undefined;
    for (const each of asked) last = await ask(child, each);
    if (last === undefined) throw new Error('a process was asked nothing');
    return last;
  } finally {
    await child.stop();
  }
}

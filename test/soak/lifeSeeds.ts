import fc from 'fast-check';
import type { Violation } from './oracle/violations.ts';
import { type LifePlan, lifePlans } from './plan/lifePlan.ts';
import { type LifeResult, runLife } from './runLife.ts';
import { installVirtualFiles } from './virtual/virtualFiles.ts';
import { installVirtualOutput } from './virtual/virtualOutput.ts';
import { installVirtualTime } from './virtual/virtualTime.ts';
import { type Carrier, installVirtualWire } from './virtual/virtualWire.ts';

let carrier: Carrier = () => Promise.reject(new Error('no life has begun'));

/** Takes clock, files, output and network of this process away from it: from then on there is only what lives have. */
export async function installVirtualWorld(): Promise<void> {
  installVirtualTime();
  installVirtualFiles();
  installVirtualOutput();
  installVirtualWire((...call) => carrier(...call));
  // What the SDK loads when it is first needed takes real time, in which no other may pass: it is loaded in lives that do not count.
  for (const seed of [1, 2, 3]) await runLifeOf(planOf(seed));
}

export function planOf(seed: number): LifePlan {
  const [plan] = fc.sample(lifePlans, { seed, numRuns: 1 });
  if (plan === undefined) throw new Error(`seed ${seed} makes no plan`);
  return plan;
}

export function runLifeOf(plan: LifePlan): Promise<LifeResult> {
  return runLife(plan, (theirs) => {
    carrier = theirs;
  });
}

/** So many lives a failing one is made smaller with: whoever looks into it waits for no more than about a minute. */
const LIVES_TO_SHRINK = 200;

/** A life in which nothing was wrong is no failure; once all tries are used up, none is. */
function sound() {
  let tries = LIVES_TO_SHRINK;
  return fc.asyncProperty(lifePlans, async (plan) => {
    tries -= 1;
    if (tries < 0) return;
    const { violations } = await runLifeOf(plan);
    if (violations.length > 0) throw new Error(describeViolations(violations));
  });
}

export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ promise, message }) => `${promise}: ${message}`).join('\n');
}

/** Makes the life of a seed smaller for as long as something is wrong in it. @param path from an earlier call: only that one */
export async function shrinkFailure(seed: number, path: string | null) {
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(sound(), {
    seed,
    numRuns: 1,
    ...(path === null ? {} : { path, endOnFailure: true }),
  });
  return {
    failed,
    plan: counterexample?.[0] ?? null,
    path: counterexamplePath,
    why: errorInstance instanceof Error ? errorInstance.message : String(errorInstance ?? ''),
  };
}

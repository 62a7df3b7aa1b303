import fc from 'fast-check';
import type { Violation } from './oracle/violations.ts';
import { lifePlans } from './plan/drawLifePlan.ts';
import type { LifePlan } from './plan/lifePlan.ts';
import { type LifeResult, runLife } from './runLife.ts';
import { installVirtualFiles } from './virtual/virtualFiles.ts';
import { installVirtualOutput } from './virtual/virtualOutput.ts';
import { installVirtualTime } from './virtual/virtualTime.ts';
import { type Carrier, installVirtualWire } from './virtual/virtualWire.ts';

let carrier: Carrier = () => Promise.reject(new Error('no life has started'));

/** Replaces the clock, files, output and network of this process by virtual ones. */
export async function installVirtualWorld(): Promise<void> {
  installVirtualTime();
  installVirtualFiles();
  installVirtualOutput();
  installVirtualWire((...call) => carrier(...call));
  // The SDK loads modules in real time, while virtual time must not advance, so they are loaded in warm-up lives.
  for (const seed of [1, 2, 3]) await runLifeOf(planOf(seed));
}

export function planOf(seed: number): LifePlan {
  const [plan] = fc.sample(lifePlans, { seed, numRuns: 1 });
  if (plan === undefined) throw new Error(`seed ${seed} gives no plan`);
  return plan;
}

export function runLifeOf(plan: LifePlan): Promise<LifeResult> {
  return runLife(plan, (theirs) => {
    carrier = theirs;
  });
}

/** Maximum number of lives for shrinking a failure, which takes about a minute. */
const LIVES_TO_SHRINK = 200;

/** Throws for a life with violations, until all attempts are used. */
function lifeProperty() {
  let tries = LIVES_TO_SHRINK;
  return fc.asyncProperty(lifePlans, async (plan) => {
    tries -= 1;
    if (tries < 0) return;
    const { violations } = await runLifeOf(plan);
    if (violations.length > 0) throw new Error(describeViolations(violations));
  });
}

export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ invariant, message }) => `${invariant}: ${message}`).join('\n');
}

/** Shrinks the life of a seed while it has a violation. @param path path of an earlier call, to run only that life */
export async function shrinkFailure(seed: number, path: string | null) {
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(lifeProperty(), {
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

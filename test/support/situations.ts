import fc, { type Arbitrary } from 'fast-check';
import { NO_DEADLINE } from '../../lambda/core/deadline.ts';
import { type Decision, decide } from '../../lambda/core/decide.ts';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { Owner, Policy } from '../../lambda/core/policy.ts';
import type { World } from '../../lambda/core/world.ts';
import { policies, requests } from './arbitraries.ts';
import { worlds } from './arbitraryWorlds.ts';
import { NOW } from './builders.ts';

/** Everything that a decision depends on, for properties to change one thing in. */
export interface Situation {
  readonly policy: Policy;
  readonly request: VirtualInterface;
  readonly world: World;
}

export const situations: Arbitrary<Situation> = fc.record({
  policy: policies,
  request: requests,
  world: worlds,
});

export function decided({ policy, request, world }: Situation): Decision {
  return decide(policy, request, world, NO_DEADLINE, NOW);
}

export function codes(decision: Decision): string[] {
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}

export function eachOwner(policy: Policy, change: (owner: Owner) => Partial<Owner>): Policy {
  return { ...policy, owners: policy.owners.map((owner) => ({ ...owner, ...change(owner) })) };
}

import fc, { type Arbitrary } from 'fast-check';
import { expect } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Accept, type Decision, decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { policies, requests, sharedPolicies, withComparedKeys } from './arbitraries.ts';
import { decisionContexts, sharedContexts } from './arbitraryContexts.ts';
import { NOW } from './builders.ts';

/** Everything that a decision depends on, so that a property can change one part. */
export interface DecisionInput {
  readonly policy: Policy;
  readonly request: VirtualInterface;
  readonly context: DecisionContext;
}

export const decisionInputs: Arbitrary<DecisionInput> = fc.oneof(
  fc.record({ policy: policies, request: requests, context: decisionContexts }),
  fc.record({ policy: sharedPolicies, request: withComparedKeys(requests), context: sharedContexts }),
);

export function decideInput({ policy, request, context }: DecisionInput): Decision {
  return decide(policy, request, context, NO_DEADLINE, NOW);
}

export function reasonCodes(decision: Decision): string[] {
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}

export function changeOwners(policy: Policy, change: (owner: Owner) => Partial<Owner>): Policy {
  return { ...policy, owners: policy.owners.map((owner) => ({ ...owner, ...change(owner) })) };
}

/** Runs `check` on situations that were accepted. */
export function whenAccepted(
  check: (accept: Accept, policy: Policy, request: VirtualInterface, world: DecisionContext) => void,
): void {
  let accepted = 0;
  fc.assert(
    fc.property(decisionInputs, (situation) => {
      const decision = decideInput(situation);
      if (decision.verdict === 'hold') return;
      accepted += 1;
      check(decision, situation.policy, situation.request, situation.context);
    }),
    { numRuns: 2000 },
  );
  // Otherwise the property was not tested.
  expect(accepted).toBeGreaterThan(100);
}

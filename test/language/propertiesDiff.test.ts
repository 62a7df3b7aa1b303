import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { Grant, Policy } from '../../core/policy.ts';
import type { Point } from '../../language/algebra/setAlgebra.ts';
import { type DecisionChange, findDecisionChanges } from '../../language/diff/decisionChanges.ts';
import { findLimitChanges } from '../../language/diff/limitChanges.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { requestSetContains } from '../../language/requestSets/requestSet.ts';
import { hasUsablePairs } from '../oracle/networkOracle.ts';
import { policiesWithOddBlocks, requestsWithOddAddresses } from '../support/addressPairs.ts';
import { withComparedKeys } from '../support/arbitraries.ts';
import { decisionContexts } from '../support/arbitraryContexts.ts';
import { aDecisionContext, NOW, VGW } from '../support/builders.ts';
import { compiledSharedPolicies } from '../support/compiledPolicies.ts';
import { changeOwners } from '../support/decisionInputs.ts';

const AT = NOW.getTime();

/** Half of them with shared connections, pins and both types. */
const compiledPolicies = fc.oneof(policiesWithOddBlocks, compiledSharedPolicies);
const offered = fc.oneof(requestsWithOddAddresses, withComparedKeys(requestsWithOddAddresses));

/** Pairs of policies, of which the second often is the first with a change. */
const pairs = fc
  .tuple(compiledPolicies, compiledPolicies, fc.constantFrom('apart', 'hold', 'owners', 'limits', 'gateways'))
  .map(([old, other, how]): [Policy, Policy] => {
    if (how === 'apart') return [old, { ...other, recipient: old.recipient }];
    if (how === 'gateways')
      return [old, changeOwners(old, ({ grants }) => ({ grants: grants.map(elsewhere) }))];
    return [old, { ...old, [how]: other[how] }];
  });

function elsewhere(grant: Grant): Grant {
  return { ...grant, gateway: grant.gateway === VGW.prod ? VGW.lab : VGW.prod };
}

/** Pairs of policies that the compiler accepts. */
const validPairs = pairs.filter((pair) => pair.every((policy) => findOverlaps(policy).length === 0));

/** The gateway of a request if no other interface is live, as a run decides: by the policy, then by the addresses. */
function gatewayOf(policy: Policy, { request, at }: Point): string | null {
  const decision = decide(policy, request, aDecisionContext(), NO_DEADLINE, new Date(at));
  return decision.verdict === 'accept' && hasUsablePairs(request) ? decision.gateway : null;
}

function kindOf(old: string | null, now: string | null): DecisionChange['kind'] | 'same' {
  if (old === now) return 'same';
  if (old === null) return 'added';
  return now === null ? 'removed' : 'moved';
}

describe('a diff of policies', () => {
  it('agrees, for every request, with the decisions by both policies', () => {
    const seen = { same: 0, added: 0, removed: 0, moved: 0 };
    fc.assert(
      fc.property(
        validPairs,
        fc.array(offered, { minLength: 20, maxLength: 20 }),
        ([old, now], population) => {
          const changes = findDecisionChanges(old, now, AT);
          for (const request of population) {
            const point = { request, at: AT };
            const [before, after] = [gatewayOf(old, point), gatewayOf(now, point)];
            const kind = kindOf(before, after);
            seen[kind] += 1;
            const reported = changes.filter(({ requestSet }) => requestSetContains(requestSet, point));
            const ways = new Set(
              reported.map(({ kind: way, gateways }) => `${way} ${gateways.old?.id} ${gateways.new?.id}`),
            );
            expect([...ways]).toEqual(
              kind === 'same' ? [] : [`${kind} ${before ?? undefined} ${after ?? undefined}`],
            );
          }
        },
      ),
      { numRuns: 800 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });

  it('shows, for each change, a request whose decision changes in this way', () => {
    let shown = 0;
    fc.assert(
      fc.property(validPairs, ([old, now]) => {
        for (const { kind, gateways, requestSet: region, example } of findDecisionChanges(old, now, AT)) {
          shown += 1;
          expect(requestSetContains(region, example)).toBe(true);
          const [before, after] = [gatewayOf(old, example), gatewayOf(now, example)];
          expect([kindOf(before, after), before, after]).toEqual([
            kind,
            gateways.old?.id ?? null,
            gateways.new?.id ?? null,
          ]);
        }
      }),
      { numRuns: 1200 },
    );
    expect(shown).toBeGreaterThan(100);
  });

  it('is empty for equal policies', () => {
    fc.assert(
      fc.property(validPairs, ([policy]) => {
        expect(findDecisionChanges(policy, policy, AT)).toEqual([]);
        expect(findLimitChanges(policy, policy, AT)).toEqual([]);
      }),
    );
  });

  it('reports a looser limit whenever a request is accepted that a limit held before', () => {
    let loosened = 0;
    fc.assert(
      fc.property(validPairs, offered, decisionContexts, ([old, now], request, world) => {
        const around = { ...world, acceptances: {}, intents: {}, damaged: {}, acceptedThisRun: 0 };
        const codes = (policy: Policy): string[] => {
          const decision = decide(policy, request, around, NO_DEADLINE, NOW);
          return decision.verdict === 'accept' ? [] : decision.reasons.map(({ code }) => code);
        };
        const before = codes(old);
        const isLoosened =
          hasUsablePairs(request) &&
          codes(now).length === 0 &&
          before.length > 0 &&
          before.every((code) => /^(owner|grant)-limit$/.test(code));
        if (!isLoosened) return;
        loosened += 1;
        const isReported =
          findLimitChanges(old, now, AT).some(({ effect }) => effect === 'looser') ||
          findDecisionChanges(old, now, AT).some(({ requestSet: region }) =>
            requestSetContains(region, { request, at: AT }),
          );
        expect(isReported).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(loosened).toBeGreaterThan(5);
  });
});

describe('an overlap of grants', () => {
  it('is found whenever a request is held as ambiguous', () => {
    let ambiguous = 0;
    fc.assert(
      fc.property(compiledPolicies, offered, (policy, request) => {
        const decision = decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW);
        const isAmbiguous =
          decision.verdict === 'hold' && decision.reasons.some(({ code }) => code === 'ambiguous');
        if (!isAmbiguous || !hasUsablePairs(request)) return;
        ambiguous += 1;
        expect(findOverlaps(policy)).not.toEqual([]);
      }),
      { numRuns: 5000 },
    );
    expect(ambiguous).toBeGreaterThan(5);
  });

  it('has an example that is held as ambiguous', () => {
    let seen = 0;
    fc.assert(
      fc.property(compiledPolicies, (policy) => {
        for (const { owner, example: witness } of findOverlaps(policy)) {
          seen += 1;
          // Grants of one owner are compared: a pin of another one may hold the example too.
          const alone = { ...policy, owners: policy.owners.filter(({ name }) => name === owner) };
          const decision = decide(
            alone,
            witness.request,
            aDecisionContext(),
            NO_DEADLINE,
            new Date(witness.at),
          );
          const codes = decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
          expect(codes).toContain('ambiguous');
          expect(hasUsablePairs(witness.request)).toBe(true);
        }
      }),
      { numRuns: 1200 },
    );
    expect(seen).toBeGreaterThan(20);
  });
});

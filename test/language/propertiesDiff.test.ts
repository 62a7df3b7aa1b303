import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { Grant, Policy } from '../../core/policy.ts';
import type { Point } from '../../language/algebra/setAlgebra.ts';
import { type Change, changesBetween } from '../../language/diff/decisionChanges.ts';
import { limitChanges } from '../../language/diff/limitChanges.ts';
import { overlaps } from '../../language/requestSets/overlappingGrants.ts';
import { hasPoint } from '../../language/requestSets/requestSet.ts';
import {
  policiesOfOddBlocks as compiledPolicies,
  isPaired,
  offeredOddly as offered,
} from '../support/addressPairs.ts';
import { worlds } from '../support/arbitraryContexts.ts';
import { aWorld, NOW, VGW } from '../support/builders.ts';
import { eachOwner } from '../support/decisionInputs.ts';

const AT = NOW.getTime();

/** The second is often the first with something changed, as in life. */
const pairs = fc
  .tuple(compiledPolicies, compiledPolicies, fc.constantFrom('apart', 'hold', 'owners', 'limits', 'gateways'))
  .map(([old, other, how]): [Policy, Policy] => {
    if (how === 'apart') return [old, { ...other, recipient: old.recipient }];
    if (how === 'gateways') return [old, eachOwner(old, ({ grants }) => ({ grants: grants.map(elsewhere) }))];
    return [old, { ...old, [how]: other[how] }];
  });

function elsewhere(grant: Grant): Grant {
  return { ...grant, gateway: grant.gateway === VGW.prod ? VGW.lab : VGW.prod };
}

/** As the compiler lets them pass. */
const sound = pairs.filter((pair) => pair.every((policy) => overlaps(policy).length === 0));

/** The gateway that it gets when nothing else is live, as a run decides: by the policy, then by its addresses. */
function gatewayOf(policy: Policy, { request, at }: Point): string | null {
  const decision = decide(policy, request, aWorld(), NO_DEADLINE, new Date(at));
  return decision.verdict === 'accept' && isPaired(request) ? decision.gateway : null;
}

function kindOf(old: string | null, now: string | null): Change['kind'] | 'same' {
  if (old === now) return 'same';
  if (old === null) return 'added';
  return now === null ? 'removed' : 'moved';
}

describe('a diff of policies', () => {
  it('says of every request what deciding it twice says', () => {
    const seen = { same: 0, added: 0, removed: 0, moved: 0 };
    fc.assert(
      fc.property(sound, fc.array(offered, { minLength: 20, maxLength: 20 }), ([old, now], population) => {
        const changes = changesBetween(old, now, AT);
        for (const request of population) {
          const point = { request, at: AT };
          const [before, after] = [gatewayOf(old, point), gatewayOf(now, point)];
          const kind = kindOf(before, after);
          seen[kind] += 1;
          const told = changes.filter(({ region }) => hasPoint(region, point));
          const ways = new Set(
            told.map(({ kind: way, gateways }) => `${way} ${gateways.old?.id} ${gateways.new?.id}`),
          );
          expect([...ways]).toEqual(
            kind === 'same' ? [] : [`${kind} ${before ?? undefined} ${after ?? undefined}`],
          );
        }
      }),
      { numRuns: 800 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });

  it('shows for each change a request that is decided so', () => {
    fc.assert(
      fc.property(sound, ([old, now]) => {
        for (const { kind, gateways, region, witness } of changesBetween(old, now, AT)) {
          expect(hasPoint(region, witness)).toBe(true);
          const [before, after] = [gatewayOf(old, witness), gatewayOf(now, witness)];
          expect([kindOf(before, after), before, after]).toEqual([
            kind,
            gateways.old?.id ?? null,
            gateways.new?.id ?? null,
          ]);
        }
      }),
      { numRuns: 1200 },
    );
  });

  it('is empty for a policy and itself', () => {
    fc.assert(
      fc.property(sound, ([policy]) => {
        expect(changesBetween(policy, policy, AT)).toEqual([]);
        expect(limitChanges(policy, policy, AT)).toEqual([]);
      }),
    );
  });

  it('calls a limit looser whenever one lets in what it held before', () => {
    let loosened = 0;
    fc.assert(
      fc.property(sound, offered, worlds, ([old, now], request, world) => {
        const around = { ...world, acceptances: {}, intents: {}, damaged: {}, acceptedThisPass: 0 };
        const codes = (policy: Policy): string[] => {
          const decision = decide(policy, request, around, NO_DEADLINE, NOW);
          return decision.verdict === 'accept' ? [] : decision.reasons.map(({ code }) => code);
        };
        const before = codes(old);
        const isLoosened =
          isPaired(request) &&
          codes(now).length === 0 &&
          before.length > 0 &&
          before.every((code) => /^(owner|grant)-limit$/.test(code));
        if (!isLoosened) return;
        loosened += 1;
        const isTold =
          limitChanges(old, now, AT).some(({ effect }) => effect === 'looser') ||
          changesBetween(old, now, AT).some(({ region }) => hasPoint(region, { request, at: AT }));
        expect(isTold).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(loosened).toBeGreaterThan(5);
  });
});

describe('an overlap of grants', () => {
  it('is there whenever a request is held as ambiguous', () => {
    let ambiguous = 0;
    fc.assert(
      fc.property(compiledPolicies, offered, (policy, request) => {
        const decision = decide(policy, request, aWorld(), NO_DEADLINE, NOW);
        const isAmbiguous =
          decision.verdict === 'hold' && decision.reasons.some(({ code }) => code === 'ambiguous');
        if (!isAmbiguous || !isPaired(request)) return;
        ambiguous += 1;
        expect(overlaps(policy)).not.toEqual([]);
      }),
      { numRuns: 5000 },
    );
    expect(ambiguous).toBeGreaterThan(5);
  });

  it('has a request that is held as ambiguous, or would be without limits and hold lines', () => {
    let seen = 0;
    fc.assert(
      fc.property(compiledPolicies, (policy) => {
        for (const { witness } of overlaps(policy)) {
          seen += 1;
          const decision = decide(policy, witness.request, aWorld(), NO_DEADLINE, new Date(witness.at));
          const codes = decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
          expect(codes).toContain('ambiguous');
          expect(isPaired(witness.request)).toBe(true);
        }
      }),
      { numRuns: 1200 },
    );
    expect(seen).toBeGreaterThan(20);
  });
});

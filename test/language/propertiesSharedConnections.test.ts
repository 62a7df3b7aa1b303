import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import type { Point } from '../../language/algebra/setAlgebra.ts';
import { findDecisionChanges } from '../../language/diff/decisionChanges.ts';
import { findLimitChanges } from '../../language/diff/limitChanges.ts';
import { productContains } from '../../language/requestSets/fieldProduct.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { interfacesOfPin } from '../../language/requestSets/policyRequests.ts';
import { requestSetContains } from '../../language/requestSets/requestSet.ts';
import { decideByOracle } from '../oracle/decisionOracle.ts';
import { matchesForCertain, mayMatch } from '../oracle/matchOracle.ts';
import { aDecisionContext, NOW } from '../support/builders.ts';
import { allRequests, carrierPolicies, limitedPolicies, liveInterfaces } from '../support/carrierPolicies.ts';

const AT = NOW.getTime();

/** Pairs of policies that the compiler accepts, as far as overlaps are concerned. */
function pairsOf(policies: Arbitrary<Policy>): Arbitrary<[Policy, Policy]> {
  return fc
    .tuple(policies, policies, fc.constantFrom('owners', 'others', 'others', 'hold', 'freeze' as const))
    .map(([old, other, how]): [Policy, Policy] => {
      if (how !== 'others') return [old, { ...old, [how]: other[how] }];
      // Only the pins of other owners change.
      const [first] = old.owners;
      const others = other.owners.filter(({ name }) => name !== first?.name);
      return [old, { ...old, owners: [...(first === undefined ? [] : [first]), ...others] }];
    })
    .filter((pair) =>
      pair.every(
        (policy) => policy.owners.length > 0 && !hasConflict(policy) && findOverlaps(policy).length === 0,
      ),
    );
}

/** Whether an exclusive connection has another owner, or is shared too, which is an error. */
function hasConflict({ owners }: Policy): boolean {
  const all = owners.flatMap(({ connections, sharedConnections }) => [
    ...connections,
    ...new Set(sharedConnections),
  ]);
  return owners.some(({ connections }) =>
    connections.some((connection) => all.filter((one) => one === connection).length > 1),
  );
}

function gatewayOf(policy: Policy, { request, at }: Point): string | null {
  return decideByOracle(policy, request, aDecisionContext(), new Date(at)).gateway;
}

/** The requests that both policies accept if no interface is live, with the owner in the old policy. */
function acceptedByBoth(old: Policy, now: Policy) {
  return allRequests(old.recipient).flatMap((request) => {
    const [before, after] = [old, now].map((policy) =>
      decideByOracle(policy, request, aDecisionContext(), NOW),
    );
    const owner = after?.gateway === null ? undefined : before?.assignment?.owner;
    return owner === undefined ? [] : [{ request, owner }];
  });
}

describe('a diff of policies with shared connections', () => {
  it('agrees with the decisions by both policies, for every request there is', () => {
    const seen = { same: 0, changed: 0, none: 0 };
    fc.assert(
      fc.property(pairsOf(carrierPolicies), ([old, now]) => {
        const changes = findDecisionChanges(old, now, AT);
        for (const { example, gateways } of changes) {
          expect([gatewayOf(old, example), gatewayOf(now, example)]).toEqual([
            gateways.old?.id ?? null,
            gateways.new?.id ?? null,
          ]);
        }
        let differ = 0;
        for (const request of allRequests(old.recipient)) {
          const point = { request, at: AT };
          const decided = `${gatewayOf(old, point)} ${gatewayOf(now, point)}`;
          const said = new Set(
            changes
              .filter(({ requestSet }) => requestSetContains(requestSet, point))
              .map(({ gateways }) => `${gateways.old?.id ?? null} ${gateways.new?.id ?? null}`),
          );
          const [before, after] = decided.split(' ');
          if (before === after) {
            seen.same += 1;
            expect([...said]).toEqual([]);
          } else {
            differ += 1;
            expect([...said]).toEqual([decided]);
          }
        }
        seen.changed += differ;
        if (differ === 0) seen.none += 1;
      }),
      { numRuns: 80 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });

  it('reports a looser limit whenever a request is accepted that only a limit held before', () => {
    const seen = { loosened: 0, byAttribution: 0 };
    const contexts = fc.array(
      fc
        .array(liveInterfaces, { minLength: 1, maxLength: 2 })
        .map((interfaces) => aDecisionContext({ interfaces })),
      { minLength: 30, maxLength: 30 },
    );
    fc.assert(
      fc.property(pairsOf(limitedPolicies), contexts, ([old, now], around) => {
        const looser = findLimitChanges(old, now, AT).filter(({ effect }) => effect === 'looser');
        for (const { request, owner } of acceptedByBoth(old, now).slice(0, 20)) {
          const isHeld = (policy: Policy, context: DecisionContext): boolean =>
            decideByOracle(policy, request, context, NOW).gateway === null;
          const loosened = around.filter((context) => isHeld(old, context) && !isHeld(now, context));
          if (loosened.length === 0) continue;
          const reported = looser.filter((limit) => limit.owner === owner);
          seen.loosened += 1;
          seen.byAttribution += reported.every(({ attributed }) => attributed) ? 1 : 0;
          expect(reported).not.toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });

  it('is empty for equal policies', () => {
    fc.assert(
      fc.property(pairsOf(carrierPolicies), ([policy]) => {
        expect(findDecisionChanges(policy, policy, AT)).toEqual([]);
        expect(findLimitChanges(policy, policy, AT)).toEqual([]);
      }),
    );
  });
});

describe('the interfaces that a pin attributes to its owner', () => {
  it('are those that its grant certainly matches, or may match, on the shared connections of the owner', () => {
    const seen = { yes: 0, unknown: 0, no: 0 };
    fc.assert(
      fc.property(carrierPolicies, ({ owners, recipient }) => {
        const pins = owners.flatMap((owner) => owner.grants.map((grant) => [owner, grant] as const));
        for (const [owner, grant] of pins) {
          const certain = interfacesOfPin(owner, grant, 'matchesCertainly');
          const possible = interfacesOfPin(owner, grant, 'countsTowardsLimit');
          const found = allRequests(recipient).map((request) => {
            const point = { request, at: AT };
            const verdict = productContains(certain, point)
              ? 'yes'
              : productContains(possible, point)
                ? 'unknown'
                : 'no';
            seen[verdict] += 1;
            return verdict;
          });
          expect(found).toEqual(allRequests(recipient).map((request) => pinVerdict(owner, grant, request)));
        }
      }),
      { numRuns: 30 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });
});

function pinVerdict(
  owner: Owner,
  { type, match }: Grant,
  request: VirtualInterface,
): 'yes' | 'unknown' | 'no' {
  const isThere = request.connection !== null && owner.sharedConnections.includes(request.connection);
  if (isThere && request.type === type && matchesForCertain(match, request)) return 'yes';
  const isPossible = isThere && (request.type === null || request.type === type) && mayMatch(match, request);
  return isPossible ? 'unknown' : 'no';
}

describe('an overlap of grants, some with pins', () => {
  it('is found exactly when there is a request that grants with different gateways match', () => {
    const seen = { overlap: 0, none: 0 };
    fc.assert(
      fc.property(carrierPolicies, (policy) => {
        // OUTSCALE has private interfaces only.
        const isAws = policy.recipient.provider === 'aws';
        const requests = allRequests(policy.recipient).filter(({ type }) => isAws || type === 'private');
        const overlapping = policy.owners.filter((owner) => hasOverlap(owner, requests));
        seen[overlapping.length > 0 ? 'overlap' : 'none'] += 1;
        const found = new Set(findOverlaps(policy).map(({ owner }) => owner));
        expect(found).toEqual(new Set(overlapping.map(({ name }) => name)));
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});

/** Whether two grants of an owner match one request at the same time, with different gateways. */
function hasOverlap(owner: Owner, requests: readonly VirtualInterface[]): boolean {
  const instants = [AT - 1, AT, AT + 1];
  const isValid = ({ from, until }: Grant, at: number): boolean =>
    (from === null || Date.parse(from) <= at) && (until === null || at < Date.parse(until));
  const matching = owner.grants.map((grant) => ({
    grant,
    requests: new Set(requests.filter((request) => mayApply(owner, grant, request))),
  }));
  return matching.some((one) =>
    matching.some(
      (other) =>
        one.grant.gateway !== other.grant.gateway &&
        instants.some((at) => isValid(one.grant, at) && isValid(other.grant, at)) &&
        [...one.requests].some((request) => other.requests.has(request)),
    ),
  );
}

function mayApply(owner: Owner, { type, match }: Grant, request: VirtualInterface): boolean {
  const isPinned = match.id !== null || match.bgpKey?.startsWith('sha256:');
  const connections = [...owner.connections, ...(isPinned ? owner.sharedConnections : [])];
  const isThere = request.connection !== null && connections.includes(request.connection);
  return isThere && request.type === type && matchesForCertain(match, request);
}

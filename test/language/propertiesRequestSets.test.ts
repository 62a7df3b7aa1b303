import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import type { Point } from '../../language/algebra/setAlgebra.ts';
import {
  type FieldProduct,
  findPointIn,
  intersectProducts,
  isEmptyProduct,
  productContains,
} from '../../language/requestSets/fieldProduct.ts';
import {
  requestsOfGrant,
  requestsOfHoldRule,
  typicalPoint,
} from '../../language/requestSets/policyRequests.ts';
import {
  findMember,
  isEmptyRequestSet,
  requestSetContains,
  simplifyRequestSet,
} from '../../language/requestSets/requestSet.ts';
import { isHeldByRule, matchesForCertain } from '../oracle/matchOracle.ts';
import { hasUsablePairs } from '../oracle/networkOracle.ts';
import { policiesWithOddBlocks, requestsWithOddAddresses } from '../support/addressPairs.ts';
import { withComparedKeys } from '../support/arbitraries.ts';
import { NOW } from '../support/builders.ts';
import { compiledSharedPolicies } from '../support/compiledPolicies.ts';

const AT = NOW.getTime();

/** Half of them with shared connections, pins and both types. */
const policies = fc.oneof(policiesWithOddBlocks, compiledSharedPolicies);
const requests = fc.oneof(requestsWithOddAddresses, withComparedKeys(requestsWithOddAddresses));

function grantsOf(policy: Policy): [Owner, Grant][] {
  return policy.owners.flatMap((owner) => owner.grants.map((grant): [Owner, Grant] => [owner, grant]));
}

/** The sets of requests of all grants and hold rules of a policy. */
function boxesOf(policy: Policy): FieldProduct[] {
  const grants = grantsOf(policy).map(([owner, grant]) => requestsOfGrant(policy, owner, grant));
  return [...grants, ...policy.hold.map(requestsOfHoldRule)];
}

const pointOfRequest = (request: VirtualInterface): Point => ({ request, at: AT });

/** Whether a grant matches: the fields by the oracle, the rest by plain comparisons. No grant has unpaired addresses. */
function fits({ recipient }: Policy, owner: Owner, grant: Grant, request: VirtualInterface): boolean {
  const { from, until, type, match } = grant;
  const { connection, ownerAccount } = request;
  const isOutscale = recipient.provider === 'outscale';
  const accounts = isOutscale ? [recipient.account, owner.account] : [recipient.account];
  const isPinned = match.id !== null || match.bgpKey?.startsWith('sha256:');
  const connections = [...owner.connections, ...(isPinned ? owner.sharedConnections : [])];
  return [
    from === null || Date.parse(from) <= AT,
    until === null || AT < Date.parse(until),
    matchesForCertain(match, request),
    request.type === type && !(isOutscale && type === 'transit'),
    connection !== null && connections.includes(connection),
    ownerAccount !== null && accounts.includes(ownerAccount),
    hasUsablePairs(request),
  ].every(Boolean);
}

describe('the request set of a grant', () => {
  it('contains the requests that it matches now, on the connections of its owner and under an allowed account', () => {
    let inside = 0;
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        for (const [owner, grant] of grantsOf(policy)) {
          const expected = fits(policy, owner, grant, request);
          inside += expected ? 1 : 0;
          expect(productContains(requestsOfGrant(policy, owner, grant), pointOfRequest(request))).toBe(
            expected,
          );
        }
      }),
      { numRuns: 2000 },
    );
    expect(inside).toBeGreaterThan(300);
  });
});

describe('the request set of a hold rule', () => {
  it('contains the requests to which it applies, among those with valid addresses', () => {
    const seen = { applies: 0, doesNot: 0 };
    fc.assert(
      fc.property(policies, requests.filter(hasUsablePairs), (policy, request) => {
        for (const line of policy.hold) {
          const concerns = isHeldByRule(line.match, request);
          seen[concerns ? 'applies' : 'doesNot'] += 1;
          expect(productContains(requestsOfHoldRule(line), pointOfRequest(request))).toBe(concerns);
        }
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.applies, seen.doesNot)).toBeGreaterThan(100);
  });
});

describe('a product with exceptions', () => {
  const regions = fc
    .tuple(policies, policies)
    .map(([a, b]) => ({ policy: a, boxes: [...boxesOf(a), ...boxesOf(b)] }))
    .chain(({ policy, boxes }) =>
      fc.record({
        policy: fc.constant(policy),
        product: fc
          .tuple(fc.constantFrom(...boxes), fc.constantFrom(...boxes))
          .map(([one, other]) => intersectProducts(one, other)),
        except: fc.array(fc.constantFrom(...boxes), { maxLength: 4 }),
      }),
    );

  it('is empty only if it contains no request, and else shows one that it contains', () => {
    const seen = { nothing: 0, something: 0 };
    fc.assert(
      fc.property(regions, requests, ({ policy, ...region }, request) => {
        const point = findMember(region, typicalPoint(policy, AT));
        expect(isEmptyRequestSet(region)).toBe(point === null);
        seen[point === null ? 'nothing' : 'something'] += 1;
        if (point === null) expect(requestSetContains(region, pointOfRequest(request))).toBe(false);
        else expect(requestSetContains(region, point)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.nothing, seen.something)).toBeGreaterThan(300);
  });

  it('is the same set after it was simplified', () => {
    const seen = { inside: 0, outside: 0 };
    fc.assert(
      fc.property(regions, requests, ({ policy, ...region }, request) => {
        const said = simplifyRequestSet(region);
        const point = findMember(region, typicalPoint(policy, AT));
        for (const one of [pointOfRequest(request), ...(point === null ? [] : [point])]) {
          const isInside = requestSetContains(region, one);
          seen[isInside ? 'inside' : 'outside'] += 1;
          expect(requestSetContains(said, one)).toBe(isInside);
        }
        expect(isEmptyRequestSet(said)).toBe(isEmptyRequestSet(region));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.inside, seen.outside)).toBeGreaterThan(300);
  });

  it('has its example in its product', () => {
    let examples = 0;
    fc.assert(
      fc.property(regions, ({ policy, product: box }) => {
        const point = findPointIn(box, typicalPoint(policy, AT));
        expect(point === null).toBe(isEmptyProduct(box));
        if (point === null) return;
        examples += 1;
        expect(productContains(box, point)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(examples).toBeGreaterThan(100);
  });
});

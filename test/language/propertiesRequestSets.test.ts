import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../core/fields/match.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import type { Point } from '../../language/algebra/setAlgebra.ts';
import { type Box, both, has, isEmpty, pointIn } from '../../language/requestSets/fieldProduct.ts';
import { boxOfGrant, boxOfHold, usualPoint } from '../../language/requestSets/policyRequests.ts';
import { hasPoint, isNothing, plain, pointOf } from '../../language/requestSets/requestSet.ts';
import {
  isPaired,
  policiesOfOddBlocks as policies,
  offeredOddly as requests,
} from '../support/addressPairs.ts';
import { NOW } from '../support/builders.ts';

const AT = NOW.getTime();

function grantsOf(policy: Policy): [Owner, Grant][] {
  return policy.owners.flatMap((owner) => owner.grants.map((grant): [Owner, Grant] => [owner, grant]));
}

/** Every box that a policy makes. */
function boxesOf(policy: Policy): Box[] {
  const grants = grantsOf(policy).map(([owner, grant]) => boxOfGrant(policy, owner, grant));
  return [...grants, ...policy.hold.map(boxOfHold)];
}

const pointOfRequest = (request: VirtualInterface): Point => ({ request, at: AT });

/** By the core's own words for each field, and plain ones for the rest: what is held whatever the policy says, no grant has. */
function fits({ recipient }: Policy, owner: Owner, grant: Grant, request: VirtualInterface): boolean {
  const { from, until, match } = grant;
  const { connection, ownerAccount } = request;
  const accounts =
    recipient.provider === 'outscale' ? [recipient.account, owner.account] : [recipient.account];
  return [
    from === null || Date.parse(from) <= AT,
    until === null || AT < Date.parse(until),
    judge(match, request, 'fits').every(({ verdict }) => verdict === 'yes'),
    connection !== null && owner.connections.includes(connection),
    ownerAccount !== null && accounts.includes(ownerAccount),
    isPaired(request),
  ].every(Boolean);
}

describe('the box of a grant', () => {
  it('has the requests that it fits, now, on the connections of its owner and under an account that may be', () => {
    let inside = 0;
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        for (const [owner, grant] of grantsOf(policy)) {
          const expected = fits(policy, owner, grant, request);
          inside += expected ? 1 : 0;
          expect(has(boxOfGrant(policy, owner, grant), pointOfRequest(request))).toBe(expected);
        }
      }),
      { numRuns: 2000 },
    );
    expect(inside).toBeGreaterThan(300);
  });
});

describe('the box of a hold line', () => {
  it('has the requests that it may concern, of those that are not held whatever it says', () => {
    fc.assert(
      fc.property(policies, requests.filter(isPaired), (policy, request) => {
        for (const line of policy.hold) {
          const concerns = judge(line.match, request, 'touches').every(({ verdict }) => verdict !== 'no');
          expect(has(boxOfHold(line), pointOfRequest(request))).toBe(concerns);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a box except boxes', () => {
  const regions = fc
    .tuple(policies, policies)
    .map(([a, b]) => ({ policy: a, boxes: [...boxesOf(a), ...boxesOf(b)] }))
    .chain(({ policy, boxes }) =>
      fc.record({
        policy: fc.constant(policy),
        box: fc
          .tuple(fc.constantFrom(...boxes), fc.constantFrom(...boxes))
          .map(([one, other]) => both(one, other)),
        except: fc.array(fc.constantFrom(...boxes), { maxLength: 4 }),
      }),
    );

  it('is nothing only when no request is in it, and shows one that is when there is', () => {
    const seen = { nothing: 0, something: 0 };
    fc.assert(
      fc.property(regions, requests, ({ policy, ...region }, request) => {
        const point = pointOf(region, usualPoint(policy, AT));
        expect(isNothing(region)).toBe(point === null);
        seen[point === null ? 'nothing' : 'something'] += 1;
        if (point === null) expect(hasPoint(region, pointOfRequest(request))).toBe(false);
        else expect(hasPoint(region, point)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.nothing, seen.something)).toBeGreaterThan(300);
  });

  it('is the same in plain words', () => {
    fc.assert(
      fc.property(regions, requests, ({ policy, ...region }, request) => {
        const said = plain(region);
        const point = pointOf(region, usualPoint(policy, AT));
        for (const one of [pointOfRequest(request), ...(point === null ? [] : [point])]) {
          expect(hasPoint(said, one)).toBe(hasPoint(region, one));
        }
        expect(isNothing(said)).toBe(isNothing(region));
      }),
      { numRuns: 3000 },
    );
  });

  it('has its point in its box', () => {
    fc.assert(
      fc.property(regions, ({ policy, box }) => {
        const point = pointIn(box, usualPoint(policy, AT));
        expect(point === null).toBe(isEmpty(box));
        if (point !== null) expect(has(box, point)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

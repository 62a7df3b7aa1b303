import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { findDecisionChanges } from '../../language/diff/decisionChanges.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { requestSetContains } from '../../language/requestSets/requestSet.ts';
import {
  AWS,
  aDecisionContext,
  aGrant,
  aHoldRule,
  anOwner,
  aPeer,
  aPolicy,
  aVif,
  NOW,
  VGW,
} from '../support/builders.ts';

/** Policies with what the other properties rarely cover: several tags, several sessions, and globs that overlap in every way. */

const AT = NOW.getTime();
const orNothing = <T>(some: Arbitrary<T>): Arbitrary<T | null> => fc.option(some, { nil: null });
const wantedTag = fc.subarray(['prod', 'lab', 'any'], { minLength: 1 });

const matches: Arbitrary<Pick<Match, 'tags' | 'name' | 'asn'>> = fc.record({
  tags: orNothing(
    fc
      .record({ env: wantedTag, team: wantedTag }, { requiredKeys: [] })
      .filter((wanted) => Object.keys(wanted).length > 0),
  ),
  name: orNothing(
    fc.uniqueArray(fc.constantFrom('a*', '*b', 'ab', 'a*b*', '*', 'b', '*a*'), {
      minLength: 1,
      maxLength: 2,
    }),
  ),
  asn: orNothing(
    fc.constantFrom<[number, number][]>(
      [[1, 2]],
      [[2, 3]],
      [
        [1, 1],
        [3, 3],
      ],
    ),
  ),
});

const grants = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    gateway: fc.constantFrom(VGW.prod, VGW.lab),
    match: matches,
  }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);

const policies: Arbitrary<Policy> = fc
  .record({
    grants,
    hold: fc.array(
      matches.filter((match) => Object.values(match).some((wanted) => wanted !== null)),
      { maxLength: 2 },
    ),
  })
  .map((given) =>
    aPolicy({
      recipient: AWS,
      owners: [anOwner({ connections: ['dxcon-1'], grants: given.grants.map(aGrant) })],
      hold: given.hold.map(aHoldRule),
    }),
  );

const tag = fc.constantFrom('prod', 'lab', 'other');
const requests: Arbitrary<VirtualInterface> = fc
  .record({
    tags: orNothing(fc.record({ env: tag, team: tag }, { requiredKeys: [] })),
    name: fc.constantFrom('a', 'ab', 'b', 'cab', 'abc', '', null),
    peers: fc.array(
      fc.constantFrom(1, 2, 3, 4, null).map((asn) => aPeer({ asn })),
      { maxLength: 3 },
    ),
  })
  .map((given) =>
    aVif({ ...given, connection: 'dxcon-1', ownerAccount: AWS.account, state: 'confirming', gateway: null }),
  );

function gatewayOf(policy: Policy, request: VirtualInterface): string | null {
  const decision = decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW);
  return decision.verdict === 'accept' ? decision.gateway : null;
}

describe('a diff of policies with tags, sessions and globs', () => {
  it('agrees, for every request, with the decisions by both policies', () => {
    const populations = fc.array(requests, { minLength: 30, maxLength: 30 });
    let compared = 0;
    let changed = 0;
    fc.assert(
      fc.property(policies, policies, populations, (old, now, population) => {
        if (findOverlaps(old).length + findOverlaps(now).length > 0) return;
        compared += 1;
        const changes = findDecisionChanges(old, now, AT);
        const decided = (request: VirtualInterface): string =>
          `${gatewayOf(old, request)} ${gatewayOf(now, request)}`;
        const said = ({ gateways }: (typeof changes)[number]): string =>
          `${gateways.old?.id ?? null} ${gateways.new?.id ?? null}`;
        changed += changes.length;
        for (const change of changes) expect(decided(change.example.request)).toBe(said(change));
        for (const request of population) {
          const reported = new Set(
            changes.filter(({ requestSet }) => requestSetContains(requestSet, { request, at: AT })).map(said),
          );
          const isSame = gatewayOf(old, request) === gatewayOf(now, request);
          expect([...reported]).toEqual(isSame ? [] : [decided(request)]);
        }
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(200);
    expect(changed).toBeGreaterThan(200);
  });
});

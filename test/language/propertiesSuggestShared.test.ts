import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import { agreedKeyOf, connectionsOf, isPinned, type Policy } from '../../core/policy.ts';
import { decideByOracle } from '../oracle/decisionOracle.ts';
import { aDecisionContext, NOW } from '../support/builders.ts';
import { allRequests, carrierPolicies, withExchangedTypes } from '../support/carrierPolicies.ts';
import { gatewayFor, policyAfter, suggestedFor, withGatewayOfType } from '../support/suggestedEdits.ts';

/** Policies in which grants without a pin are for exclusive connections, and types are such as the provider has: most of them have no error. */
const policies = withExchangedTypes(carrierPolicies).map((policy): Policy => {
  const isAws = policy.recipient.provider === 'aws';
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant) => ({
      ...grant,
      type: isAws ? grant.type : ('private' as const),
      match: isPinned(grant.match) ? grant.match : { ...grant.match, connection: owner.connections },
    })),
  }));
  return withGatewayOfType({ ...policy, freeze: false, owners });
});

function decided(policy: Policy, request: VirtualInterface) {
  return decideByOracle(policy, request, aDecisionContext(), NOW);
}

/** Whether all sessions of a request have a key with which a grant identifies its owner. */
function hasKeyOfPin({ owners }: Policy, { peers }: VirtualInterface): boolean {
  const digests = owners.flatMap(({ grants }) => grants.map(({ match }) => match.bgpKey));
  const [key, ...others] = new Set(peers.map(({ agreedKey }) => agreedKey));
  return others.length === 0 && digests.some((digest) => digest !== null && digest === key);
}

function isUnlisted({ owners }: Policy, { connection }: VirtualInterface): boolean {
  return !owners.some((owner) => connectionsOf(owner).some((one) => one === connection));
}

interface Wish {
  readonly type: string;
  readonly preferred: 'any' | 'with key of a pin' | 'on unlisted connection';
  readonly chosen: number;
  readonly isExclusive: boolean;
  readonly isGatewayGiven: boolean;
}

const wishes: Arbitrary<Wish> = fc.record({
  type: fc.constantFrom('private', 'transit', 'transit'),
  preferred: fc.constantFrom('any', 'with key of a pin', 'on unlisted connection'),
  chosen: fc.nat(),
  isExclusive: fc.boolean(),
  isGatewayGiven: fc.boolean(),
});

/** One of the requests for which an edit may exist, if possible of the preferred ones. */
function chooseRequest(policy: Policy, all: readonly VirtualInterface[], wish: Wish): VirtualInterface {
  const { provider, account } = policy.recipient;
  const type = provider === 'aws' ? wish.type : 'private';
  const offered = all.filter(
    (one) => one.type === type && one.ownerAccount === account && one.id.startsWith('dxvif-'),
  );
  const isPreferred = {
    any: () => true,
    'with key of a pin': hasKeyOfPin,
    'on unlisted connection': isUnlisted,
  };
  const preferred = offered.filter((one) => isPreferred[wish.preferred](policy, one));
  const from = preferred.length > 0 ? preferred : offered;
  const request = from[wish.chosen % from.length];
  if (request === undefined) throw new Error('the universe has no request');
  return request;
}

type Found = NonNullable<ReturnType<typeof suggestedFor>>;

/** The kinds of edit that must occur, for each type. */
const CASES = [
  ...['none', 'accepted', 'shared', 'exclusive', 'listed', 'to existing pins'],
  ...['by named owner', 'without given gateway', 'with key of a pin'],
];

function casesOf(
  { policy, suggestion, isOwnerNamed }: Found,
  request: VirtualInterface,
  wish: Wish,
): string[] {
  if (suggestion.kind !== 'patch') return [suggestion.kind];
  const owner = policy.owners.find(({ name }) => name === suggestion.owner);
  return Object.entries({
    [suggestion.sharing ?? 'listed']: true,
    'to existing pins': owner?.grants.some(({ match }) => agreedKeyOf(match) !== null) ?? false,
    'by named owner': isOwnerNamed,
    'without given gateway': !wish.isGatewayGiven,
    'with key of a pin': hasKeyOfPin(policy, request),
  }).flatMap(([text, isSo]) => (isSo ? [text] : []));
}

/** A request is said to be accepted already exactly when it is, by this grant. */
function expectAcceptanceKnown({ policy, suggestion }: Found, request: VirtualInterface): void {
  const { gateway, assignment } = decided(policy, request);
  expect(suggestion.kind === 'accepted').toBe(gateway !== null);
  if (suggestion.kind !== 'accepted') return;
  const { owner, grant } = suggestion;
  expect(assignment).toMatchObject({ owner, grants: expect.arrayContaining([grant]) });
}

function expectOnlyRequestChanges(
  [policy, edited]: readonly [Policy, Policy],
  all: readonly VirtualInterface[],
  request: VirtualInterface,
  pins: boolean,
): void {
  const changed = all.flatMap((one) => {
    const [before, after] = [policy, edited].map((each) => decided(each, one).gateway);
    return before === after || isAlike(request, one, pins) ? [] : [{ one, isOpened: after !== null }];
  });
  // Only a request with the same ID can be no longer accepted, because another owner's pin matches it too.
  expect(changed.filter(({ one, isOpened }) => isOpened || !pins || one.id !== request.id)).toEqual([]);
}

describe('a suggested edit on shared connections', () => {
  it('accepts the request, and changes the decision on no other request that there is', {
    timeout: 0,
  }, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(policies, wishes, (given, wish) => {
        const all = allRequests(given.recipient);
        const request = chooseRequest(given, all, wish);
        const gateway = wish.isGatewayGiven ? gatewayFor(request.type) : null;
        const found = suggestedFor(given, 'lines', request, { gateway, isExclusive: wish.isExclusive });
        // Generated policies may have errors.
        if (found === null) return;
        const { policy, suggestion } = found;
        const cases = casesOf(found, request, wish).map((one) => `${request.type} ${one}`);
        for (const one of cases) seen.set(one, (seen.get(one) ?? 0) + 1);
        expectAcceptanceKnown(found, request);
        if (suggestion.kind !== 'patch') return;
        const edited = policyAfter(suggestion.text);
        expect(decided(edited, request)).toMatchObject({
          gateway: gatewayFor(request.type),
          assignment: { owner: suggestion.owner, grants: [suggestion.grant] },
        });
        expectOnlyRequestChanges([policy, edited], all, request, suggestion.pins);
      }),
      { numRuns: 500 },
    );
    const wanted = ['private', 'transit'].flatMap((type) => CASES.map((one) => `${type} ${one}`));
    expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
  });
});

/** Whether two requests have the same values in every field of the universe that a suggestion can restrict. */
function isAlike(one: VirtualInterface, other: VirtualInterface, pins: boolean): boolean {
  const isSame = (['connection', 'vlan', 'type'] as const).every((field) => one[field] === other[field]);
  return isSame && (!pins || one.id === other.id);
}

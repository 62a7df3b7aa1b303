import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide, reasonCodesOf } from '../../core/decide.ts';
import { parseHostAddress } from '../../core/ip.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { compilePolicy } from '../../language/index.ts';
import { suggestGrant } from '../../language/suggest/suggestGrant.ts';
import { hasUsablePairs } from '../oracle/networkOracle.ts';
import { policiesWithOddBlocks, requestsWithOddAddresses } from '../support/addressPairs.ts';
import { aDecisionContext, NOW, VGW } from '../support/builders.ts';
import { asYaml } from '../support/yamlPolicies.ts';

function gatewayOf(policy: Policy, request: VirtualInterface): string | null {
  const decision = decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW);
  return decision.verdict === 'accept' && hasUsablePairs(request) ? decision.gateway : null;
}

const ODD_NAME = 'acme\nprod';

function heldFor(policy: Policy, request: VirtualInterface): string {
  return reasonCodesOf(decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW)).join();
}

/** Requests, some with a name that no policy can contain. */
const offered = fc
  .tuple(requestsWithOddAddresses, fc.constantFrom(false, false, false, true))
  .map(([vif, isOdd]): VirtualInterface => (isOdd ? { ...vif, name: ODD_NAME } : vif));

/** The same request without such a name, and the policy without grants that have ended. */
function asPlainly(policy: Policy, request: VirtualInterface): [Policy, 'lines', VirtualInterface] {
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.filter(({ until }) => until === null || Date.parse(until) > NOW.getTime()),
  }));
  const isWhole = owners.every(({ grants }) => grants.length > 0);
  return [
    isWhole ? { ...policy, owners } : policy,
    'lines',
    { ...request, name: request.name === ODD_NAME ? null : request.name },
  ];
}

/** Policies; in about half of them the first grant of each owner has ended and names another gateway. */
const withEnded = fc.tuple(policiesWithOddBlocks, fc.boolean()).map(([policy, hasEnded]): Policy => {
  const ended = { from: null, until: NOW.toISOString(), gateway: VGW.lab };
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant, i) =>
      i === 0 && owner.grants.length > 1 ? { ...grant, ...ended } : grant,
    ),
  }));
  return hasEnded ? { ...policy, owners } : policy;
});

function suggestedFor(policy: Policy, style: 'lines' | 'braces', request: VirtualInterface) {
  const source = { file: 'hub.yaml', text: asYaml({ ...policy, freeze: false }, style) };
  const before = compilePolicy(source);
  // Generated grants may overlap, or use fields that the provider does not have.
  if (!before.ok) return null;
  const wish = {
    ...{ request, gateway: VGW.prod, owner: null, isExclusive: false },
    ...{ at: NOW, absent: new Set<never>(), path: source.file },
  };
  const suggestion = suggestGrant(source, before.policy, wish);
  if (suggestion.kind === 'chooseOwner') throw new Error('no connection is shared');
  return { policy: before.policy, suggestion };
}

/**
 * Whether the other request equals the first one in every field that the first one has. Written without the language's own code.
 */
function isAlike(one: VirtualInterface, other: VirtualInterface): boolean {
  const same = (['connection', 'vlan', 'name', 'location'] as const).every(
    (field) => one[field] === null || one[field] === ODD_NAME || one[field] === other[field],
  );
  const [mine, theirs] = [sessionsOf(one), sessionsOf(other)];
  const known = (what: string): boolean =>
    mine.some((said) => said.startsWith(what)) && !mine.includes(`${what} unknown`);
  return (
    same &&
    ['asn', 'in'].every(
      (what) =>
        !known(what) || theirs.filter((said) => said.startsWith(what)).every((said) => mine.includes(said)),
    )
  );
}

/** The values of each session, one text each. */
function sessionsOf({ peers }: VirtualInterface): string[] {
  return peers.flatMap(({ asn, amazonAddress, customerAddress }) => [
    `asn ${asn ?? 'unknown'}`,
    ...[amazonAddress, customerAddress].map((text) => {
      const subnet = text?.includes('/') ? parseHostAddress(text)?.subnet : null;
      return subnet ? `in ${subnet.base}/${subnet.prefix}` : 'in unknown';
    }),
  ]);
}

/** These tests are limited by their number of runs, not by time. */
const UNTIMED = { timeout: 0 };

describe('a suggested edit', () => {
  it('accepts the request, and changes no decision except on requests that are equal to it', UNTIMED, () => {
    const seen = { patch: 0, accepted: 0, none: 0 };
    const styles = fc.constantFrom('lines' as const, 'braces' as const);
    const populations = fc.array(offered, { minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(
        policiesWithOddBlocks,
        styles,
        offered,
        populations,
        (given, style, request, population) => {
          const found = suggestedFor(given, style, request);
          if (found === null) return;
          const { policy, suggestion } = found;
          seen[suggestion.kind] += 1;
          // No edit accepts a request that is held for its addresses.
          if (suggestion.kind !== 'none') expect(hasUsablePairs(request)).toBe(true);
          if (suggestion.kind !== 'patch') return;
          const after = compilePolicy({ file: 'hub.yaml', text: suggestion.text });
          if (!after.ok) throw new Error('a suggestion has errors');
          expect(gatewayOf(after.policy, request)).toBe(VGW.prod);
          for (const other of population.filter((one) => !isAlike(request, one))) {
            expect(gatewayOf(after.policy, other)).toBe(gatewayOf(policy, other));
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  it('exists whenever one exists without an invalid name and without grants that have ended', UNTIMED, () => {
    let compared = 0;
    fc.assert(
      fc.property(withEnded, offered, (given, request) => {
        const [policy, style, tame] = asPlainly(given, request);
        // Any name matches `*`, but an absent one does not: then the name matters.
        if (heldFor(given, request) !== heldFor(given, tame)) return;
        const plain = suggestedFor(policy, style, tame);
        const found = suggestedFor(given, 'lines', request);
        if (found === null || plain?.suggestion.kind !== 'patch') return;
        compared += 1;
        expect(found.suggestion.kind).not.toBe('none');
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(20);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide, reasonCodesOf } from '../../core/decide.ts';
import { parseHostAddress } from '../../core/ip.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { compilePolicy } from '../../language/index.ts';
import { suggestGrant } from '../../language/suggest/suggestGrant.ts';
import { hasUsablePairs, policiesWithOddBlocks, requestsWithOddAddresses } from '../support/addressPairs.ts';
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

/** Some of them have a name that no policy can have. */
const offered = fc
  .tuple(requestsWithOddAddresses, fc.constantFrom(false, false, false, true))
  .map(([vif, isOdd]): VirtualInterface => (isOdd ? { ...vif, name: ODD_NAME } : vif));

/** What a person would try: the same without the name, and with a policy from which what has ended was removed. */
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

/** Of every second one the first grant of each owner has ended, which leads elsewhere. */
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
  // What the generator makes may overlap, or use what a provider does not have.
  if (!before.ok) return null;
  const wish = { request, gateway: VGW.prod, at: NOW, absent: new Set<never>(), path: source.file };
  return { policy: before.policy, suggestion: suggestGrant(source, before.policy, wish) };
}

/**
 * Whether somebody who looks at what the first one has would call the other the same; by no code of the language. What it does
 * not have tells nothing apart.
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

/** What each session says, one thing at a time. */
function sessionsOf({ peers }: VirtualInterface): string[] {
  return peers.flatMap(({ asn, amazonAddress, customerAddress }) => [
    `asn ${asn ?? 'unknown'}`,
    ...[amazonAddress, customerAddress].map((text) => {
      const subnet = text?.includes('/') ? parseHostAddress(text)?.subnet : null;
      return subnet ? `in ${subnet.base}/${subnet.prefix}` : 'in unknown';
    }),
  ]);
}

/** The number of cases ends it, not a clock: on a busy machine each takes longer. */
const UNTIMED = { timeout: 0 };

describe('a suggested edit', () => {
  it('lets that request in, and decides nothing else otherwise but what is just like it', UNTIMED, () => {
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
          // No edit lets in what is held for its addresses.
          if (suggestion.kind !== 'none') expect(hasUsablePairs(request)).toBe(true);
          if (suggestion.kind !== 'patch') return;
          const after = compilePolicy({ file: 'hub.yaml', text: suggestion.text });
          if (!after.ok) throw new Error('a suggestion has faults');
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

  it(
    'is there whenever one is there without what cannot matter: an odd name, and grants that have ended',
    UNTIMED,
    () => {
      let compared = 0;
      fc.assert(
        fc.property(withEnded, offered, (given, request) => {
          const [policy, style, tame] = asPlainly(given, request);
          // A name of any kind fits `*`, and none does not: then it matters.
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
    },
  );
});

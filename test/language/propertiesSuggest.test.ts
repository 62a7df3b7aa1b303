import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../lambda/core/deadline.ts';
import { decide } from '../../lambda/core/decide.ts';
import { parseHostAddress } from '../../lambda/core/ip.ts';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { Policy } from '../../lambda/core/policy.ts';
import { compilePolicy } from '../../language/index.ts';
import { suggest } from '../../language/suggest/index.ts';
import { requests } from '../support/arbitraries.ts';
import { aWorld, NOW, VGW } from '../support/builders.ts';
import { compiledPolicies } from '../support/compiledPolicies.ts';
import { asYaml } from '../support/yamlPolicies.ts';

function gatewayOf(policy: Policy, request: VirtualInterface): string | null {
  const decision = decide(policy, request, aWorld(), NO_DEADLINE, NOW);
  return decision.verdict === 'accept' ? decision.gateway : null;
}

const offered = requests.map(
  (vif): VirtualInterface => ({ ...vif, state: 'confirming', type: 'private', faults: [] }),
);

/**
 * Whether somebody who looks at what the first one has would call the other the same; by no code of the language. What it does
 * not have tells nothing apart.
 */
function isAlike(one: VirtualInterface, other: VirtualInterface): boolean {
  const same = (['connection', 'vlan', 'name', 'location'] as const).every(
    (field) => one[field] === null || one[field] === other[field],
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
      const subnet = text === null ? null : parseHostAddress(text)?.subnet;
      return subnet ? `in ${subnet.base}/${subnet.prefix}` : 'in unknown';
    }),
  ]);
}

describe('a suggested edit', () => {
  it('lets that request in, and decides nothing else otherwise but what is just like it', () => {
    const seen = { patch: 0, accepted: 0, none: 0 };
    const styles = fc.constantFrom('lines' as const, 'braces' as const);
    const populations = fc.array(offered, { minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(compiledPolicies, styles, offered, populations, (given, style, request, population) => {
        const source = { file: 'hub.yaml', text: asYaml({ ...given, freeze: false }, style) };
        const before = compilePolicy(source);
        // What the generator makes may overlap, or use what a provider does not have.
        if (!before.ok) return;
        const suggestion = suggest(source, before.policy, {
          ...{ request, gateway: VGW.prod, at: NOW },
          absent: new Set(),
          path: source.file,
        });
        seen[suggestion.kind] += 1;
        if (suggestion.kind !== 'patch') return;
        const after = compilePolicy({ file: 'hub.yaml', text: suggestion.text });
        if (!after.ok) throw new Error('a suggestion has faults');
        expect(gatewayOf(after.policy, request)).toBe(VGW.prod);
        for (const other of population.filter((one) => !isAlike(request, one))) {
          expect(gatewayOf(after.policy, other)).toBe(gatewayOf(before.policy, other));
        }
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import { isPinned, type Policy } from '../../core/policy.ts';
import { compilePolicy } from '../../language/index.ts';
import { suggestGrant } from '../../language/suggest/suggestGrant.ts';
import { decideByOracle } from '../oracle/decisionOracle.ts';
import { aDecisionContext, NOW, VGW } from '../support/builders.ts';
import { allRequests, carrierPolicies } from '../support/carrierPolicies.ts';
import { asYaml } from '../support/yamlPolicies.ts';

/** Policies for private interfaces on one gateway, in which grants without a pin are for exclusive connections: most of them have no error. */
const policies = carrierPolicies.map((policy): Policy => {
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant) => ({
      ...grant,
      type: 'private' as const,
      gateway: VGW.prod,
      match: isPinned(grant.match) ? grant.match : { ...grant.match, connection: owner.connections },
    })),
  }));
  return { ...policy, freeze: false, owners };
});

function suggestedFor(given: Policy, request: VirtualInterface, isExclusive: boolean) {
  const source = { file: 'hub.yaml', text: asYaml(given, 'lines') };
  const before = compilePolicy(source);
  // Generated policies may have errors, such as grants that overlap.
  if (!before.ok) return null;
  const wish = {
    request,
    gateway: VGW.prod,
    isExclusive,
    at: NOW,
    absent: new Set<never>(),
    path: 'hub.yaml',
  };
  const first = suggestGrant(source, before.policy, { ...wish, owner: null });
  const suggestion =
    first.kind === 'chooseOwner'
      ? suggestGrant(source, before.policy, { ...wish, owner: first.owners.at(-1) ?? null })
      : first;
  return { policy: before.policy, suggestion };
}

function gatewayOf(policy: Policy, request: VirtualInterface): string | null {
  return decideByOracle(policy, request, aDecisionContext(), NOW).gateway;
}

describe('a suggested edit on shared connections', () => {
  it('accepts the request, and accepts no other request that there is', { timeout: 0 }, () => {
    const seen = { shared: 0, listed: 0, exclusive: 0, none: 0 };
    fc.assert(
      fc.property(policies, fc.nat(), fc.boolean(), (given, chosen, isExclusive) => {
        const all = allRequests(given.recipient);
        const held = all.filter(
          (one) =>
            one.type === 'private' &&
            one.ownerAccount === given.recipient.account &&
            one.id.startsWith('dxvif-'),
        );
        const request = held[chosen % held.length];
        const found = request === undefined ? null : suggestedFor(given, request, isExclusive);
        if (request === undefined || found === null) return;
        const { policy, suggestion } = found;
        if (suggestion.kind !== 'patch') {
          seen.none += 1;
          return;
        }
        seen[suggestion.sharing ?? 'listed'] += 1;
        const edited = compilePolicy({ file: 'hub.yaml', text: suggestion.text });
        if (!edited.ok) throw new Error('a suggestion has errors');
        expect(gatewayOf(edited.policy, request)).toBe(VGW.prod);
        const opened = all.filter(
          (one) =>
            gatewayOf(edited.policy, one) !== null &&
            gatewayOf(policy, one) !== gatewayOf(edited.policy, one),
        );
        expect(opened.filter((one) => !isAlike(request, one, suggestion.pins))).toEqual([]);
      }),
      { numRuns: 250 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  });
});

/** Whether two requests have the same values in every field of the universe that a suggestion can restrict. */
function isAlike(one: VirtualInterface, other: VirtualInterface, pins: boolean): boolean {
  const isSame = (['connection', 'vlan', 'type'] as const).every((field) => one[field] === other[field]);
  return isSame && (!pins || one.id === other.id);
}

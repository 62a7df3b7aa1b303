import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { compilePolicy } from '../../language/index.ts';
import { type Suggestion, suggestGrant } from '../../language/suggest/suggestGrant.ts';
import { DX_GATEWAY, NOW, VGW } from './builders.ts';
import { asYaml } from './yamlPolicies.ts';

type Suggested = Exclude<Suggestion, { kind: 'chooseOwner' }>;

/** The gateway for interfaces of a type in policies for which edits are suggested. */
export function gatewayFor(type: string | null): string {
  return type === 'transit' ? DX_GATEWAY : VGW.prod;
}

/** The same policy with one gateway for each type of interface. */
export function withGatewayOfType(policy: Policy): Policy {
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant) => ({ ...grant, gateway: gatewayFor(grant.type) })),
  }));
  return { ...policy, owners };
}

/**
 * The edit of a policy file that is suggested for a request; where an owner has to be named, the last possible one is. `null`: the given
 * policy has an error.
 */
export function suggestedFor(
  given: Policy,
  style: 'lines' | 'braces',
  request: VirtualInterface,
  wish: { readonly gateway: string | null; readonly isExclusive: boolean },
): { readonly policy: Policy; readonly suggestion: Suggested; readonly isOwnerNamed: boolean } | null {
  const source = { file: 'hub.yaml', text: asYaml({ ...given, freeze: false }, style) };
  const before = compilePolicy(source);
  if (!before.ok) return null;
  const { policy } = before;
  const common = { ...wish, request, at: NOW, absent: new Set<never>(), path: source.file };
  const first = suggestGrant(source, policy, { ...common, owner: null });
  if (first.kind !== 'chooseOwner') return { policy, suggestion: first, isOwnerNamed: false };
  const named = suggestGrant(source, policy, { ...common, owner: first.owners.at(-1) ?? null });
  if (named.kind === 'chooseOwner') throw new Error('an owner of the list is not accepted');
  return { policy, suggestion: named, isOwnerNamed: true };
}

/** The policy after a suggested edit, which has no errors. */
export function policyAfter(text: string): Policy {
  const edited = compilePolicy({ file: 'hub.yaml', text });
  if (!edited.ok) throw new Error('a suggestion has errors');
  return edited.policy;
}

import type { Policy } from '../../core/policy.ts';
import { gatewayKind } from '../../core/resourceIds.ts';

/** The gateway's ID, by its name in the policy or its ID; `null` when the policy has no such name. */
export function gatewayOf(policy: Policy, reference: string): string | null {
  if (gatewayKind(reference) !== null) return reference;
  return grantsOf(policy).find(({ gatewayName }) => gatewayName === reference)?.gateway ?? null;
}

/** Every name is given by some grant: one that is not would be a fault of the policy. */
export function gatewayNames(policy: Policy): string[] {
  const names = grantsOf(policy).map(({ gatewayName }) => gatewayName);
  return [...new Set(names.filter((name) => name !== null))];
}

function grantsOf({ owners }: Policy): Policy['owners'][number]['grants'] {
  return owners.flatMap(({ grants }) => grants);
}

import { findFittingGrants } from './grants.ts';
import { identifyByConnection } from './identifyRequester.ts';
import { hasEnded, isConfirming, type VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import { formatList } from './printableText.ts';
import { renderReason } from './renderReason.ts';

/** A live interface on a gateway of the policy that no current grant justifies. It is reported, never deleted. */
export interface UngrantedInterface {
  readonly id: string;
  readonly connection: string | null;
  readonly gateway: string;
  readonly message: string;
}

export function findUngrantedInterfaces(
  policy: Policy,
  interfaces: readonly VirtualInterface[],
  at: Date,
): UngrantedInterface[] {
  const gateways = new Set(policy.owners.flatMap(({ grants }) => grants.map(({ gateway }) => gateway)));
  return interfaces.flatMap((vif) => {
    const { id, connection, gateway } = vif;
    if (hasEnded(vif) || isConfirming(vif) || gateway === null || !gateways.has(gateway)) return [];
    const message = explainUngranted(policy, vif, gateway, at);
    return message === null ? [] : [{ id, connection, gateway, message }];
  });
}

function explainUngranted(policy: Policy, vif: VirtualInterface, gateway: string, at: Date): string | null {
  const { connection } = vif;
  if (connection === null) return 'the API did not return its connection';
  const identity = identifyByConnection(policy, vif);
  if (identity.kind === 'unknown') return renderReason(identity.reason);
  const { owner } = identity;
  const grants = findFittingGrants(owner, vif, at);
  if (!grants.found) return formatList(grants.reasons.map(renderReason));
  if (grants.fitting.some((grant) => grant.gateway === gateway)) return null;
  return `the policy gives owner \`${owner.name}\` gateway \`${grants.first.gateway}\` for it, not \`${gateway}\``;
}

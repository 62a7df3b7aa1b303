import type { DecisionContext } from './decisionContext.ts';
import { isInterfaceKind, type ServedKind } from './kinds.ts';
import { type Gateway, isForeignGateway, type Recipient, type VirtualInterface } from './model.ts';
import { interfacesOnGateway } from './neighbours.ts';
import { compareByCodePoint } from './printableText.ts';
import { type CheckResult, failedCheck, mergeChecks, NO_FINDINGS, skippedCheck } from './reasons.ts';
import { gatewayKind } from './resourceIds.ts';

/** What was read of the recipient's gateways right before a decision. */
export interface GatewaysSeen {
  readonly gateways: readonly Gateway[];
  /** the kinds of interface that one of them serves; `null`: not read */
  readonly served: ServedKinds | null;
}

/** The kinds of interface that a Direct Connect gateway serves, according to its associations. */
export interface ServedKinds {
  readonly gateway: string;
  /** `null`: a permission to read its associations is missing */
  readonly kinds: readonly ServedKind[] | null;
}

/** The preflight checks of the gateway: it exists, belongs to the recipient, serves the type of the request, and is ready. */
export function checkGateway(
  request: VirtualInterface,
  id: string,
  { gateways, served }: GatewaysSeen,
  recipient: Recipient,
): CheckResult {
  const gateway = gateways.find((listed) => listed.id === id);
  if (gateway === undefined) return failedCheck({ code: 'gateway-missing', parameters: { gateway: id } });
  if (isForeignGateway(gateway, recipient)) {
    const accounts = { gatewayAccount: gateway.ownerAccount ?? '', ownAccount: recipient.account };
    return failedCheck({ code: 'gateway-other-account', parameters: { gateway: id, ...accounts } });
  }
  return mergeChecks([checkServedKinds(request, id, served), checkReady(gateway)]);
}

function checkReady({ id, state, attachedVpcs }: Gateway): CheckResult {
  return mergeChecks([
    state === 'available'
      ? NO_FINDINGS
      : failedCheck({ code: 'gateway-not-available', parameters: { gateway: id, state } }),
    gatewayKind(id) === 'virtual' && attachedVpcs.length === 0
      ? failedCheck({ code: 'gateway-not-attached', parameters: { gateway: id } })
      : NO_FINDINGS,
  ]);
}

/**
 * Checks the associations of a Direct Connect gateway, which serves either private or transit interfaces. One without associations
 * serves either.
 */
function checkServedKinds(
  { type }: VirtualInterface,
  gateway: string,
  served: ServedKinds | null,
): CheckResult {
  if (served?.gateway !== gateway || !isInterfaceKind(type)) return NO_FINDINGS;
  // Accepting does not need this permission: the API itself refuses the wrong type, so an allowed request must not wait for it.
  if (served.kinds === null)
    return skippedCheck({ check: 'gateway-other-type', missing: 'notAllowed', gateway });
  const other = served.kinds.filter(isInterfaceKind).find((kind) => kind !== type);
  if (other !== undefined) {
    const parameters = { gateway, type, cause: 'association', served: other } as const;
    return failedCheck({ code: 'gateway-other-type', parameters });
  }
  return served.kinds.includes('unknown')
    ? skippedCheck({ check: 'gateway-other-type', missing: 'unknownType', gateway })
    : NO_FINDINGS;
}

/** Checks that no interface of another supported type is on a Direct Connect gateway, or is being confirmed for it. */
export function checkTypesOnGateway(
  { id, type }: VirtualInterface,
  gateway: string,
  context: DecisionContext,
): CheckResult {
  if (gatewayKind(gateway) !== 'directConnect' || !isInterfaceKind(type)) return NO_FINDINGS;
  const [other] = interfacesOnGateway(gateway, id, context)
    .flatMap((vif) =>
      isInterfaceKind(vif.type) && vif.type !== type ? [{ id: vif.id, served: vif.type }] : [],
    )
    .sort((a, b) => compareByCodePoint(a.id, b.id));
  if (other === undefined) return NO_FINDINGS;
  const parameters = { gateway, type, cause: 'interface', ...other } as const;
  return failedCheck({ code: 'gateway-other-type', parameters });
}

import type { Deadline } from './deadline.ts';
import { type Decision, decide, withReasons } from './decide.ts';
import type { World } from './decisionContext.ts';
import type { Inspection } from './inspection.ts';
import { type Gateway, isForeign, type Recipient, type VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import { quote } from './printableText.ts';
import type { Reason, ReasonCode } from './reasons.ts';
import { gatewayKind } from './resourceIds.ts';
import { networkSanity, sanityBesideOthers } from './sanity.ts';

/** What the policy decides, with everything that other interfaces have against it: as much as can be said without a call. */
export function decideBesideOthers(
  policy: Policy,
  request: VirtualInterface,
  world: World,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = decide(policy, request, world, deadline, at);
  const gateway = gatewayToInspect(decision);
  if (gateway === null) return decision;
  return withReasons(decision, sanityBesideOthers(request, gateway, policy.recipient, world).reasons);
}

const WITHOUT_GRANT: readonly ReasonCode[] = ['no-grant', 'grant-not-started', 'grant-ended'];

/** Of a request that a grant fits now: what the network has against it is said beside the limits. `null`: nothing to inspect. */
export function gatewayToInspect(decision: Decision): string | null {
  const isGranted =
    decision.verdict === 'accept' || !decision.reasons.some(({ code }) => WITHOUT_GRANT.includes(code));
  return isGranted ? decision.gateway : null;
}

/** The last look before a confirm: the gateway itself, and whether the network would make sense. */
export function inspect(
  request: VirtualInterface,
  gatewayId: string,
  gateways: readonly Gateway[],
  recipient: Recipient,
  world: World,
): Inspection {
  const gateway = gateways.find(({ id }) => id === gatewayId) ?? null;
  const sanity = networkSanity(request, gatewayId, gateway?.asn ?? null, recipient, world);
  return {
    reasons: [...gatewayFitness(gatewayId, gateway, recipient), ...sanity.reasons],
    skipped: sanity.skipped,
  };
}

function gatewayFitness(id: string, gateway: Gateway | null, recipient: Recipient): Reason[] {
  if (gateway === null) {
    return [
      { code: 'gateway-missing', message: `gateway \`${id}\` does not exist in this account and region` },
    ];
  }
  if (isForeign(gateway, recipient)) {
    const message = `gateway \`${id}\` belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\`; name a gateway of your own`;
    return [{ code: 'gateway-missing', message }];
  }
  const reasons: Reason[] = [];
  if (gateway.state !== 'available') {
    const state = gateway.state === null ? 'unknown' : quote(gateway.state);
    reasons.push({
      code: 'gateway-not-available',
      message: `gateway \`${id}\` must be \`available\`, is ${state}`,
    });
  }
  if (gatewayKind(id) === 'virtual' && gateway.attachedVpcs.length === 0) {
    reasons.push({
      code: 'gateway-not-attached',
      message: `gateway \`${id}\` is attached to no VPC; attach it first`,
    });
  }
  return reasons;
}

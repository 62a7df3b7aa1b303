import { gatewayKind } from './ids.ts';
import type { Inspection } from './inspection.ts';
import { type Gateway, isForeign, type Recipient, type VirtualInterface } from './model.ts';
import type { Reason } from './reasons.ts';
import { networkSanity } from './sanity.ts';
import { quote } from './text.ts';
import type { World } from './world.ts';

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

import { gatewayKind, isVirtualInterfaceId } from './ids.ts';
import type { Recipient, VirtualInterface } from './model.ts';

/**
 * The AWS CLI command by which a person could accept a held request.
 * @param gateway what the policy would give it; without one the command says where to put it
 * @param endpoint `null`: the provider's own
 */
export function acceptByHand(
  vif: VirtualInterface,
  gateway: string | null,
  { region }: Recipient,
  endpoint: string | null,
): string {
  const where = whereTo(region, endpoint);
  const id = `--virtual-interface-id ${shellWord(vif.id)}`;
  switch (vif.type) {
    case 'public':
      return `aws directconnect confirm-public-virtual-interface ${id} ${where}`;
    case 'transit':
      return `aws directconnect confirm-transit-virtual-interface ${id} ${gatewayOption(gateway, 'directConnect')} ${where}`;
    default: {
      const kind = gateway === null ? null : gatewayKind(gateway);
      const option = gatewayOption(gateway, kind ?? 'virtual');
      return `aws directconnect confirm-private-virtual-interface ${id} ${option} ${where}`;
    }
  }
}

/** The end of a command. @param endpoint `null`: where the AWS CLI finds it by itself */
export function whereTo(region: string, endpoint: string | null): string {
  return `--region ${region}${endpoint === null ? '' : ` --endpoint-url ${endpoint}`}`;
}

function gatewayOption(gateway: string | null, kind: 'virtual' | 'directConnect'): string {
  const option = kind === 'virtual' ? '--virtual-gateway-id' : '--direct-connect-gateway-id';
  const fits = gateway !== null && gatewayKind(gateway) === kind;
  return `${option} ${fits ? gateway : kind === 'virtual' ? 'VGW_ID' : 'DIRECT_CONNECT_GATEWAY_ID'}`;
}

/** IDs come from the API: what is not plainly one must become neither a command nor an option. */
function shellWord(id: string): string {
  return isVirtualInterfaceId(id) ? id : 'VIRTUAL_INTERFACE_ID';
}

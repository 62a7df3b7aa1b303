import { gatewayKind, isName } from '../lambda/core/ids.ts';
import { quote } from '../lambda/core/text.ts';
import type { Complaint } from './fault.ts';
import { judgedText } from './leaf.ts';

const ID_PREFIX = /^(vgw|dxcon|dxlag|dxvif|dxgw)-/;

/** Whether a text could be taken for an ID, so that it must not be a name. */
export function looksLikeId(text: string): boolean {
  return ID_PREFIX.test(text) || gatewayKind(text) !== null;
}

const WRITE_ID =
  'write it as the provider shows it: `vgw-` and 8 or 17 hexadecimal digits or, on AWS, the UUID of a Direct Connect gateway';

export const gatewayId = judgedText(
  'ID of a virtual private gateway (`vgw-…`) or, on AWS, of a Direct Connect gateway (a UUID).',
  (value) => (gatewayKind(value) === null ? noGateway('gateway-id', value, WRITE_ID) : null),
);

export const gatewayReference = judgedText(
  'The gateway that is given: a name from `gateways`, or an ID.',
  (value) => {
    if (gatewayKind(value) !== null || (isName(value) && !looksLikeId(value))) return null;
    return noGateway('gateway-reference', value, `write a name from \`gateways\`, or an ID; ${WRITE_ID}`);
  },
);

function noGateway(code: 'gateway-id' | 'gateway-reference', value: string, mend: string): Complaint {
  const what = code === 'gateway-id' ? 'gateway ID' : 'gateway ID and no gateway name';
  const lower = value.toLowerCase().trim();
  return {
    code,
    message: `${quote(value)} is no ${what}`,
    mend: lower !== value && gatewayKind(lower) !== null ? `write \`${lower}\`` : mend,
  };
}

import { quote } from '../core/printableText.ts';
import {
  CONNECTION,
  DIRECT_CONNECT_GATEWAY,
  gatewayKind,
  isConnectionId,
  isName,
  NAME,
  VIRTUAL_GATEWAY,
} from '../core/resourceIds.ts';
import type { Problem } from './diagnostic.ts';
import { checkedText, nonEmptyList, patternHint, type SchemaHints } from './scalarSchemas.ts';

const WRITE_CONNECTION_ID =
  'write it as the provider shows it: `dxcon-` or `dxlag-`, then lower-case letters and digits';

export const connectionId = checkedText(
  'ID of a connection (`dxcon-…`) or of a link aggregation group (`dxlag-…`).',
  (value) =>
    isConnectionId(value)
      ? null
      : {
          code: 'connection-id',
          message: `${quote(value)} is not a connection ID`,
          fix: isConnectionId(value.toLowerCase().trim())
            ? `write \`${value.toLowerCase().trim()}\``
            : WRITE_CONNECTION_ID,
        },
  patternHint(CONNECTION.source, WRITE_CONNECTION_ID),
);

/** A list of connections. A rule checks that each occurs once. */
export function connectionList(description: string) {
  return nonEmptyList(connectionId, description, { uniqueItems: true });
}

/** The form of names of owners, grants, gateways and targets, for messages. */
export const NAME_RULE = 'a lower-case letter, then at most 62 lower-case letters, digits and hyphens';

export const NAME_HINTS: SchemaHints = patternHint(NAME.source, `write a name: ${NAME_RULE}`);

const ID_PREFIX = /^(vgw|dxcon|dxlag|dxvif|dxgw)-/;

/** Whether a text looks like an ID, and so must not be a name. */
export function looksLikeId(text: string): boolean {
  return ID_PREFIX.test(text) || gatewayKind(text) !== null;
}

const WRITE_ID =
  'write it as the provider shows it: `vgw-` and 8 or 17 hexadecimal digits or, on AWS, the UUID of a Direct Connect gateway';

const ID = `${VIRTUAL_GATEWAY.source}|${DIRECT_CONNECT_GATEWAY.source}`;
const WRITE_REFERENCE = `write a name from \`gateways\`, or an ID; ${WRITE_ID}`;

/** A name that does not look like an ID. */
export const GATEWAY_NAME_HINTS: SchemaHints = {
  ...NAME_HINTS,
  not: { pattern: `${ID_PREFIX.source}|${DIRECT_CONNECT_GATEWAY.source}` },
};

export const gatewayId = checkedText(
  'ID of a virtual private gateway (`vgw-…`) or, on AWS, of a Direct Connect gateway (a UUID).',
  (value) => (gatewayKind(value) === null ? describeInvalidGateway('gateway-id', value, WRITE_ID) : null),
  patternHint(ID, WRITE_ID),
);

export const gatewayReference = checkedText(
  'The gateway to attach to: a name from `gateways`, or an ID.',
  (value) => {
    if (gatewayKind(value) !== null || (isName(value) && !looksLikeId(value))) return null;
    return describeInvalidGateway('gateway-reference', value, WRITE_REFERENCE);
  },
  { anyOf: [patternHint(ID, WRITE_REFERENCE), GATEWAY_NAME_HINTS] },
);

function describeInvalidGateway(
  code: 'gateway-id' | 'gateway-reference',
  value: string,
  fix: string,
): Problem {
  const what = code === 'gateway-id' ? 'a gateway ID' : 'a gateway ID or the name of a gateway';
  const lower = value.toLowerCase().trim();
  return {
    code,
    message: `${quote(value)} is not ${what}`,
    fix: lower !== value && gatewayKind(lower) !== null ? `write \`${lower}\`` : fix,
  };
}

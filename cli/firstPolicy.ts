import { stringify } from 'yaml';
import { gatewayKind, isConnectionId } from '../lambda/core/ids.ts';
import {
  type Gateway,
  isConfirming,
  isOver,
  type Recipient,
  type VirtualInterface,
} from '../lambda/core/model.ts';
import { byCodePoint, escapeText } from '../lambda/core/text.ts';

/** What an account shows, as far as a first policy goes. */
export interface Shown {
  readonly recipient: Recipient;
  readonly interfaces: readonly VirtualInterface[];
  readonly gateways: readonly Gateway[];
}

/**
 * A first policy as YAML: an owner for each foreign connection, all on one gateway, and frozen, so that it accepts
 * nothing before somebody has edited it.
 * @param schema a comment by which editors find the JSON schema, if there is one that will hold
 */
export function firstPolicy(shown: Shown, schema: string | null): string {
  const owners = ownersOf(shown);
  const document = {
    version: 1,
    recipient: { ...shown.recipient },
    freeze: true,
    owners: Object.fromEntries(
      owners.map(({ connection, gateway }, i) => [`owner-${i + 1}`, { connections: [connection], gateway }]),
    ),
  };
  return [
    ...(schema === null ? [] : [schema]),
    '# A first policy from what the account shows. It is frozen: it accepts nothing.',
    '#',
    '# 1. Find out for each connection, by another way than this request, who owns it. Names, VLANs and addresses are the',
    "#    requester's own words and prove nothing.",
    '# 2. Give the owners their names, take away those that may not ask, and check each gateway.',
    '# 3. Narrow: `grants` with `match` (see examples/), `limit`.',
    '# 4. `policy check`, `plan`, then take `freeze` away.',
    '#',
    ...facts(shown).map((line) => `# ${line}`),
    '',
    ...(owners.length > 0 ? [] : [NO_OWNERS]),
    withHint(stringify(document), shown.recipient.provider),
  ].join('\n');
}

/** What a deployment needs and the command line does not: how the function signs in. */
const HINTS = {
  outscale: '# to deploy it: credentials: { secret: NAME }, a secret of AWS Secrets Manager (docs/deploy.md)',
  aws: '# to deploy it in another account: credentials: { role: ARN, externalId: TEXT } (docs/deploy.md)',
} as const;

function withHint(yaml: string, provider: keyof typeof HINTS): string {
  return yaml.replace(/^(recipient:\n(?: {2}.*\n)+)/m, `$1  ${HINTS[provider]}\n`);
}

const NO_OWNERS = `# Nothing to begin from: no foreign connection, or no gateway. Write at least one owner, such as
#
#   owners:
#     acme:
#       connections: [dxcon-1a2b3c4d]
#       gateway: vgw-87654321
`;

/** An owner for each connection that interfaces are offered on, with the gateway that its interfaces use already. */
function ownersOf({ interfaces, gateways }: Shown): { connection: string; gateway: string }[] {
  const usable = gateways
    .filter(({ id }) => gatewayKind(id) !== null)
    .sort((a, b) => Number(isUsable(b)) - Number(isUsable(a)) || byCodePoint(a.id, b.id));
  const first = usable[0];
  if (first === undefined) return [];
  const live = interfaces.filter((vif) => !isOver(vif) && vif.type === 'private');
  const connections = new Set(
    live
      .map(({ connection }) => connection)
      .filter((id) => id !== null)
      .filter(isConnectionId),
  );
  return [...connections].sort().map((connection) => {
    const used = live.find(
      (vif) => vif.connection === connection && usable.some(({ id }) => id === vif.gateway),
    );
    return { connection, gateway: used?.gateway ?? first.id };
  });
}

function isUsable({ state, kind, attachedVpcs }: Gateway): boolean {
  return state === 'available' && (kind === 'directConnect' || attachedVpcs.length > 0);
}

/** What stands there, for whoever edits: as comments, made safe. */
function facts({ interfaces, gateways }: Shown): string[] {
  const pending = interfaces.filter(isConfirming).map(({ id, connection, vlan, name, location }) => {
    const words = [id, connection, location, vlan === null ? null : `VLAN ${vlan}`, name].map((word) =>
      escapeText(word ?? '-'),
    );
    return `  ${words.join('  ')}`;
  });
  const found = gateways.map(
    ({ id, kind, state, attachedVpcs }) =>
      `  ${escapeText(id)}  ${escapeText(state ?? '-')}  ${kind === 'directConnect' ? 'Direct Connect gateway' : attachedVpcs.map(escapeText).join(' ') || 'no VPC'}`,
  );
  return [
    'Pending now (request, connection, location, VLAN, name):',
    ...none(pending),
    'Gateways:',
    ...none(found),
  ];
}

function none(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none'];
}

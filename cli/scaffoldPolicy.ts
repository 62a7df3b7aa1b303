import { stringify } from 'yaml';
import { type InterfaceKind, KINDS } from '../core/kinds.ts';
import {
  type Gateway,
  hasEnded,
  isConfirming,
  type Recipient,
  type VirtualInterface,
} from '../core/model.ts';
import { compareByCodePoint, escapeText } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { gatewayKind, isConnectionId, isVirtualInterfaceId } from '../core/resourceIds.ts';

/** What an account contains, as far as a first policy needs it. */
export interface AccountContents {
  readonly recipient: Recipient;
  readonly interfaces: readonly VirtualInterface[];
  readonly gateways: readonly Gateway[];
}

/**
 * Writes a first policy as YAML. It is frozen, and its owners, one for each foreign connection, are comments: it accepts nothing,
 * frozen or not, before a person has verified an owner and edited the file.
 * @param schema a comment that names the JSON schema for editors; `null`: none
 */
export function scaffoldPolicy(contents: AccountContents, schema: string | null): string {
  const document = { version: 1, recipient: { ...contents.recipient }, freeze: true };
  return [
    ...(schema === null ? [] : [schema]),
    '# A first policy, generated from the account. It accepts nothing: it is frozen, and its owners are comments.',
    '#',
    '# 1. Verify out of band who owns each connection, using a contact that you had before the request. The requester chooses',
    '#    names, VLANs and addresses: they prove nothing.',
    '# 2. For each owner that you have verified: remove the first `#` of its lines, name it, and check its gateways. The draft treats',
    "#    its connection as shared, as a carrier's is, and allows only the interfaces whose IDs it lists. If this party alone can offer",
    '#    on the connection, list it under `connections`. Ask the carrier; in doubt, keep `sharedConnections`.',
    '# 3. Restrict what it may request: `grants` with `match` (see examples/), `limit`.',
    '# 4. Run `policy check`, then `plan`, which shows what would be accepted without the freeze; then remove `freeze: true`.',
    '#',
    ...describeContents(contents).map((line) => `# ${line}`),
    '',
    `${withCredentialsHint(stringify(document), contents.recipient.provider)}owners:`,
    ...draftOwners(contents),
    '',
  ].join('\n');
}

/**
 * Drafts owners as comments: without one `#` in each line they are YAML below `owners`. They contain nothing that a requester chose.
 * Only a person can know whether the owner has its connection for itself, so the draft is the safe one, and the other is a comment in it.
 */
export function draftOwners(contents: AccountContents): string[] {
  const owners = suggestOwners(contents);
  if (owners.length === 0) return NO_OWNERS;
  return owners.flatMap(({ connection, grants }, i) => [
    ...commentOut('  ', {
      [`owner-${i + 1}`]: {
        sharedConnections: [connection],
        grants: Object.fromEntries(
          grants.map(({ ids, ...grant }) => [grant.type, draftGrant(grant, { id: ids })]),
        ),
      },
    }),
    `##   Only if this party alone can offer on ${connection} (ask the carrier), instead of the lines below the name:`,
    ...commentOut('    ', {
      connections: [connection],
      grants: Object.fromEntries(grants.map((grant) => [grant.type, draftGrant(grant, null)])),
    }).map((line) => `#${line}`),
  ]);
}

function draftGrant(
  { type, gateway }: Pick<SuggestedGrant, 'type' | 'gateway'>,
  match: object | null,
): object {
  return {
    ...(type === 'private' ? {} : { type }),
    gateway,
    ...(match === null ? {} : { match }),
  };
}

/** YAML as comments, indented. */
function commentOut(indent: string, draft: object): string[] {
  return stringify(draft)
    .trimEnd()
    .split('\n')
    .map((line) => `#${indent}${line}`);
}

/** What a deployed function needs and the command line does not: how it obtains credentials. */
const CREDENTIALS_HINTS = {
  outscale: '# to deploy it: credentials: { secret: NAME }, a secret of AWS Secrets Manager (docs/deploy.md)',
  aws: '# to deploy it in another account: credentials: { role: ARN, externalId: TEXT } (docs/deploy.md)',
} as const;

function withCredentialsHint(yaml: string, provider: keyof typeof CREDENTIALS_HINTS): string {
  return yaml.replace(/^(recipient:\n(?: {2}.*\n)+)/m, `$1  ${CREDENTIALS_HINTS[provider]}\n`);
}

const NO_OWNERS = [
  '# The account has no foreign connection, or no gateway. Write at least one owner, such as',
  '#  acme:',
  '#    connections: [dxcon-1a2b3c4d]',
  '#    gateway: vgw-87654321',
];

/** A grant for the interfaces of one type on a connection. */
interface SuggestedGrant {
  readonly type: InterfaceKind;
  readonly gateway: string;
  /** the IDs of these interfaces */
  readonly ids: readonly string[];
}

interface SuggestedOwner {
  readonly connection: string;
  /** never empty */
  readonly grants: readonly SuggestedGrant[];
}

/** Drafts an owner for each connection on which interfaces are offered. The provider sets its ID. */
function suggestOwners({ recipient, interfaces, gateways }: AccountContents): SuggestedOwner[] {
  const live = interfaces.filter((vif) => !hasEnded(vif) && isVirtualInterfaceId(vif.id));
  const ids = live.map(({ connection }) => connection).filter((id) => id !== null);
  const connections = [...new Set(ids.filter(isConnectionId))].sort();
  const kinds = [...PROVIDER_TRAITS[recipient.provider].kinds];
  return connections.flatMap((connection) => {
    const grants = kinds.flatMap((kind) => suggestGrant(kind, connection, live, gateways));
    return grants.length === 0 ? [] : [{ connection, grants }];
  });
}

/**
 * The grant for the interfaces of one type on a connection. Its gateway is one that they already use, or the first one for that type
 * that no interface of another type uses.
 */
function suggestGrant(
  type: InterfaceKind,
  connection: string,
  live: readonly VirtualInterface[],
  gateways: readonly Gateway[],
): SuggestedGrant[] {
  const offered = live.filter((vif) => vif.connection === connection && vif.type === type);
  const taken = new Set(live.filter((vif) => vif.type !== type).map(({ gateway }) => gateway));
  const kinds = [...KINDS[type].gatewayKinds];
  const usable = gateways
    .filter(({ id, kind }) => gatewayKind(id) !== null && kinds.includes(kind) && !taken.has(id))
    .sort(
      (a, b) =>
        Number(isUsable(b)) - Number(isUsable(a)) ||
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
        compareByCodePoint(a.id, b.id),
    );
  const used = offered.find(({ gateway }) => usable.some(({ id }) => id === gateway))?.gateway;
  const gateway = used ?? usable[0]?.id;
  if (offered.length === 0 || gateway === undefined) return [];
  return [{ type, gateway, ids: offered.map(({ id }) => id).sort() }];
}

function isUsable({ state, kind, attachedVpcs }: Gateway): boolean {
  return state === 'available' && (kind === 'directConnect' || attachedVpcs.length > 0);
}

/** Lists pending requests and gateways for the person who edits the file. They become comments, escaped. */
export function describeContents({ interfaces, gateways }: AccountContents): string[] {
  const pending = interfaces.filter(isConfirming).map(({ id, type, connection, vlan, name, location }) => {
    const words = [
      id,
      ...typeUnlessPrivate(type),
      connection,
      location,
      vlan === null ? null : `VLAN ${vlan}`,
      name,
    ].map((word) => escapeText(word ?? '-'));
    return `  ${words.join('  ')}`;
  });
  const found = gateways.map(
    ({ id, kind, state, attachedVpcs }) =>
      `  ${escapeText(id)}  ${escapeText(state ?? '-')}  ${kind === 'directConnect' ? 'Direct Connect gateway' : attachedVpcs.map(escapeText).join(' ') || 'no VPC'}`,
  );
  return [
    'Pending now (request, connection, location, VLAN, name):',
    ...orNone(pending),
    'Gateways:',
    ...orNone(found),
  ];
}

function typeUnlessPrivate(type: string | null): string[] {
  return type === 'private' ? [] : [type ?? 'unknown type'];
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none'];
}

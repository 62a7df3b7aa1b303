import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import {
  type Gateway,
  hasEnded,
  isConfirming,
  type Recipient,
  type VirtualInterface,
} from '../core/model.ts';
import { compareByCodePoint, escapeText } from '../core/printableText.ts';
import { gatewayKind, isConnectionId } from '../core/resourceIds.ts';
import { FROM_CHECKOUT } from '../language/invocation.ts';

/** Of the checkout, or of the installed package, whose JavaScript lies one folder deeper. */
const PACKAGE = join(import.meta.dirname, FROM_CHECKOUT ? '..' : '../..');

/**
 * The comment by which an editor finds the JSON schema of a policy in `file`; `null` where it would lead nowhere for others: a
 * path out of the project holds on this machine only.
 * @param file in a folder that exists
 */
export function schemaComment(file: string, home = PACKAGE): string | null {
  const schema = join(home, 'docs', 'policy.schema.json');
  if (!existsSync(schema)) return null;
  const folder = realpathSync(dirname(file));
  const path = relative(folder, realpathSync(schema)).split(sep);
  const project = realpathSync(projectOf(home));
  // Whoever has the project has both.
  if (folder !== project && !folder.startsWith(project + sep)) return null;
  // The language server takes the path to end at a space.
  return path.some((part) => /\s/.test(part)) ? null : `# yaml-language-server: $schema=${path.join('/')}`;
}

/** The project that the package is installed in, or the checkout itself. */
function projectOf(home: string): string {
  const [project = home] = home.split(`${sep}node_modules${sep}`);
  return project;
}

/** What an account shows, as far as a first policy goes. */
export interface AccountContents {
  readonly recipient: Recipient;
  readonly interfaces: readonly VirtualInterface[];
  readonly gateways: readonly Gateway[];
}

/**
 * A first policy as YAML: frozen, and with an owner drafted as a comment for each foreign connection, so that it accepts
 * nothing, frozen or not, before somebody has verified an owner and edited it.
 * @param schema a comment by which editors find the JSON schema, if there is one that will hold
 */
export function scaffoldPolicy(shown: AccountContents, schema: string | null): string {
  const document = { version: 1, recipient: { ...shown.recipient }, freeze: true };
  return [
    ...(schema === null ? [] : [schema]),
    '# A first policy from what the account shows. It accepts nothing: it is frozen, and its owners are comments.',
    '#',
    '# 1. Verify out of band who owns each connection: ask over a contact that was known before the request. Names, VLANs',
    "#    and addresses are the requester's own words and prove nothing.",
    '# 2. For each owner that you have verified: remove the `#` before its lines, give it its name, check its gateway.',
    '# 3. Narrow what it may have: `grants` with `match` (see examples/), `limit`.',
    '# 4. `policy check`, then `plan`, which says what would be accepted without the freeze; then remove `freeze: true`.',
    '#',
    ...facts(shown).map((line) => `# ${line}`),
    '',
    `${withHint(stringify(document), shown.recipient.provider)}owners:`,
    ...draftsOf(shown),
    '',
  ].join('\n');
}

/** Owners as comments: without the `#` they are YAML below `owners`. What a requester chose is in none of them. */
function draftsOf(shown: AccountContents): string[] {
  const owners = ownersOf(shown);
  if (owners.length === 0) return NO_OWNERS;
  const drafts = owners.map(({ connection, gateway }, i) => ({
    [`owner-${i + 1}`]: { connections: [connection], gateway },
  }));
  return drafts.flatMap((draft) =>
    stringify(draft)
      .trimEnd()
      .split('\n')
      .map((line) => `#  ${line}`),
  );
}

/** What a deployment needs and the command line does not: how the function signs in. */
const HINTS = {
  outscale: '# to deploy it: credentials: { secret: NAME }, a secret of AWS Secrets Manager (docs/deploy.md)',
  aws: '# to deploy it in another account: credentials: { role: ARN, externalId: TEXT } (docs/deploy.md)',
} as const;

function withHint(yaml: string, provider: keyof typeof HINTS): string {
  return yaml.replace(/^(recipient:\n(?: {2}.*\n)+)/m, `$1  ${HINTS[provider]}\n`);
}

const NO_OWNERS = [
  '# The account shows no foreign connection, or no gateway. Write at least one owner, such as',
  '#  acme:',
  '#    connections: [dxcon-1a2b3c4d]',
  '#    gateway: vgw-87654321',
];

/** An owner for each connection that interfaces are offered on, by its ID, which the platform sets, with the gateway that its interfaces use already. */
function ownersOf({ interfaces, gateways }: AccountContents): { connection: string; gateway: string }[] {
  const usable = gateways
    .filter(({ id }) => gatewayKind(id) !== null)
    .sort((a, b) => Number(isUsable(b)) - Number(isUsable(a)) || compareByCodePoint(a.id, b.id));
  const first = usable[0];
  if (first === undefined) return [];
  const live = interfaces.filter((vif) => !hasEnded(vif) && vif.type === 'private');
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
function facts({ interfaces, gateways }: AccountContents): string[] {
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

import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import { connect, REQUEST_TIMEOUT_MS } from '../../adapters/connectApis.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../adapters/fileSystem.ts';
import {
  type Gateway,
  hasEnded,
  isConfirming,
  isForeignGateway,
  PROVIDERS,
  type Provider,
  type Recipient,
  type VirtualInterface,
} from '../../core/model.ts';
import { compareByCodePoint, escapeText } from '../../core/printableText.ts';
import { PROVIDER_CHOICES, PROVIDER_TRAITS } from '../../core/providers.ts';
import { ACCOUNT, gatewayKind, isConnectionId } from '../../core/resourceIds.ts';
import { FROM_CHECKOUT } from '../../language/commandText.ts';
import { type ConnectOptions, readEndpoints } from '../connectTarget.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { personalCredentials } from '../personalCredentials.ts';

export interface InitOptions extends ConnectOptions {
  readonly provider: string;
  readonly region: string;
  readonly account?: string;
  readonly output?: string;
}

/** `policy init`: writes a first policy from what the account contains. Never overwrites a file. */
export async function policyInit(options: InitOptions): Promise<ExitCode> {
  const provider = PROVIDERS.find((candidate) => candidate === options.provider);
  if (provider === undefined)
    throw new UsageError(`--provider must be ${PROVIDER_CHOICES}, got \`${options.provider}\``);
  const contents = await readAccount(provider, options);
  // The destination of standard output is not known, so neither is the path to the schema.
  if (options.output === undefined) process.stdout.write(scaffoldPolicy(contents, null));
  else await writeNewFile(options.output, (path) => scaffoldPolicy(contents, schemaComment(path)));
  return EXIT.done;
}

/** Reads what a first policy needs from the account. */
async function readAccount(provider: Provider, options: InitOptions): Promise<AccountContents> {
  const { region, account: given } = options;
  if (given !== undefined && !ACCOUNT.test(given))
    throw new UsageError(`--account must be 12 digits, got \`${given}\``);
  const credentials = personalCredentials(provider, options.profile ?? null, process.env);
  const location = { provider, region };
  // A first policy names no agreed keys.
  const endpoints = readEndpoints(options, location);
  const connected = connect(location, credentials, endpoints, REQUEST_TIMEOUT_MS, new Set());
  try {
    const account = (await connected.caller.account()) ?? given;
    if (account === undefined)
      throw new UsageError(
        `--account is required for ${provider}, whose API does not return it: give the 12 digits of the recipient account`,
      );
    if (given !== undefined && given !== account) {
      throw new UsageError(
        `--account is \`${given}\`, but the credentials belong to \`${account}\`; use those of the recipient`,
      );
    }
    const interfaces = await connected.directConnect.list();
    const listed = await connected.gateways.list(PROVIDER_TRAITS[provider].gatewayKinds);
    const gateways = listed.filter((gateway) => !isForeignGateway(gateway, { provider, region, account }));
    return { recipient: { provider, region, account }, interfaces, gateways };
  } finally {
    connected.close();
  }
}

async function writeNewFile(path: string, text: (path: string) => string): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (cause) {
    throw new UsageError(`\`${path}\` cannot be written ${describeFileError(cause)}`, { cause });
  }
  try {
    await writeFile(path, text(path), { flag: 'wx' });
  } catch (cause) {
    throw new UsageError(
      readErrorCode(cause) === 'EEXIST'
        ? `\`${path}\` exists already; name another file`
        : `\`${path}\` cannot be written ${describeFileError(cause)}`,
      { cause },
    );
  }
  process.stderr.write(
    `wrote ${path}: it accepts nothing yet, because it is frozen and its owners are comments; follow the steps at its top, then run \`policy check\`\n`,
  );
}

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
    '# 2. For each owner that you have verified: remove the `#` before its lines, name it, and check its gateway.',
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

/** Root of the checkout, or of the installed package, whose JavaScript is one folder deeper. */
const PACKAGE = join(import.meta.dirname, FROM_CHECKOUT ? '../..' : '../../..');

/**
 * The comment by which an editor finds the JSON schema of a policy in `file`; `null` when it would be wrong on other machines: a
 * path out of the project is valid only here.
 * @param file in a folder that exists
 */
export function schemaComment(file: string, home = PACKAGE): string | null {
  const schema = join(home, 'docs', 'policy.schema.json');
  if (!existsSync(schema)) return null;
  const folder = realpathSync(dirname(file));
  const path = relative(folder, realpathSync(schema)).split(sep);
  const project = realpathSync(findProject(home));
  // Inside of the project, the path is the same on every machine.
  if (folder !== project && !folder.startsWith(project + sep)) return null;
  // The language server ends the path at a space.
  return path.some((part) => /\s/.test(part)) ? null : `# yaml-language-server: $schema=${path.join('/')}`;
}

/** The project that the package is installed in, or the checkout itself. */
function findProject(home: string): string {
  const [project = home] = home.split(`${sep}node_modules${sep}`);
  return project;
}

/** Drafts owners as comments: without the `#` they are YAML below `owners`. They contain nothing that a requester chose. */
function draftOwners(contents: AccountContents): string[] {
  const owners = suggestOwners(contents);
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

/** Drafts an owner for each connection on which interfaces are offered. The provider sets its ID. The gateway is one that its interfaces already use. */
function suggestOwners({ interfaces, gateways }: AccountContents): { connection: string; gateway: string }[] {
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

/** Lists pending requests and gateways for the person who edits the file. They become comments, escaped. */
function describeContents({ interfaces, gateways }: AccountContents): string[] {
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
    ...orNone(pending),
    'Gateways:',
    ...orNone(found),
  ];
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none'];
}

import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { connect, REQUEST_TIMEOUT_MS } from '../../adapters/connectApis.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../adapters/fileSystem.ts';
import { isForeignGateway, PROVIDERS, type Provider } from '../../core/model.ts';
import { PROVIDER_CHOICES, PROVIDER_TRAITS } from '../../core/providers.ts';
import { ACCOUNT } from '../../core/resourceIds.ts';
import { FROM_CHECKOUT } from '../../language/commandText.ts';
import { type ConnectOptions, readEndpoints } from '../connectTarget.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { personalCredentials } from '../personalCredentials.ts';
import { type AccountContents, scaffoldPolicy } from '../scaffoldPolicy.ts';

interface AccountOptions extends ConnectOptions {
  readonly account?: string;
}

export interface InitOptions extends AccountOptions {
  readonly provider: string;
  readonly region: string;
  readonly output?: string;
}

/** `policy init`: writes a first policy from what the account contains. Never overwrites a file. */
export async function policyInit(options: InitOptions): Promise<ExitCode> {
  const provider = PROVIDERS.find((candidate) => candidate === options.provider);
  if (provider === undefined)
    throw new UsageError(`--provider must be ${PROVIDER_CHOICES}, got \`${options.provider}\``);
  const contents = await readAccount(provider, options.region, options);
  // The destination of standard output is not known, so neither is the path to the schema.
  if (options.output === undefined) process.stdout.write(scaffoldPolicy(contents, null));
  else await writeNewFile(options.output, (path) => scaffoldPolicy(contents, schemaComment(path)));
  return EXIT.done;
}

/** Reads what a first policy needs from the account. */
export async function readAccount(
  provider: Provider,
  region: string,
  options: AccountOptions,
): Promise<AccountContents> {
  const { account: given } = options;
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

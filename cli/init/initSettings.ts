import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { formatList, quoteTrusted } from '../../core/printableText.ts';
import { PROVIDER_CHOICES, PROVIDER_TRAITS } from '../../core/providers.ts';
import { ACCOUNT, NAME } from '../../core/resourceIds.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { UsageError } from '../options.ts';

/** The options of `init`, as typed. */
export interface InitRepositoryOptions extends ConnectOptions {
  readonly provider?: string;
  readonly region?: string;
  readonly account?: string;
  readonly notify?: string;
  readonly target?: string;
  readonly secret?: string;
  readonly role?: string;
  readonly externalId?: string;
  readonly codeowners?: string;
  readonly package?: string;
  readonly fromAccount?: boolean;
  /** `false`: `--no-lock` */
  readonly lock: boolean;
}

/**
 * What a policy repository is made from. Each text has only characters that mean nothing in YAML, JSON, JavaScript, Markdown and
 * shells, when it is in quotes.
 */
export interface InitSettings {
  /** of the npm package */
  readonly name: string;
  readonly provider: Provider;
  readonly region: string;
  readonly account: string;
  readonly target: string;
  /** how the function obtains credentials; `null`: by its own role */
  readonly credentials: Readonly<Record<string, string>> | null;
  /** an e-mail address, the ARN of a topic, or `nobody` */
  readonly notify: string;
  readonly codeowners: readonly string[];
  /** `null`: the version of this program */
  readonly package: PackageSource | null;
}

/** What is installed as `vif-acceptor`. */
export type PackageSource = { readonly version: string } | { readonly tarball: string };

/** Owners in CODEOWNERS until the user names the team. GitHub reports an unknown owner as an error of the file. */
export const UNKNOWN_OWNERS = ['@ORGANISATION/NETWORK-TEAM'];

const DEFAULT_SECRET = 'vif-acceptor/outscale';

/** A hyphen is required, as every region has one: without it, YAML could read a text such as `on` or `1` as another type. */
const REGION = /^[a-z]+(-[a-z0-9]+)+$/;
const SECRET = /^(arn:[\w-]+:secretsmanager:[\w-]+:[0-9]{12}:secret:)?[\w/+=.@-]+$/;
const ROLE = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const EMAIL = /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/;
const TOPIC = /^arn:[\w-]+:sns:[\w-]+:[0-9]{12}:[\w-]+$/;
const CODEOWNER = /^@[\w-]+(\/[\w.-]+)?$/;
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const TARBALL = /^[\w.-]+\.tgz$/;

/** Settings whose account may be `null`: that of the credentials, which `--from-account` finds. */
export type TypedSettings = Omit<InitSettings, 'account'> & { readonly account: string | null };

/** @throws UsageError with all problems */
export function readInitSettings(folder: string, options: InitRepositoryOptions): TypedSettings {
  refuseMissing(options);
  const problems: string[] = [];
  const check = (flag: string, value: string, pattern: RegExp, expected: string): string => {
    if (!pattern.test(value)) problems.push(`${flag} must be ${expected}, got ${quoteTrusted(value)}`);
    return value;
  };
  const provider = readProvider(options.provider, problems);
  const region = check('--region', options.region ?? '', REGION, 'a region, such as `eu-west-2`');
  const { account, target = `${provider}-${region}` } = options;
  const settings: TypedSettings = {
    name: packageName(folder),
    provider,
    region,
    account:
      account === undefined ? null : check('--account', account, ACCOUNT, 'the 12 digits of the recipient'),
    target: check('--target', target, NAME, 'lower-case letters, digits and hyphens, a letter first'),
    credentials: readCredentials(provider, options, check, problems),
    notify: readNotify(options.notify ?? '', problems),
    codeowners: readCodeowners(options.codeowners, check),
    package: readPackage(options.package, problems),
  };
  if (problems.length > 0) throw new UsageError(`${problems.join('\n')}\n${EXAMPLE}`);
  return settings;
}

/** Names the options that nothing can replace. The account can be found on a provider that returns it. */
function refuseMissing({ fromAccount = false, ...options }: InitRepositoryOptions): void {
  const provider = PROVIDERS.find((candidate) => candidate === options.provider);
  const isFound =
    fromAccount && provider !== undefined && PROVIDER_TRAITS[provider].identityEndpoint !== null;
  const missing = (['provider', 'region', 'account', 'notify'] as const).filter(
    (name) => options[name] === undefined && !(name === 'account' && isFound),
  );
  if (missing.length === 0) return;
  throw new UsageError(`${formatList(missing.map((name) => `--${name}`))} must be given\n${EXAMPLE}`);
}

const EXAMPLE =
  'for example: vif-acceptor init network-policy --provider outscale --region eu-west-2 --account 012345678901 --notify noc@example.com';

type Check = (flag: string, value: string, pattern: RegExp, expected: string) => string;

function readProvider(written: string | undefined, problems: string[]): Provider {
  const provider = PROVIDERS.find((candidate) => candidate === written);
  if (provider !== undefined) return provider;
  problems.push(`--provider must be ${PROVIDER_CHOICES}, got ${quoteTrusted(written ?? '')}`);
  return PROVIDERS[0];
}

/** An OUTSCALE target needs a secret. An AWS target needs a role only if the stack is in another account. */
function readCredentials(
  provider: Provider,
  { secret, role, externalId }: InitRepositoryOptions,
  check: Check,
  problems: string[],
): InitSettings['credentials'] {
  const { credentials, title } = PROVIDER_TRAITS[provider];
  const foreign = credentials === 'secret' ? { role, 'external-id': externalId } : { secret };
  for (const [flag, value] of Object.entries(foreign))
    if (value !== undefined) problems.push(`--${flag} does not exist for ${title}; remove it`);
  if (credentials === 'secret')
    return {
      secret: check('--secret', secret ?? DEFAULT_SECRET, SECRET, 'the name or the ARN of one secret'),
    };
  if (role === undefined) {
    if (externalId !== undefined) problems.push('--external-id needs --role; add the ARN of the role');
    return null;
  }
  check('--role', role, ROLE, 'the ARN of one role, such as `arn:aws:iam::012345678901:role/vif-acceptor`');
  if (externalId === undefined) return { role };
  check('--external-id', externalId, EXTERNAL_ID, 'letters, digits and `_+=,.@:/-`');
  return { role, externalId };
}

function readNotify(written: string, problems: string[]): string {
  if (written !== 'nobody' && !EMAIL.test(written) && !TOPIC.test(written))
    problems.push(
      `--notify must be an e-mail address, the ARN of a standard SNS topic, or \`nobody\`, got ${quoteTrusted(written)}`,
    );
  return written;
}

function readCodeowners(written: string | undefined, check: Check): readonly string[] {
  if (written === undefined) return UNKNOWN_OWNERS;
  const owners = written.split(/ +/);
  for (const owner of owners)
    if (!EMAIL.test(owner))
      check(
        '--codeowners',
        owner,
        CODEOWNER,
        'users, teams or e-mail addresses, such as `@organisation/network`',
      );
  return owners;
}

function readPackage(written: string | undefined, problems: string[]): PackageSource | null {
  if (written === undefined) return null;
  if (VERSION.test(written)) return { version: written };
  if (TARBALL.test(basename(written)) && existsSync(written)) return { tarball: resolve(written) };
  problems.push(
    `--package must be a version, such as \`1.2.3\`, or an existing tarball of \`npm pack\`, got ${quoteTrusted(written)}`,
  );
  return null;
}

/** The folder's name as a name of an npm package. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100);
  return name === '' || name === 'vif-acceptor' ? 'vif-acceptor-policies' : name;
}

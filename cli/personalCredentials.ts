import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { requestHandlerOptions } from '../adapters/awsProtocol/clientHttp.ts';
import type { ClientSettings, SdkCredentials } from '../adapters/awsProtocol/sdkClient.ts';
import { EndpointRefused } from '../adapters/endpoint.ts';
import { type AccessKey, findInvalidPart, INVALID_PART } from '../adapters/rotatingKey.ts';
import type { Provider } from '../core/model.ts';
import { formatList, quoteTrusted } from '../core/printableText.ts';
import { CredentialsUnusable } from '../run/portErrors.ts';
import { type NoProfile, type OutscaleProfile, readOutscaleProfile } from './outscaleProfile.ts';
import { describeSetting } from './outscaleSettings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's own credentials. OUTSCALE: `OSC_ACCESS_KEY` and `OSC_SECRET_KEY`, or a profile of the file that its tools share; never the
 * AWS chain, which holds keys of another cloud. AWS: the default chain.
 * @param profile the value of `--profile`, which excludes every other source; `null`: sources are those of the environment
 * @returns a provider that rejects with `CredentialsUnusable`, which names where it searched
 */
export function personalCredentials(
  provider: Provider,
  profile: string | null,
  env: Environment,
): ClientSettings['credentials'] {
  switch (provider) {
    case 'aws':
      return personalAwsCredentials(profile, env);
    case 'outscale':
      return () => readOutscaleKey(profile, env);
    default:
      return provider satisfies never;
  }
}

/** Time limits of a call that fetches credentials, in milliseconds. */
const LIMITS = { connectMs: 2000, requestMs: 4000 };

/**
 * The user's own AWS credentials: those of one profile, or those that the default chain finds.
 * @returns a provider that rejects with `CredentialsUnusable`
 */
export function personalAwsCredentials(
  profile: string | null,
  env: Environment,
): Extract<SdkCredentials, CallableFunction> {
  const clientConfig = { requestHandler: requestHandlerOptions(LIMITS) };
  // Not the chain: it would continue with the keys of this machine when the profile has none.
  const provide =
    profile === null ? fromNodeProviderChain({ clientConfig }) : fromIni({ profile, clientConfig });
  return async (...context) => {
    try {
      return await provide(...context);
    } catch (error) {
      // The message names no more than the setting and its host.
      if (error instanceof EndpointRefused)
        throw new CredentialsUnusable(`no AWS credentials: ${error.message}`);
      // No cause: the output of a credential process or of a token service may contain keys.
      throw new CredentialsUnusable(
        profile === null ? explainNoCredentials(env) : explainNoProfile(profile, env),
      );
    }
  };
}

const NO_AWS_CREDENTIALS =
  'no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in, or name a profile with --profile';

function explainNoCredentials(env: Environment): string {
  const profile = env.AWS_PROFILE;
  if (!profile || hasProfile(profile, env)) return NO_AWS_CREDENTIALS;
  return `${NO_AWS_CREDENTIALS}; AWS_PROFILE names ${quoteTrusted(profile)}, which is not in ${formatList(shownProfileFiles(env))}`;
}

function explainNoProfile(profile: string, env: Environment): string {
  const [config, credentials] = shownProfileFiles(env);
  const what = hasProfile(profile, env)
    ? `AWS profile ${quoteTrusted(profile)} gives no credentials: sign in (\`aws sso login\`), or check its settings`
    : `there is no AWS profile ${quoteTrusted(profile)} in ${config} or ${credentials}: add it, or name another with --profile`;
  return `${what}${noteIgnoredKeys(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], env)}`;
}

/** For the case that keys and a profile are both set: says that the keys are ignored. */
function noteIgnoredKeys(variables: readonly string[], env: Environment): string {
  const set = variables.filter((name) => env[name]);
  return set.length === 0
    ? ''
    : `; --profile ignores ${formatList(set)}, which ${set.length === 1 ? 'is' : 'are'} set: remove --profile to use ${set.length === 1 ? 'it' : 'them'}`;
}

async function readOutscaleKey(chosen: string | null, env: Environment): Promise<AccessKey> {
  const own = chosen === null ? readEnvironmentKey(env) : null;
  const profile = await readOutscaleProfile(chosen, env);
  if (!('why' in profile)) return own ?? readProfileKey(profile);
  // Fail closed: a named profile that cannot be read may name another endpoint for the key of the environment.
  if (own === null || profile.isError)
    throw new CredentialsUnusable(explainNoProfileKey(profile, chosen !== null, own !== null, env));
  return own;
}

function explainNoProfileKey(
  { why, fix }: NoProfile,
  isChosen: boolean,
  hasKey: boolean,
  env: Environment,
): string {
  if (isChosen)
    return `no OUTSCALE credentials: ${why}; ${fix}, or name another with --profile${noteIgnoredKeys(OSC_KEYS, env)}`;
  if (hasKey) {
    const named = ['OSC_PROFILE', 'OSC_CONFIG_FILE'].filter((name) => env[name]);
    return `${why}; ${fix}${named.length === 0 ? '' : `, or unset ${formatList(named)}`}`;
  }
  return `no OUTSCALE credentials: set ${formatList(OSC_KEYS)}, or ${fix} (${why})`;
}

/** @param names where each part of the key was found, for the message */
function requireValidKey(key: AccessKey, names: Readonly<Record<keyof AccessKey, string>>): AccessKey {
  const invalid = findInvalidPart(key);
  if (invalid === null) return key;
  throw new CredentialsUnusable(`${names[invalid]} ${INVALID_PART}; fix it`);
}

function readEnvironmentKey(env: Environment): AccessKey | null {
  const [accessKeyId, secretAccessKey] = [env.OSC_ACCESS_KEY ?? '', env.OSC_SECRET_KEY ?? ''];
  if (accessKeyId === '' && secretAccessKey === '') return null;
  if (accessKeyId !== '' && secretAccessKey !== '') {
    const names = { accessKeyId: 'OSC_ACCESS_KEY', secretAccessKey: 'OSC_SECRET_KEY' };
    return requireValidKey({ accessKeyId, secretAccessKey }, names);
  }
  const missing = accessKeyId === '' ? 'OSC_ACCESS_KEY' : 'OSC_SECRET_KEY';
  throw new CredentialsUnusable(
    `${missing} is not set; set both OSC_ACCESS_KEY and OSC_SECRET_KEY, or neither`,
  );
}

function readProfileKey(profile: OutscaleProfile): AccessKey {
  const { access_key: accessKeyId, secret_key: secretAccessKey } = profile.settings;
  if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') {
    const names = {
      accessKeyId: describeSetting('access_key', profile),
      secretAccessKey: describeSetting('secret_key', profile),
    };
    return requireValidKey({ accessKeyId, secretAccessKey }, names);
  }
  throw new CredentialsUnusable(
    `profile ${quoteTrusted(profile.name)} in ${profile.shownFile} must contain \`access_key\` and \`secret_key\``,
  );
}

const OSC_KEYS = ['OSC_ACCESS_KEY', 'OSC_SECRET_KEY'];

/** The files in which the SDK searches for profiles. */
function profileFiles(env: Environment): readonly string[] {
  return [
    env.AWS_CONFIG_FILE || join(homedir(), '.aws', 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws', 'credentials'),
  ];
}

/** The same files as messages name them. Messages reach shared channels in events, so they do not have the paths, which can name a person. */
function shownProfileFiles(env: Environment): readonly string[] {
  return [
    env.AWS_CONFIG_FILE ? '$AWS_CONFIG_FILE' : '~/.aws/config',
    env.AWS_SHARED_CREDENTIALS_FILE ? '$AWS_SHARED_CREDENTIALS_FILE' : '~/.aws/credentials',
  ];
}

/** Whether a file names a profile. For the message only: the SDK does not distinguish a missing profile from one without credentials. */
function hasProfile(profile: string, env: Environment): boolean {
  return profileFiles(env).some((file) =>
    readLines(file).some(
      (line) => /^\s*\[\s*(?:profile\s+)?["']?(.*?)["']?\s*\]/.exec(line)?.[1] === profile,
    ),
  );
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}

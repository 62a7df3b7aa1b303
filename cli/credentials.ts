import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { type AccessKey, FLAWED, flawIn } from '../lambda/adapters/accessKey.ts';
import type { ClientSettings, SdkCredentials } from '../lambda/adapters/directconnect/client.ts';
import { requestHandler } from '../lambda/adapters/tunnels.ts';
import type { Provider } from '../lambda/core/model.ts';
import { CredentialsUnusable } from '../lambda/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A person's credentials. OUTSCALE: `OSC_ACCESS_KEY` and `OSC_SECRET_KEY`, or a profile of `~/.osc/config.json`; never
 * the AWS chain, which holds keys of another cloud. AWS: the default chain.
 * @param profile `null`: `OSC_PROFILE` or `default`; on AWS what the chain says
 * @returns a provider that rejects with `CredentialsUnusable`, naming where it looked
 */
export function ownCredentials(
  provider: Provider,
  profile: string | null,
  env: Environment,
): ClientSettings['credentials'] {
  switch (provider) {
    case 'aws':
      return awsChain(profile);
    case 'outscale':
      return () => outscaleKey(profile, env);
    default:
      return provider satisfies never;
  }
}

/** What a call for credentials may take, in milliseconds. */
const LIMITS = { connectMs: 2000, requestMs: 4000 };

function awsChain(profile: string | null): SdkCredentials {
  const chain = fromNodeProviderChain({
    ...(profile === null ? {} : { profile }),
    clientConfig: { requestHandler: requestHandler(LIMITS) },
  });
  return async (...context) => {
    try {
      return await chain(...context);
    } catch {
      // No cause: what a credential process or a token service said may hold keys.
      throw new CredentialsUnusable(
        `no AWS credentials${profile === null ? '' : ` in profile \`${profile}\``}: ` +
          'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in, or name a profile by --profile',
      );
    }
  };
}

async function outscaleKey(profile: string | null, env: Environment): Promise<AccessKey> {
  if (profile !== null) return profileKey(profile);
  return environmentKey(env) ?? profileKey(env.OSC_PROFILE ?? 'default');
}

/** @param names where each part was found, for people */
function flawless(key: AccessKey, names: Readonly<Record<keyof AccessKey, string>>): AccessKey {
  const flaw = flawIn(key);
  if (flaw === null) return key;
  throw new CredentialsUnusable(`${names[flaw]} ${FLAWED}; mend it`);
}

function environmentKey(env: Environment): AccessKey | null {
  const [accessKeyId, secretAccessKey] = [env.OSC_ACCESS_KEY ?? '', env.OSC_SECRET_KEY ?? ''];
  if (accessKeyId === '' && secretAccessKey === '') return null;
  if (accessKeyId !== '' && secretAccessKey !== '') {
    const names = { accessKeyId: 'OSC_ACCESS_KEY', secretAccessKey: 'OSC_SECRET_KEY' };
    return flawless({ accessKeyId, secretAccessKey }, names);
  }
  const missing = accessKeyId === '' ? 'OSC_ACCESS_KEY' : 'OSC_SECRET_KEY';
  throw new CredentialsUnusable(
    `${missing} is not set; set both OSC_ACCESS_KEY and OSC_SECRET_KEY, or neither`,
  );
}

async function profileKey(profile: string): Promise<AccessKey> {
  const path = join(homedir(), '.osc', 'config.json');
  const { access_key: accessKeyId, secret_key: secretAccessKey } = await readProfile(path, profile);
  if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') {
    const where = `of profile \`${profile}\` in ${path}`;
    const names = { accessKeyId: `\`access_key\` ${where}`, secretAccessKey: `\`secret_key\` ${where}` };
    return flawless({ accessKeyId, secretAccessKey }, names);
  }
  throw new CredentialsUnusable(
    `profile \`${profile}\` in ${path} must hold \`access_key\` and \`secret_key\``,
  );
}

async function readProfile(
  path: string,
  profile: string,
): Promise<{ access_key?: unknown; secret_key?: unknown }> {
  let profiles: unknown;
  try {
    profiles = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // No cause: a parser's message quotes the file, which holds keys.
    const missing = error instanceof Error && 'code' in error;
    throw new CredentialsUnusable(
      missing
        ? `no OUTSCALE credentials: set OSC_ACCESS_KEY and OSC_SECRET_KEY, or write profile \`${profile}\` to ${path}`
        : `${path} is not JSON; mend it, or set OSC_ACCESS_KEY and OSC_SECRET_KEY`,
    );
  }
  const found: unknown =
    isRecord(profiles) && Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  if (isRecord(found)) return found;
  throw new CredentialsUnusable(
    `${path} has no profile \`${profile}\`; add it, or name another by \`--profile\``,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

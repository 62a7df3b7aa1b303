import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { PolicyRecipient } from '../core/policy.ts';
import { CredentialsUnusable } from '../errors.ts';
import type { ClientSettings } from './directconnect/client.ts';
import { toApiFailure } from './failure.ts';
import { withTimeLimit } from './timeLimit.ts';

/** An access key of OUTSCALE. */
interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly expiration?: Date;
}

/** How long a key read from a secret holds, in milliseconds; the SDK reads it again five minutes before the end. */
const SECRET_HOLDS = 15 * 60 * 1000;

/** What getting credentials may take with all attempts, in milliseconds: whoever waits for hung ones waits for ever. */
const LIMIT_MS = 15_000;

/**
 * The function's credentials for a recipient. OUTSCALE keys come from Secrets Manager and from nowhere else: the AWS
 * credential chain holds keys of another cloud.
 * @param stsEndpoint `null`: the provider's own
 * @throws CredentialsUnusable when the policy names none that fit the provider
 */
export function functionCredentials(
  recipient: PolicyRecipient,
  target: string,
  stsEndpoint: string | null,
): ClientSettings['credentials'] {
  const { provider, region, credentials } = recipient;
  switch (provider) {
    case 'outscale':
      if (credentials === null || !('secret' in credentials)) {
        throw new CredentialsUnusable(
          `target \`${target}\` names no secret: add \`credentials: { secret: NAME }\` under \`recipient\` in its policy`,
        );
      }
      return secretKey(credentials.secret);
    case 'aws':
      if (credentials === null) return null;
      if (!('role' in credentials)) {
        throw new CredentialsUnusable(
          `target \`${target}\` names a secret; on aws name a role, or nothing for the function's own`,
        );
      }
      return assumedRole(credentials, region, stsEndpoint);
    default:
      return provider satisfies never;
  }
}

function assumedRole(
  { role, externalId }: { readonly role: string; readonly externalId: string | null },
  region: string,
  endpoint: string | null,
): NonNullable<ClientSettings['credentials']> {
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: role,
      RoleSessionName: 'vif-acceptor',
      ...(externalId === null ? {} : { ExternalId: externalId }),
    },
    clientConfig: { region, requestHandler: REQUEST_HANDLER, ...(endpoint === null ? {} : { endpoint }) },
  });
  return (...context) => obtain(`role \`${role}\` cannot be assumed`, 'AssumeRole', () => assume(...context));
}

/** Reads `{"accessKey": "…", "secretKey": "…"}` from Secrets Manager, in the function's own region. */
function secretKey(name: string): () => Promise<AccessKey> {
  let client: SecretsManagerClient | undefined;
  return async () => {
    client ??= new SecretsManagerClient({ requestHandler: REQUEST_HANDLER });
    const secrets = client;
    const { SecretString } = await obtain(
      `secret \`${name}\` cannot be read`,
      'GetSecretValue',
      (abortSignal) => secrets.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal }),
    );
    const key = readAccessKey(SecretString ?? '');
    if (key === null) {
      throw new CredentialsUnusable(
        `secret \`${name}\` must be \`{"accessKey": "…", "secretKey": "…"}\`; write it anew in that form`,
      );
    }
    return { ...key, expiration: new Date(Date.now() + SECRET_HOLDS) };
  };
}

const REQUEST_HANDLER = {
  connectionTimeout: 2000,
  requestTimeout: 4000,
  socketTimeout: 4000,
  throwOnRequestTimeout: true,
};

/** @throws CredentialsUnusable, without the cause: it carries the answer */
async function obtain<T>(
  what: string,
  operation: string,
  ask: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeLimit(LIMIT_MS, ask);
  } catch (error) {
    throw new CredentialsUnusable(`${what}: ${toApiFailure(operation, error).message}`);
  }
}

/** `null` when it is anything else; no part of it is ever repeated. */
function readAccessKey(text: string): AccessKey | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // A parser's message quotes the text, which is the secret.
    return null;
  }
  const { accessKey, secretKey: secret }: { accessKey?: unknown; secretKey?: unknown } =
    typeof raw === 'object' && raw !== null ? raw : {};
  if (typeof accessKey !== 'string' || typeof secret !== 'string' || accessKey === '' || secret === '')
    return null;
  return { accessKeyId: accessKey, secretAccessKey: secret };
}

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { PolicyRecipient } from '../core/policy.ts';
import { CredentialsUnusable } from '../errors.ts';
import type { ClientSettings } from './directconnect/client.ts';
import { toApiFailure } from './failure.ts';

/** An access key of OUTSCALE. */
interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly expiration?: Date;
}

/** How long a key read from a secret is used before it is read again, in milliseconds. */
const SECRET_HOLDS = 15 * 60 * 1000;

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
      return fromTemporaryCredentials({
        params: {
          RoleArn: credentials.role,
          RoleSessionName: 'vif-acceptor',
          ...(credentials.externalId === null ? {} : { ExternalId: credentials.externalId }),
        },
        clientConfig: { region, ...(stsEndpoint === null ? {} : { endpoint: stsEndpoint }) },
      });
    default:
      return provider satisfies never;
  }
}

/** Reads `{"accessKey": "…", "secretKey": "…"}` from Secrets Manager, in the function's own region. */
function secretKey(name: string): () => Promise<AccessKey> {
  let client: SecretsManagerClient | undefined;
  return async () => {
    client ??= new SecretsManagerClient({
      requestHandler: { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    });
    let text: string | undefined;
    try {
      text = (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
    } catch (error) {
      const { message } = toApiFailure('GetSecretValue', error);
      throw new CredentialsUnusable(`secret \`${name}\` cannot be read: ${message}`);
    }
    const key = readAccessKey(text ?? '');
    if (key === null) {
      throw new CredentialsUnusable(
        `secret \`${name}\` must be \`{"accessKey": "…", "secretKey": "…"}\`; write it anew in that form`,
      );
    }
    return { ...key, expiration: new Date(Date.now() + SECRET_HOLDS) };
  };
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

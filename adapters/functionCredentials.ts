import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { isRecord } from '../core/decoders.ts';
import type { PolicyRecipient } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { CredentialsUnusable } from '../run/portErrors.ts';
import { readBoundedBody, requestHandlerOptions } from './awsProtocol/clientHttp.ts';
import type { ClientSettings, SdkCredentials } from './awsProtocol/sdkClient.ts';
import { toApiFailure } from './awsProtocol/toApiFailure.ts';
import { EndpointRefused } from './endpoint.ts';
import { withTimeout } from './promises.ts';
import {
  type AccessKey,
  createRotatingKey,
  createStoredText,
  findInvalidPart,
  INVALID_PART,
  type RotatingKey,
  type StoredText,
} from './rotatingKey.ts';

/**
 * Returns the credentials that the function uses for a recipient. OUTSCALE keys come only from Secrets Manager, because the
 * AWS credential chain has the keys of another cloud.
 * @param stsEndpoint `null`: the provider's own
 * @param secretNamed gives the same text to all targets that share a secret, so that it is fetched once for them
 * @throws CredentialsUnusable if the policy names none that suit the provider; ProxyRefused
 */
export function functionCredentials(
  recipient: PolicyRecipient,
  target: string,
  stsEndpoint: string | null,
  secretNamed: SecretLookup = createSecretLookup(),
): ClientSettings['credentials'] {
  const { provider, region, credentials } = recipient;
  const { credentials: kind } = PROVIDER_TRAITS[provider];
  switch (kind) {
    case 'secret':
      if (credentials === null || !('secret' in credentials)) {
        throw new CredentialsUnusable(
          `target \`${target}\` names no secret: add \`credentials: { secret: NAME }\` under \`recipient\` in its policy`,
        );
      }
      return keyInSecret(secretNamed(credentials.secret), credentials);
    case 'role':
      if (credentials === null) return null;
      if (!('role' in credentials)) {
        throw new CredentialsUnusable(
          `target \`${target}\` names a secret; on ${provider} name a role, or nothing for the function's own`,
        );
      }
      return assumedRole(credentials, region, stsEndpoint);
    default:
      return kind satisfies never;
  }
}

function assumedRole(
  { role, externalId }: { readonly role: string; readonly externalId: string | null },
  region: string,
  endpoint: string | null,
): SdkCredentials {
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: role,
      RoleSessionName: 'vif-acceptor',
      ...(externalId === null ? {} : { ExternalId: externalId }),
    },
    clientConfig: {
      region,
      requestHandler: requestHandlerOptions(LIMITS),
      ...(endpoint === null ? {} : { endpoint }),
    },
  });
  return (...context) =>
    fetchCredentials(
      `role \`${role}\` cannot be assumed`,
      'AssumeRole',
      () => assume(...context),
      ROLE_FIXES,
    );
}

/** STS gives the same error for a role that does not exist and for one whose trust policy does not allow us. */
const ROLE_FIXES: Readonly<Record<string, string>> = {
  AccessDenied:
    'check that the role exists, and that its trust policy allows this caller and the `externalId` of the policy',
};

/** Returns the text of a secret, by its name. @throws ProxyRefused */
export type SecretLookup = (name: string) => StoredText;

/** The secrets of one process: each is fetched once for all targets that name it. */
export function createSecretLookup(): SecretLookup {
  const secrets = new Map<string, StoredText>();
  return (name) => {
    const secret = secrets.get(name) ?? storedSecret(name);
    secrets.set(name, secret);
    return secret;
  };
}

/** A secret of Secrets Manager, in the function's own account and region. @throws ProxyRefused */
function storedSecret(name: string): StoredText {
  const client = new SecretsManagerClient({
    requestHandler: requestHandlerOptions(LIMITS),
    streamCollector: readBoundedBody,
  });
  return createStoredText(`secret \`${name}\``, async () => {
    const { SecretString } = await fetchCredentials(
      `secret \`${name}\` cannot be read`,
      'GetSecretValue',
      (abortSignal) => client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal }),
      SECRET_FIXES,
    );
    return SecretString ?? '';
  });
}

/** The form of a secret with one key, and of an entry of a secret with several. */
const FORM = '`{"accessKey": "…", "secretKey": "…"}`';

/** The OUTSCALE key in a secret, or in one of its entries. */
function keyInSecret(
  secret: StoredText,
  { entry }: Extract<PolicyRecipient['credentials'], { secret: string }>,
): RotatingKey {
  // A name of an entry is one of the policy, and is safe to print. No part of the secret is ever printed.
  const place = entry === undefined ? secret.location : `entry \`${entry}\` of ${secret.location}`;
  return createRotatingKey(secret, (text) => {
    const stored = parseJson(text);
    const key = readAccessKey(entry === undefined ? stored : entryOf(stored, entry));
    if (key === null) {
      const isAbsent = entry !== undefined && entryOf(stored, entry) === undefined;
      throw new CredentialsUnusable(
        isAbsent
          ? `${secret.location} has no entry \`${entry}\`: add it as ${FORM}, or correct \`recipient.credentials.entry\``
          : `${place} must be ${FORM}; store it again in that form`,
      );
    }
    const invalidPart = findInvalidPart(key);
    if (invalidPart !== null)
      throw new CredentialsUnusable(
        `\`${NAMES[invalidPart]}\` in ${place} ${INVALID_PART}; store it again as ${FORM}`,
      );
    return key;
  });
}

const NAMES = { accessKeyId: 'accessKey', secretAccessKey: 'secretKey' } as const;

/** How to fix a failure, by error code of the API. */
const SECRET_FIXES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: `create it with ${FORM} in it, in the account and region of the function, or correct \`recipient.credentials.secret\``,
  AccessDeniedException:
    'the caller needs `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` if it has its own KMS key; deploying grants the function the former',
  InvalidRequestException: 'it may be marked for deletion: restore it, or create it again',
  DecryptionFailure: 'the caller needs `kms:Decrypt` on its KMS key',
};

/** `undefined`: the text is not JSON. The message of the parser quotes the text, which is the secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `undefined`: there is no such entry. */
function entryOf(stored: unknown, entry: string): unknown {
  return isRecord(stored) && Object.hasOwn(stored, entry) ? stored[entry] : undefined;
}

/** Reads a key; `null`: the value has another form. */
function readAccessKey(value: unknown): AccessKey | null {
  const { accessKey, secretKey: secret } = isRecord(value) ? value : {};
  if (typeof accessKey !== 'string' || typeof secret !== 'string') return null;
  return { accessKeyId: accessKey, secretAccessKey: secret };
}

/** The time limits of the clients that fetch credentials, in milliseconds. */
const LIMITS = { connectMs: 2000, requestMs: 4000 };

/**
 * The time limit for fetching credentials with all attempts, in milliseconds: without it, a server that hangs would
 * block for ever.
 */
const LIMIT_MS = 15_000;

/**
 * Fetches credentials, or a secret that contains them, within a time limit.
 * @param problem the start of the message of a failure
 * @param fixes how to fix a failure, by error code of the API
 * @throws CredentialsUnusable, without `cause`, which would contain the answer
 */
async function fetchCredentials<T>(
  problem: string,
  operation: string,
  ask: (abortSignal: AbortSignal) => Promise<T>,
  fixes: Readonly<Record<string, string>>,
): Promise<T> {
  try {
    return await withTimeout(LIMIT_MS, ask);
  } catch (error) {
    // Nothing was sent. The message names no more than the setting and its host.
    if (error instanceof EndpointRefused) throw new CredentialsUnusable(`${problem}: ${error.message}`);
    throw new CredentialsUnusable(`${problem}: ${toApiFailure(operation, error, fixes).message}`);
  }
}

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CredentialsUnusable } from '../run/portErrors.ts';
import { readBoundedBody, requestHandlerOptions } from './aws/clientHttp.ts';
import { fetchCredentials } from './fetchCredentials.ts';
import {
  type AccessKey,
  createRotatingKey,
  findInvalidPart,
  INVALID_PART,
  type RotatingKey,
} from './rotatingKey.ts';

const FORM = '`{"accessKey": "…", "secretKey": "…"}`';

/**
 * The OUTSCALE key in a secret of Secrets Manager, in the function's own account and region.
 * @throws ProxyRefused
 */
export function secretsManagerKey(name: string): RotatingKey {
  const client = new SecretsManagerClient({
    requestHandler: requestHandlerOptions(LIMITS),
    streamCollector: readBoundedBody,
  });
  return createRotatingKey(`secret \`${name}\``, async () => {
    const { SecretString } = await fetchCredentials(
      `secret \`${name}\` cannot be read`,
      'GetSecretValue',
      (abortSignal) => client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal }),
      MENDS,
    );
    const key = readAccessKey(SecretString ?? '');
    if (key === null)
      throw new CredentialsUnusable(`secret \`${name}\` must be ${FORM}; write it anew in that form`);
    const flaw = findInvalidPart(key);
    if (flaw !== null)
      throw new CredentialsUnusable(
        `\`${NAMES[flaw]}\` in secret \`${name}\` ${INVALID_PART}; write it anew as ${FORM}`,
      );
    return key;
  });
}

const NAMES = { accessKeyId: 'accessKey', secretAccessKey: 'secretKey' } as const;

const LIMITS = { connectMs: 2000, requestMs: 4000 };

/** What to do, by the API's name of what is wrong. */
const MENDS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: `create it with ${FORM} in it, in the account and region of the function, or mend \`recipient.credentials.secret\``,
  AccessDeniedException:
    'whoever reads it needs `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` on a key of its own; deploying gives the function the former',
  InvalidRequestException: 'it may be marked for deletion: restore it, or create it anew',
  DecryptionFailure: 'whoever reads it needs `kms:Decrypt` on its key',
};

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
  if (typeof accessKey !== 'string' || typeof secret !== 'string') return null;
  return { accessKeyId: accessKey, secretAccessKey: secret };
}

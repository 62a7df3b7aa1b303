import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { PolicyRecipient } from '../core/policy.ts';
import { CredentialsUnusable } from '../run/portErrors.ts';
import { requestHandlerOptions } from './aws/clientHttp.ts';
import type { ClientSettings, SdkCredentials } from './aws/sdkClient.ts';
import { fetchCredentials } from './fetchCredentials.ts';
import { secretsManagerKey } from './secretsManagerKey.ts';

/**
 * The function's credentials for a recipient. OUTSCALE keys come from Secrets Manager and from nowhere else: the AWS
 * credential chain holds keys of another cloud.
 * @param stsEndpoint `null`: the provider's own
 * @throws CredentialsUnusable when the policy names none that fit the provider; ProxyRefused
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
      return secretsManagerKey(credentials.secret);
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
    fetchCredentials(`role \`${role}\` cannot be assumed`, 'AssumeRole', () => assume(...context), MENDS);
}

const LIMITS = { connectMs: 2000, requestMs: 4000 };

/** STS says the same of a role that is not there and of one that does not let us in. */
const MENDS: Readonly<Record<string, string>> = {
  AccessDenied:
    'the role must exist, and its trust policy must name whoever assumes it here and the `externalId` of the policy',
};

import { connect, type Endpoints, REQUEST_TIMEOUT_MS } from '../../adapters/connect.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import type { Policy } from '../../core/policy.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { gatewayKinds } from '../../run/verifyCaller.ts';
import { bad, type Finding, guarded, ok, warn } from './doctorFinding.ts';
import { hasOne, noneOf } from './gatewayChecks.ts';

/** Whether the deployed function will get along with the secret that the policy names, as far as one can see from here. */
export async function checkSecret(policy: Policy, endpoints: Endpoints): Promise<readonly Finding[]> {
  const { recipient, target } = policy;
  const { provider, credentials } = recipient;
  if (provider !== 'outscale') return [];
  if (credentials === null || !('secret' in credentials)) {
    return [
      warn(
        'secret',
        'none is named: enough for the command line; to deploy, add `credentials: { secret: NAME }` under `recipient`',
      ),
    ];
  }
  const secret = `\`${credentials.secret}\``;
  const connected = connect(
    recipient,
    functionCredentials(recipient, target, null),
    endpoints,
    REQUEST_TIMEOUT_MS,
  );
  try {
    await connected.authenticate();
    return await guarded('secret', async () => {
      const gateways = await connected.gateways.list(gatewayKinds(policy));
      if (!hasOne(policy, gateways)) return [bad('secret', noneOf(policy, `the key in secret ${secret}`))];
      return [ok('secret', `${secret} can be read, has its form, and its key sees the policy's gateways`)];
    });
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    return [isNotOurs(error) ? warn('secret', notChecked(secret)) : bad('secret', error.message)];
  } finally {
    connected.close();
  }
}

/** Whoever runs this by the command line alone needs no keys of AWS. */
function isNotOurs({ message }: CredentialsUnusable): boolean {
  return /CredentialsProviderError|Region is missing/.test(message);
}

function notChecked(secret: string): string {
  return `${secret} not checked: no AWS credentials or region here; with those of the function's account and AWS_REGION it would be`;
}

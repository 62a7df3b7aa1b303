import { functionCredentials } from '../../lambda/adapters/credentials.ts';
import type { Policy } from '../../lambda/core/policy.ts';
import { CredentialsUnusable } from '../../lambda/errors.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

/** Whether the secret that the deployed function will use can be read and has its form, as far as one can see from here. */
export async function checkSecret({ recipient, target }: Policy): Promise<Finding[]> {
  const { provider, credentials } = recipient;
  if (provider !== 'outscale') return [];
  if (credentials === null || !('secret' in credentials)) {
    return [
      warn(
        'secret',
        'none is named: enough for the command line; to deploy, add `credentials: { secret: NAME }`',
      ),
    ];
  }
  const provide = functionCredentials(recipient, target, null);
  if (typeof provide !== 'function') return [];
  try {
    await provide();
    return [ok('secret', `\`${credentials.secret}\` can be read and has its form`)];
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    const noKeys = /CredentialsProviderError|Region is missing/.test(error.message);
    return [
      noKeys
        ? warn('secret', `\`${credentials.secret}\` not checked: no AWS credentials or region here`)
        : bad('secret', error.message),
    ];
  }
}

import type { Connected } from '../../adapters/connectApis.ts';
import type { Policy } from '../../core/policy.ts';
import { escapeInvisible, quoteTrusted } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { type ConnectOptions, explainIgnoredEndpoints } from '../connectTarget.ts';
import type { OutscaleProfile } from '../outscaleProfile.ts';
import { explainOtherRegion, type OutscaleSettings } from '../outscaleSettings.ts';
import { type DoctorFinding, ok, runCheck, warn } from './doctorFinding.ts';

/** Checks that there are credentials, and says where they are from. */
export async function checkCredentials(
  policy: Policy,
  connected: Connected,
  options: ConnectOptions,
): Promise<readonly DoctorFinding[]> {
  const { usesOutscaleConfiguration } = PROVIDER_TRAITS[policy.recipient.provider];
  const { outscale } = options;
  const credentials = await runCheck('credentials', async () => {
    await connected.authenticate();
    const origin = usesOutscaleConfiguration
      ? describeOutscaleKey(outscale, options)
      : describeAwsCredentials(policy, options, process.env);
    return [ok('credentials', `found: ${origin}`)];
  });
  if (!usesOutscaleConfiguration || outscale === undefined) return credentials;
  const region = explainOtherRegion(outscale, policy.recipient);
  const ignored = explainIgnoredEndpoints(options, policy.recipient);
  return [
    ...credentials,
    ...describeUnusedProfile(outscale, options),
    ...(region === null ? [] : [warn('region', region)]),
    ...(ignored === null ? [] : [warn('profile', ignored)]),
  ];
}

function describeOutscaleKey(outscale: OutscaleSettings | undefined, options: ConnectOptions): string {
  const profile = outscale?.profile;
  if (profile === undefined || outscale?.hasEnvironmentKey || !('settings' in profile))
    return 'the key of OSC_ACCESS_KEY and OSC_SECRET_KEY';
  return `the key of ${describeProfile(profile, options)}`;
}

function describeProfile(
  { name, path, isOtherFile, selectedBy }: OutscaleProfile,
  { variables }: ConnectOptions,
): string {
  const selected = {
    '--profile': variables?.profile ?? '--profile',
    OSC_PROFILE: 'OSC_PROFILE',
    mark: 'its mark `"default": true`',
    name: 'its name',
  };
  const file = `${escapeInvisible(path)}${isOtherFile ? ' (OSC_CONFIG_FILE)' : ''}`;
  return `profile ${quoteTrusted(name)} in ${file}, selected by ${selected[selectedBy]}`;
}

/** Says which profile may give its endpoints and region, where the environment gives the key; or why none can. */
function describeUnusedProfile(
  { hasEnvironmentKey, profile }: OutscaleSettings,
  options: ConnectOptions,
): DoctorFinding[] {
  if (!hasEnvironmentKey) return [];
  if ('settings' in profile) {
    const why = 'its key is not used, because OSC_ACCESS_KEY is set';
    return [ok('profile', `${describeProfile(profile, options)}: ${why}`)];
  }
  return profile.isAbsent || profile.isError ? [] : [warn('profile', `${profile.why}; ${profile.fix}`)];
}

/** Says where AWS credentials are from. The SDK does not say which source of its chain gave them. */
function describeAwsCredentials(
  { recipient: { credentials } }: Policy,
  { profile, variables }: ConnectOptions,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (profile !== undefined)
    return `AWS profile ${quoteTrusted(profile)}, selected by ${variables?.profile ?? '--profile'}`;
  const own = env.AWS_PROFILE
    ? `AWS profile ${quoteTrusted(env.AWS_PROFILE)}, selected by AWS_PROFILE`
    : env.AWS_ACCESS_KEY_ID
      ? 'the key of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
      : 'the default credential chain of AWS';
  return credentials !== null && 'role' in credentials
    ? `role \`${credentials.role}\` of the policy, assumed with ${own}`
    : own;
}

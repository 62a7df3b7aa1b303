import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { personalAwsCredentials } from '../../cli/personalCredentials.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { startApi, xml } from '../support/apiServer.ts';
import { folderWith } from '../support/cli.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A profile whose keys STS gives, at an endpoint that the configuration names. */
function useRoleProfile(stsEndpoint: string): void {
  const config = `[profile hub]
role_arn = arn:aws:iam::012345678901:role/hub
source_profile = own
region = eu-west-3
[profile own]
aws_access_key_id = OWNKEY
aws_secret_access_key = secret
`;
  const dir = folderWith({ '.aws/config': config });
  vi.stubEnv('AWS_CONFIG_FILE', join(dir, '.aws/config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_ENDPOINT_URL_STS', stsEndpoint);
}

it('a profile with a role gets its keys from an STS on this machine', async () => {
  const parts = {
    AccessKeyId: 'ROLEKEY',
    SecretAccessKey: 's',
    SessionToken: 't',
    Expiration: '2036-11-10T12:00:00Z',
  };
  const written = Object.entries(parts).map(([name, value]) => `<${name}>${value}</${name}>`);
  const result = `<AssumeRoleResult><Credentials>${written.join('')}</Credentials></AssumeRoleResult>`;
  const api = await startApi(() => xml(`<AssumeRoleResponse>${result}</AssumeRoleResponse>`));
  onTestFinished(() => api.close());
  useRoleProfile(api.url);
  expect(await personalAwsCredentials('hub', process.env)()).toMatchObject({ accessKeyId: 'ROLEKEY' });
});

it.each(['http://192.0.2.1', 'http://sts.example:8080', 'http://[2001:db8::1]'])(
  'a profile with a role asks no STS that is neither https nor on this machine: %s',
  async (url) => {
    useRoleProfile(url);
    const failure = await rejectionOf(personalAwsCredentials('hub', process.env)());
    expect(failure).toBeInstanceOf(CredentialsUnusable);
    expect(String(failure)).toMatch(/must be https, or http on loopback, got `http:\/\/.*AWS_ENDPOINT_URL/);
  },
);

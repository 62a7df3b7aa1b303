import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import type { Credentials } from '../../core/policy.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { type ApiServer, json, type Reply, startApi, text, xml } from '../support/apiServer.ts';
import { aRecipient } from '../support/builders.ts';

const KEY = { accessKey: 'OSCACCESSKEY', secretKey: 'planted-secret-key' };
const SECRET = { secret: 'vif-acceptor/outscale' };
const NOWHERE = { directConnect: null, gateways: null, identity: null };

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AWSACCESSKEY');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret');
  vi.stubEnv('AWS_REGION', 'eu-west-3');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** AWS as the function sees it: Secrets Manager, and STS. */
async function aws(reply: (earlier: number) => Reply): Promise<ApiServer> {
  const api = await startApi((_, earlier) => reply(earlier));
  onTestFinished(() => api.close());
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', api.url);
  return api;
}

function provide(provider: 'aws' | 'outscale', credentials: Credentials, stsEndpoint: string | null = null) {
  const provided = functionCredentials(aRecipient({ provider, credentials }), 'acme', stsEndpoint);
  if (typeof provided !== 'function') throw new Error('no provider of credentials');
  return provided();
}

describe('the keys of OUTSCALE', () => {
  it('come from the secret, read with the permissions of the function, and are read again in time', async () => {
    const api = await aws(() => json({ SecretString: JSON.stringify(KEY) }));
    expect(await provide('outscale', SECRET)).toEqual({
      accessKeyId: KEY.accessKey,
      secretAccessKey: KEY.secretKey,
      expiration: expect.any(Date),
    });
    expect(api.received.map(({ operation, body }) => `${operation} ${body}`)).toEqual([
      'GetSecretValue {"SecretId":"vif-acceptor/outscale"}',
    ]);
    expect(api.received[0]?.headers.authorization).toContain('AWSACCESSKEY');
  });

  it('come from a secret that contains other entries too', async () => {
    const SecretString = JSON.stringify({ ...KEY, user: 'vif-acceptor' }, null, 2);
    await aws(() => json({ SecretString }));
    expect(await provide('outscale', SECRET)).toMatchObject({ accessKeyId: KEY.accessKey });
  });

  it.each([
    ['an empty access key', { ...KEY, accessKey: '' }, 'accessKey'],
    ['an access key with a line break', { ...KEY, accessKey: 'OSCACCESSKEY\n' }, 'accessKey'],
    ['an access key in quotes', { ...KEY, accessKey: '"OSCACCESSKEY"' }, 'accessKey'],
    ['an empty secret key', { ...KEY, secretKey: '' }, 'secretKey'],
    ['a secret key with a space before it', { ...KEY, secretKey: ' planted-secret-key' }, 'secretKey'],
    [
      'a secret key with an invisible character',
      { ...KEY, secretKey: 'planted-secret-key\u200b' },
      'secretKey',
    ],
  ])(
    'are not taken from a secret that contains %s, and the message names the entry',
    async (_, held, name) => {
      await aws(() => json({ SecretString: JSON.stringify(held) }));
      const failure = await rejectionOf(provide('outscale', SECRET));
      expect(failure).toBeInstanceOf(CredentialsUnusable);
      expect(String(failure)).toContain(
        `\`${name}\` in secret \`vif-acceptor/outscale\` is empty, or contains white space or another character that no key has; store it again`,
      );
      expect(inspect(failure)).not.toMatch(/planted|OSCACCESSKEY/);
    },
  );

  it.each([
    ['no JSON', 'planted-secret-key'],
    ['broken JSON', '{"accessKey":"OSCACCESSKEY","secretKey":"planted-secret-key"'],
    ['JSON of another kind', '"planted-secret-key"'],
    ['null', 'null'],
    ['a list', '["OSCACCESSKEY","planted-secret-key"]'],
    ['other names', '{"access_key":"OSCACCESSKEY","secret_key":"planted-secret-key"}'],
    ['no access key', '{"secretKey":"planted-secret-key"}'],
    ['a key of a wrong kind', '{"accessKey":["OSCACCESSKEY"],"secretKey":"planted-secret-key"}'],
    ['nothing', ''],
    ['no text', undefined],
  ])(
    'are not taken from a secret that contains %s, and no part of it is printed',
    async (_, SecretString) => {
      await aws(() => json({ SecretString, SecretBinary: btoa('planted-secret-key') }));
      const failure = await rejectionOf(provide('outscale', SECRET));
      expect(failure).toBeInstanceOf(CredentialsUnusable);
      expect(String(failure)).toContain(
        'secret `vif-acceptor/outscale` must be `{"accessKey": "…", "secretKey": "…"}`',
      );
      expect(inspect(failure)).not.toMatch(/planted|OSCACCESSKEY/);
    },
  );

  it.each([
    ['it is not there', json({ __type: 'ResourceNotFoundException', message: 'no such' }, 400), 'no such'],
    ['we may not', json({ __type: 'AccessDeniedException', message: 'not you' }, 400), 'not you'],
    ['the answer is broken', text('{"SecretString":planted-secret-key'), 'is not what the API promises'],
    [
      'the answer is broken and says 403',
      text('{"SecretString":planted-secret-key', 403),
      'promises (HTTP 403)',
    ],
  ])('cannot be read when %s, and the message says why and names the secret', async (_, reply, why) => {
    await aws(() => reply);
    const failure = await rejectionOf(provide('outscale', SECRET));
    expect(failure).toBeInstanceOf(CredentialsUnusable);
    expect(String(failure)).toContain('secret `vif-acceptor/outscale` cannot be read: GetSecretValue failed');
    expect(String(failure)).toContain(why);
    expect(inspect(failure)).not.toContain('planted');
  });

  it('are read again after a failure', async () => {
    const replies = [text('{'), json({ SecretString: JSON.stringify(KEY) })];
    await aws((earlier) => replies[earlier] ?? text('{'));
    const provided = functionCredentials(aRecipient({ credentials: SECRET }), 'acme', null);
    if (typeof provided !== 'function') throw new Error('no provider of credentials');
    await rejectionOf(provided());
    expect(await provided()).toMatchObject({ accessKeyId: KEY.accessKey });
  });

  it('sign calls to OUTSCALE, and with a broken secret nothing is sent there', async () => {
    const outscale = await startApi(() => json({ virtualInterfaces: [] }));
    onTestFinished(() => outscale.close());
    const replies = [
      json({ SecretString: 'planted-secret-key' }),
      json({ SecretString: JSON.stringify(KEY) }),
    ];
    await aws((earlier) => replies[earlier] ?? text('{'));
    const recipient = aRecipient({ credentials: SECRET });
    const endpoints = { directConnect: outscale.url, gateways: outscale.url, identity: null };
    const apis = connect(recipient, functionCredentials(recipient, 'acme', null), endpoints, 1000, new Set());
    onTestFinished(() => apis.close());

    expect(await rejectionOf(apis.directConnect.list())).toBeInstanceOf(CredentialsUnusable);
    expect(outscale.received).toEqual([]);
    expect(await apis.directConnect.list()).toEqual([]);
    expect(outscale.received[0]?.headers.authorization).toContain('Credential=OSCACCESSKEY/');
    expect(outscale.received[0]?.headers).not.toHaveProperty('x-amz-security-token');
  });

  const ENTRY = { ...SECRET, entry: 'acme' };

  it('come from the named entry of a secret that holds several keys', async () => {
    const SecretString = JSON.stringify({ acme: KEY, other: { accessKey: 'OTHER', secretKey: 'other' } });
    await aws(() => json({ SecretString }));
    expect(await provide('outscale', ENTRY)).toMatchObject({
      accessKeyId: KEY.accessKey,
      secretAccessKey: KEY.secretKey,
    });
  });

  it.each([
    ['has no such entry', { other: KEY }, 'has no entry `acme`'],
    ['is itself a key', KEY, 'has no entry `acme`'],
    ['has another thing there', { acme: 'planted-secret-key' }, 'entry `acme` of secret'],
    ['has half a key there', { acme: { accessKey: 'OSCACCESSKEY' } }, 'entry `acme` of secret'],
    ['has an invalid key there', { acme: { ...KEY, accessKey: '' } }, '`accessKey` in entry `acme`'],
  ])('are not taken from a secret that %s, and no part of it is printed', async (_, stored, problem) => {
    await aws(() => json({ SecretString: JSON.stringify(stored) }));
    const failure = await rejectionOf(provide('outscale', ENTRY));
    expect(failure).toBeInstanceOf(CredentialsUnusable);
    expect(String(failure)).toContain(problem);
    expect(inspect(failure)).not.toMatch(/planted|OSCACCESSKEY/);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'are no inherited property: entry `%s`',
    async (entry) => {
      await aws(() => json({ SecretString: JSON.stringify({ acme: KEY }) }));
      expect(String(await rejectionOf(provide('outscale', { ...SECRET, entry })))).toContain('has no entry');
    },
  );

  it.each<Credentials | null>([null, { role: 'arn:aws:iam::012345678901:role/x', externalId: null }])(
    'are never replaced by those of AWS when the policy names %j',
    (credentials) => {
      expect(() => functionCredentials(aRecipient({ credentials }), 'acme', null)).toThrow(
        'target `acme` names no secret: add `credentials: { secret: NAME }`',
      );
    },
  );

  it('are never replaced by those of AWS when there are none', () => {
    expect(() => connect(aRecipient(), null, NOWHERE, 1000, new Set())).toThrow(CredentialsUnusable);
  });
});

describe('the credentials of AWS', () => {
  const ROLE = 'arn:aws:iam::012345678901:role/acceptor';

  it('are those of the function unless the policy names a role', () => {
    expect(functionCredentials(aRecipient({ provider: 'aws' }), 'acme', null)).toBeNull();
    expect(() =>
      functionCredentials(aRecipient({ provider: 'aws', credentials: SECRET }), 'acme', null),
    ).toThrow('target `acme` names a secret; on aws name a role');
  });

  it('are those of the role that the policy names', async () => {
    const key = (name: string, value: string): string => `<${name}>${value}</${name}>`;
    const credentials =
      key('AccessKeyId', 'ROLEKEY') +
      key('SecretAccessKey', 'role-secret') +
      key('SessionToken', 'role-token') +
      key('Expiration', '2036-11-10T12:00:00Z');
    const result = `<AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult>`;
    const api = await aws(() => xml(`<AssumeRoleResponse>${result}</AssumeRoleResponse>`));
    expect(await provide('aws', { role: ROLE, externalId: 'x-1' }, api.url)).toMatchObject({
      accessKeyId: 'ROLEKEY',
      sessionToken: 'role-token',
    });
    const asked = new URLSearchParams(api.received[0]?.body);
    expect([asked.get('RoleArn'), asked.get('ExternalId')]).toEqual([ROLE, 'x-1']);
  });

  it('that cannot be fetched fail with a message that names the role', async () => {
    const error = '<Error><Code>AccessDenied</Code><Message>not you</Message></Error>';
    const api = await aws(() => xml(`<ErrorResponse>${error}</ErrorResponse>`, 403));
    const failure = await rejectionOf(provide('aws', { role: ROLE, externalId: null }, api.url));
    expect(failure).toBeInstanceOf(CredentialsUnusable);
    expect(String(failure)).toContain(`role \`${ROLE}\` cannot be assumed: AssumeRole failed (credentials)`);
  });
});

describe('an endpoint that must not be used is not asked for credentials', () => {
  it.each(['aws', 'outscale'] as const)('by a target on %s', async (provider) => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://192.0.2.1');
    const role = { role: 'arn:aws:iam::012345678901:role/acceptor', externalId: null };
    const failure = await rejectionOf(provide(provider, provider === 'aws' ? role : SECRET));
    expect(failure).toBeInstanceOf(CredentialsUnusable);
    expect(String(failure)).toContain('`http://192.0.2.1`; fix AWS_ENDPOINT_URL');
    // The advice on a failed call is wrong here: nothing was sent, and the AWS CLI would send it.
    expect(String(failure)).not.toMatch(/failed \(|AWS CLI|EndpointRefused/);
  });
});

import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { createSecretLookup, functionCredentials } from '../../adapters/functionCredentials.ts';
import {
  createRotatingKey,
  createStoredText,
  type RotatingKey,
  withKeyRenewal,
} from '../../adapters/rotatingKey.ts';
import { ApiFailure, CredentialsUnusable, KeyReplaced } from '../../run/portErrors.ts';
import { rejectionOf, TIMEOUT_MS } from '../support/apiClients.ts';
import { json, type Received, type Reply, startApi, xml } from '../support/apiServer.ts';
import { aRecipient } from '../support/builders.ts';
import { type SecretsManager, secretOf, startSecretsManager } from '../support/secretsManager.ts';

const RECIPIENT = aRecipient({ credentials: { secret: 'vif-acceptor/outscale' } });
const VIF = 'dxvif-1a2b3c4d';
const GATEWAY = 'vgw-12345678';

const ANSWERS: Readonly<Record<string, Reply>> = {
  DescribeVirtualInterfaces: json({ virtualInterfaces: [] }),
  ConfirmPrivateVirtualInterface: json({ virtualInterfaceState: 'pending' }),
  DescribeVpnGateways: xml('<DescribeVpnGatewaysResponse><vpnGatewaySet/></DescribeVpnGatewaysResponse>'),
};
const REFUSALS: Readonly<Record<string, Reply>> = {
  DescribeVpnGateways: xml(
    '<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>',
    401,
  ),
};
const REFUSED = json({ __type: 'UnrecognizedClientException', message: 'no such key' }, 403);

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AWSACCESSKEY');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'aws-secret');
  vi.stubEnv('AWS_REGION', 'eu-west-3');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** OUTSCALE, where one access key is valid at a time, and the function's own access to it. */
async function world(good: string, instead: (request: Received) => Reply | null = () => null) {
  const secrets = await startSecretsManager('KEYONE', 'planted-secret-one');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  const valid = { key: good };
  const outscale = await startApi((request) => {
    const other = instead(request);
    if (other !== null) return other;
    const { operation } = request;
    const refusal = REFUSALS[operation] ?? REFUSED;
    return keyOf(request) === valid.key ? (ANSWERS[operation] ?? REFUSED) : refusal;
  });
  const endpoints = { directConnect: outscale.url, gateways: outscale.url, identity: null };
  const apis = connect(
    RECIPIENT,
    functionCredentials(RECIPIENT, 'acme', null),
    endpoints,
    TIMEOUT_MS,
    new Set(),
  );
  onTestFinished(async () => {
    apis.close();
    await outscale.close();
  });
  /** every call, as `Operation KEY` */
  const calls = () => outscale.received.map((request) => `${request.operation} ${keyOf(request)}`);
  return { secrets, valid, apis, calls, reads: () => secrets.received.length };
}

function keyOf({ headers }: Received): string {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'none';
}

function rotate(secrets: SecretsManager, valid: { key: string }): void {
  secrets.hold('KEYTWO', 'planted-secret-two');
  valid.key = 'KEYTWO';
}

describe('when the key in the secret is replaced', () => {
  type Apis = Awaited<ReturnType<typeof world>>['apis'];
  it.each<[string, (apis: Apis) => Promise<unknown>]>([
    ['DescribeVirtualInterfaces', ({ directConnect }) => directConnect.list()],
    ['DescribeVpnGateways', ({ gateways }) => gateways.list(new Set(['virtual']))],
  ])('%s is called once more with the new one, which all later calls use', async (operation, call) => {
    const { secrets, valid, apis, calls, reads } = await world('KEYONE');
    await apis.directConnect.list();
    rotate(secrets, valid);
    await call(apis);
    await apis.directConnect.list();
    expect(calls().slice(1)).toEqual([
      `${operation} KEYONE`,
      `${operation} KEYTWO`,
      'DescribeVirtualInterfaces KEYTWO',
    ]);
    expect(reads()).toBe(2);
  });

  it('a confirm fails with KeyReplaced, and the caller can make it again with the new key', async () => {
    const { secrets, valid, apis, calls, reads } = await world('KEYONE');
    await apis.directConnect.list();
    rotate(secrets, valid);
    expect(await rejectionOf(apis.directConnect.confirm('private', VIF, GATEWAY))).toBeInstanceOf(
      KeyReplaced,
    );
    await apis.directConnect.confirm('private', VIF, GATEWAY);
    expect(calls().slice(1)).toEqual([
      'ConfirmPrivateVirtualInterface KEYONE',
      'ConfirmPrivateVirtualInterface KEYTWO',
    ]);
    expect(reads()).toBe(2);
  });

  it('the secret is read once, however many calls were refused at the same time', async () => {
    const { secrets, valid, apis, reads } = await world('KEYONE');
    await apis.directConnect.list();
    rotate(secrets, valid);
    await Promise.all(Array.from({ length: 20 }, () => apis.directConnect.describe(VIF)));
    expect(reads()).toBe(2);
  });

  it('and the old key still works, the new one is used within ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { secrets, apis, calls } = await world('KEYONE', () => json({ virtualInterfaces: [] }));
    await apis.directConnect.list();
    secrets.hold('KEYTWO', 'planted-secret-two');
    vi.advanceTimersByTime(9 * 60_000);
    await apis.directConnect.list();
    vi.advanceTimersByTime(60_000);
    await apis.directConnect.list();
    expect(calls().map((call) => call.split(' ')[1])).toEqual(['KEYONE', 'KEYONE', 'KEYTWO']);
  });
});

describe('targets that share a secret', () => {
  /** A target for each entry, and how often the secret was read. */
  async function sharing(stored: () => unknown, ...entries: string[]) {
    const api = await startApi(() => json({ SecretString: JSON.stringify(stored()) }));
    onTestFinished(() => api.close());
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', api.url);
    const secretNamed = createSecretLookup();
    const keys = entries.map((entry) => {
      const credentials = { secret: 'shared', entry };
      const key = functionCredentials({ ...RECIPIENT, credentials }, entry, null, secretNamed);
      if (typeof key !== 'function' || !('renewed' in key)) throw new Error('no key that can be renewed');
      return key;
    });
    return { keys, reads: () => api.received.length };
  }
  const entry = (accessKey: string) => ({ accessKey, secretKey: 'planted' });
  const ids = (keys: readonly RotatingKey[]) =>
    Promise.all(keys.map(async (key) => (await key()).accessKeyId));

  it('cause one read of it, and each uses the key of its entry', async () => {
    const { keys, reads } = await sharing(() => ({ a: entry('KEYA'), b: entry('KEYB') }), 'a', 'b');
    expect(await ids(keys)).toEqual(['KEYA', 'KEYB']);
    expect(await ids(keys)).toEqual(['KEYA', 'KEYB']);
    expect(reads()).toBe(1);
  });

  it('cause one more read when all of their keys are replaced and refused', async () => {
    let generation = 1;
    const stored = () => ({ a: entry(`KEYA${generation}`), b: entry(`KEYB${generation}`) });
    const { keys, reads } = await sharing(stored, 'a', 'b');
    const old = await Promise.all(keys.map((key) => key()));
    generation = 2;
    for (const [i, key] of keys.entries())
      expect(await key.renewed(old[i] ?? { accessKeyId: '', secretAccessKey: '' })).toMatchObject({
        accessKeyId: i === 0 ? 'KEYA2' : 'KEYB2',
      });
    expect(reads()).toBe(2);
  });

  it('cause a read for a refused key that is still the stored one, which is not taken for a new one', async () => {
    const { keys, reads } = await sharing(() => ({ a: entry('KEYA') }), 'a');
    const [key] = keys;
    const old = await key?.();
    if (key === undefined || old === undefined) throw new Error('no key');
    expect((await key.renewed(old)).accessKeyId).toBe('KEYA');
    expect(reads()).toBe(2);
  });

  it('find an entry that was added after the secret was read for another target', async () => {
    let stored: object = { a: entry('KEYA') };
    const { keys, reads } = await sharing(() => stored, 'a', 'b');
    const [a, b] = keys;
    await a?.();
    stored = { ...stored, b: entry('KEYB') };
    expect((await b?.())?.accessKeyId).toBe('KEYB');
    expect(reads()).toBe(2);
  });

  it('keep their keys while the entry of another one is missing', async () => {
    const { keys } = await sharing(() => ({ a: entry('KEYA') }), 'a', 'b');
    const [a, b] = keys;
    if (b === undefined) throw new Error('no key');
    expect(await rejectionOf(b())).toBeInstanceOf(CredentialsUnusable);
    expect((await a?.())?.accessKeyId).toBe('KEYA');
  });
});

describe('a call whose key is refused', () => {
  it('is made once when the secret still contains that key, which the message says', async () => {
    const { apis, calls, reads } = await world('KEYTWO');
    expect(await rejectionOf(apis.directConnect.list())).toMatchObject({
      name: 'ApiFailure',
      kind: 'credentials',
      message:
        'DescribeVirtualInterfaces failed (credentials): UnrecognizedClientException: no such key (HTTP 403); ' +
        'secret `vif-acceptor/outscale` was read again and still contains the same key; ' +
        'the access key or its session token is not known there: it is wrong, disabled, or of another provider or partition',
    });
    expect({ calls: calls(), reads: reads() }).toEqual({
      calls: ['DescribeVirtualInterfaces KEYONE'],
      reads: 2,
    });
  });

  it('is made at most twice: the message says that the new key is refused too, without any part of it', async () => {
    const { secrets, valid, apis, calls } = await world('KEYONE');
    await apis.directConnect.list();
    rotate(secrets, valid);
    valid.key = 'KEYTHREE';
    const failure = await rejectionOf(apis.directConnect.list());
    expect(failure).toMatchObject({ name: 'ApiFailure', kind: 'credentials' });
    expect(String(failure)).toContain(
      'secret `vif-acceptor/outscale` was read again, and its new key is refused too; the access key or its session token is not known there',
    );
    expect(inspect(failure)).not.toMatch(/planted|KEYONE|KEYTWO/);
    expect(calls().slice(1)).toEqual([
      'DescribeVirtualInterfaces KEYONE',
      'DescribeVirtualInterfaces KEYTWO',
    ]);
  });

  it('is not made again when its time ended while the new key was read', async () => {
    const abort = new AbortController();
    let reads = 0;
    const stored = createStoredText('the secret', async () => {
      reads += 1;
      if (reads === 2) abort.abort();
      return `KEY${reads}`;
    });
    const key = createRotatingKey(stored, (accessKeyId) => ({ accessKeyId, secretAccessKey: 'secret' }));
    let calls = 0;
    const refused = async (): Promise<never> => {
      calls += 1;
      throw new ApiFailure('DescribeVirtualInterfaces', 'credentials', 'no such key');
    };
    await rejectionOf(withKeyRenewal(key, 'DescribeVirtualInterfaces', abort.signal, 'repeated', refused));
    expect({ reads, calls }).toEqual({ reads: 2, calls: 1 });
  });

  it('fails with the problem of the secret when that cannot be read any more', async () => {
    const { secrets, valid, apis, calls } = await world('KEYONE');
    await apis.directConnect.list();
    valid.key = 'KEYTWO';
    secrets.answer(json({ __type: 'AccessDeniedException', message: 'not you' }, 400));
    const failure = await rejectionOf(apis.directConnect.list());
    expect(failure).toMatchObject({ name: 'ApiFailure', kind: 'credentials' });
    expect(String(failure)).toMatch(/no such key \(HTTP 403\); then secret `.*` cannot be read: .*not you/);
    expect(calls()).toHaveLength(2);
  });

  it('ends within its time limit when the secret cannot be read in time, and is not made again after that', async () => {
    const { secrets, valid, apis, calls } = await world('KEYONE');
    await apis.directConnect.list();
    valid.key = 'KEYTWO';
    secrets.answer({ does: 'later', ms: 2 * TIMEOUT_MS, reply: secretOf('KEYTWO', 'planted-secret-two') });
    const start = performance.now();
    expect(await rejectionOf(apis.directConnect.confirm('private', VIF, GATEWAY))).toMatchObject({
      kind: 'timeout',
    });
    expect(performance.now() - start).toBeLessThan(2 * TIMEOUT_MS);
    await apis.directConnect.list();
    expect(calls().slice(1)).toEqual([
      'ConfirmPrivateVirtualInterface KEYONE',
      'DescribeVirtualInterfaces KEYONE',
      'DescribeVirtualInterfaces KEYTWO',
    ]);
  });
});

it.each([
  ['says nothing', { does: 'hang' }],
  ['hangs up', { does: 'reset' }],
  ['fails', json({ message: 'oops' }, 500)],
  ['is throttled', json({ __type: 'ThrottlingException', message: 'slow down' }, 400)],
  ['says that these keys may not do it', json({ __type: 'AccessDeniedException', message: 'no' }, 400)],
  ['says that these keys may not do it, in words of EC2', json({ __type: 'UnauthorizedOperation' }, 403)],
  ['refuses for another reason', json({ __type: 'DirectConnectClientException', message: 'no' }, 400)],
] satisfies [string, Reply][])(
  'a confirm after which the API %s is not made again, whatever the secret contains',
  async (_, reply) => {
    const { secrets, valid, apis, calls, reads } = await world('KEYONE', ({ operation }) =>
      operation.startsWith('Confirm') ? reply : null,
    );
    await apis.directConnect.list();
    rotate(secrets, valid);
    await rejectionOf(apis.directConnect.confirm('private', VIF, GATEWAY));
    expect(calls().filter((call) => call.startsWith('Confirm'))).toHaveLength(1);
    expect(reads()).toBe(1);
  },
);

it('a missing permission is not a replaced key: the secret is not read again, and the message does not blame it', async () => {
  const denied =
    '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>';
  const { apis, calls, reads } = await world('KEYONE', ({ operation }) =>
    operation === 'DescribeVpnGateways' ? xml(denied, 403) : null,
  );
  for (const _ of [1, 2]) {
    const failure = await rejectionOf(apis.gateways.list(new Set(['virtual'])));
    expect(failure).toMatchObject({ kind: 'credentials', code: 'credentials' });
    expect(String(failure)).toMatch(
      /UnauthorizedOperation: no .*may not call DescribeVpnGateways: grant them that permission, or,/,
    );
    expect(String(failure)).not.toContain('read again');
  }
  expect(calls()).toEqual(['DescribeVpnGateways KEYONE', 'DescribeVpnGateways KEYONE']);
  expect(reads()).toBe(1);
});

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACME, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { json, type Reply, startApi } from '../support/apiServer.ts';
import { selfSigned } from '../support/certificate.ts';
import { type CommandResult, folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

function policy(recipient = '', provider = 'outscale', region = 'eu-west-2'): string {
  return `version: 1
recipient: { provider: ${provider}, region: ${region}, account: "${RECIPIENT_ACCOUNT}"${recipient} }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
}

const WITH_SECRET = policy(', credentials: { secret: vif-acceptor/outscale }');

/** `doctor` over one target, before an emulator of its provider. */
async function examined(
  text: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<CommandResult> {
  const cloud = await startTestCloud({ dialect: text.includes('provider: aws') ? 'aws' : 'outscale' });
  const dir = folderWith({ 'policy/hub.yaml': text, ...files });
  const absolute = Object.entries(env).map(([name, value]) => [name, value.replace('DIR', dir)]);
  return runCli(dir, ['doctor', '--endpoint', cloud.url, ...args], Object.fromEntries(absolute));
}

async function secretsManager(reply: Reply): Promise<Record<string, string>> {
  const api = await startApi(() => reply);
  onTestFinished(() => api.close());
  return { AWS_ENDPOINT_URL_SECRETS_MANAGER: api.url, AWS_REGION: 'eu-west-3' };
}

describe('doctor says before the first pass', () => {
  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'that the keys are of another account',
      policy(),
      { OSC_ACCESS_KEY: ACME },
      /FAIL +gateways: none of the policy's gateways is here, .* must be of account `012345678901`/,
    ],
    [
      'that the keys are of another account of AWS',
      policy('', 'aws'),
      { AWS_ACCESS_KEY_ID: ACME },
      /FAIL +identity: the credentials are of account `210987654321`, the policy's recipient is `012345678901`; use the recipient's, or mend `recipient\.account`/,
    ],
    [
      'that the region is another',
      policy('', 'outscale', 'us-east-2'),
      {},
      /FAIL +gateways: none .* `recipient\.region`, which is `us-east-2`, must be where the gateways are/,
    ],
    [
      'that there are no keys',
      policy(),
      { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' },
      /FAIL +credentials: no OUTSCALE credentials: set OSC_ACCESS_KEY and OSC_SECRET_KEY/,
    ],
    [
      'that a key was copied with more than it',
      policy(),
      { OSC_SECRET_KEY: 'planted-secret ' },
      /FAIL +credentials: OSC_SECRET_KEY is empty, or contains white space or another character that no key has; fix it\n/,
    ],
    [
      'that the keys are refused',
      policy(),
      { OSC_SECRET_KEY: 'wrong' },
      /FAIL +right to list: DescribeVirtualInterfaces failed \(credentials\): SignatureDoesNotMatch/,
    ],
    [
      'that a role cannot be assumed',
      policy(`, credentials: { role: "arn:aws:iam::${RECIPIENT_ACCOUNT}:role/x" }`, 'aws'),
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      /FAIL +credentials: role `arn:aws:iam::012345678901:role\/x` cannot be assumed: AssumeRole failed/,
    ],
  ])('%s', async (_, text, env, message) => {
    const { code, stdout } = await examined(text, env);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(message) });
    expect(stdout).toMatch(/ok +ledger: /);
    expect(stdout).not.toContain('planted');
  });

  it('that a key of the profile was copied with a line break', async () => {
    const profiles = { default: { access_key: `${RECIPIENT_ACCOUNT}\n`, secret_key: 'planted-secret' } };
    const { code, stdout } = await examined(
      policy(),
      { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' },
      { '.osc/config.json': JSON.stringify(profiles) },
    );
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /FAIL +credentials: `access_key` of profile `default` in .*config\.json is empty, or contains white space/,
      ),
    });
    expect(stdout).not.toContain('planted');
  });

  it('that a policy has no recipient, and examines the others all the same', async () => {
    const lost = 'version: 1\nowners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }\n';
    const { code, stdout } = await examined(policy(), {}, { 'policy/lost.yaml': lost });
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^policy\/lost\.yaml\n {2}FAIL +policy: policy\/lost\.yaml:1:1 recipient: key `recipient` is missing; add `recipient:` with/,
    );
    expect(stdout).toMatch(/\n\nhub\n.*ok +right to list/s);
  });
});

describe('of the secret that the function will use, doctor says', () => {
  it.each<[string, Reply, RegExp]>([
    [
      'that it is not there',
      json({ __type: 'ResourceNotFoundException', message: 'no such' }, 400),
      /FAIL +secret: secret `vif-acceptor\/outscale` cannot be read: .*no such \(HTTP 400\); create it with `\{"accessKey"/,
    ],
    [
      'that it may not be read',
      json({ __type: 'AccessDeniedException', message: 'not you' }, 400),
      /FAIL +secret: .*not you \(HTTP 400\); the caller needs `secretsmanager:GetSecretValue`/,
    ],
    [
      'that it is malformed',
      json({ SecretString: 'planted-secret' }),
      /FAIL +secret: secret `vif-acceptor\/outscale` must be `\{"accessKey": "…", "secretKey": "…"\}`; store it again/,
    ],
    [
      'that a key in it was copied with more than it',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT} ","secretKey":"planted"}` }),
      /FAIL +secret: `accessKey` in secret `vif-acceptor\/outscale` is empty, or contains white space or .*; store it again as `\{/,
    ],
    [
      'that its key is of another account',
      json({ SecretString: `{"accessKey":"${ACME}","secretKey":"secret"}` }),
      /FAIL +secret: none of the policy's gateways is here, .*the key in secret `vif-acceptor\/outscale` must be of account/,
    ],
    [
      'that its key is refused',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"planted"}` }),
      /FAIL +secret: DescribeVpnGateways failed \(credentials\)/,
    ],
    [
      'that all is well',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"secret"}` }),
      /ok +secret: `vif-acceptor\/outscale` can be read, has its form, and its key sees the policy's gateways/,
    ],
  ])('%s', async (_, reply, message) => {
    const { stdout } = await examined(WITH_SECRET, await secretsManager(reply));
    expect(stdout).toMatch(message);
    expect(stdout).not.toContain('planted');
  });

  it('the same when there are no keys of one’s own', async () => {
    const secret = await secretsManager(
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"secret"}` }),
    );
    const { stdout } = await examined(WITH_SECRET, { ...secret, OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' });
    expect(stdout).toMatch(/FAIL +credentials.*ok +secret/s);
  });

  it('that it cannot be looked at without an AWS account, which the command line needs none of', async () => {
    const { code, stdout } = await examined(WITH_SECRET, {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /warn +secret: `vif-acceptor\/outscale` not checked: no AWS credentials or region here/,
    );
  });
});

describe('of its surroundings, doctor says', () => {
  const { cert } = selfSigned(['ca.example']);

  it.each<[string, Record<string, string>, RegExp, number]>([
    ['that there is no proxy', {}, /ok +proxy: none/, 0],
    [
      'which proxy is used, without its password',
      { https_proxy: 'http://user:planted@127.0.0.1:3128', no_proxy: '.intern' },
      /ok +proxy: `http:\/\/127\.0\.0\.1:3128` \(HTTPS_PROXY\) for all https, except to `\.intern` \(NO_PROXY\)/,
      0,
    ],
    [
      'which certificates are added',
      { NODE_EXTRA_CA_CERTS: 'DIR/ca.pem' },
      /ok +certificates: .* adds 1 of .*ca\.pem/,
      0,
    ],
    [
      'that those cannot be read',
      { NODE_EXTRA_CA_CERTS: 'DIR/nowhere.pem' },
      /FAIL +certificates: NODE_EXTRA_CA_CERTS names .*nowhere\.pem, which cannot be read \(ENOENT\); mend or unset it/,
      1,
    ],
    [
      'that those are none',
      { NODE_EXTRA_CA_CERTS: 'DIR/policy/hub.yaml' },
      /FAIL +certificates: .*hub\.yaml, which holds no certificate in PEM/,
      1,
    ],
    [
      'where a ping goes, without the token',
      { VIF_ACCEPTOR_PING_URL: 'https://ping.example/planted' },
      /ok +ping: VIF_ACCEPTOR_PING_URL names https:\/\/ping\.example\/…, which `run` calls; not called now/,
      0,
    ],
  ])('%s', async (_, env, message, code) => {
    const ended = await examined(policy(), env, { 'ca.pem': cert });
    expect(ended).toMatchObject({ code, stdout: expect.stringMatching(message) });
    expect(ended.stdout).not.toContain('planted');
  });

  it('that the clock of the emulator was moved, which the expiry times do not follow', async () => {
    const cloud = await startTestCloud({ now: new Date() });
    const dir = folderWith({ 'policy/hub.yaml': policy() });
    const look = () => runCli(dir, ['doctor', '--endpoint', cloud.url]);
    expect((await look()).stdout).not.toMatch(/emulator: /);
    cloud.clock.advance('P8D');
    const { code, stdout } = await look();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/warn +emulator: its clock is (8 d|7 d 23 h) ahead of this machine's/),
    });
  });

  it('how far off the clock is', async () => {
    const { stdout } = await examined(policy());
    expect(stdout).toMatch(/ok +clock: within 5 minutes of the API's/);
  });
});

describe('of the ledger, doctor says', () => {
  const ledger = ['--ledger', 'state/ledger.json'];

  it('that it is well, and leaves it as it is', async () => {
    const { code, stdout } = await examined(policy(), {}, {}, ledger);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok +ledger: state\/ledger\.json can be read and written, no pass yet/),
    });
  });

  it('that it is damaged', async () => {
    const { code, stdout } = await examined(policy(), {}, { 'state/ledger.json': '{"format":' }, ledger);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL +ledger: ledger state\/ledger\.json is damaged: it is not JSON/);
  });

  it.skipIf(process.getuid?.() === 0)('that its folder cannot be written', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': policy() });
    mkdirSync(join(dir, 'locked'), { mode: 0o500 });
    onTestFinished(() => chmodSync(join(dir, 'locked'), 0o700));
    const args = ['doctor', '--endpoint', cloud.url, '--ledger', 'locked/more/ledger.json'];
    const { code, stdout } = await runCli(dir, args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /FAIL +ledger: locked\/more\/ledger\.json cannot be written \(EACCES\): give this user the right to write to .*locked,/,
    );
  });

  it('that its folder is a file', async () => {
    const { code, stdout } = await examined(policy(), {}, {}, ['--ledger', 'policy/hub.yaml/ledger.json']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAIL +ledger: .*ENOTDIR/),
    });
  });

  it.skipIf(process.platform !== 'linux')('that its folder can never be made, to root too', async () => {
    const { code, stdout } = await examined(policy(), {}, {}, ['--ledger', '/proc/vif-acceptor/ledger.json']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAIL +ledger: .*cannot be written/),
    });
  });

  it('that a table cannot be read', async () => {
    const env = await secretsManager(json({ __type: 'ResourceNotFoundException', message: 'no table' }, 400));
    const table = {
      AWS_ENDPOINT_URL_DYNAMODB: env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? '',
      AWS_REGION: 'eu-west-3',
    };
    const { code, stdout } = await examined(policy(), table, {}, ['--ledger', 'dynamodb:nowhere']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAIL +ledger: ledger table `nowhere`: .* failed .*no table/),
    });
  });
});

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

/** Runs `doctor` over one target against an emulator of its provider. */
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

describe('doctor before the first run', () => {
  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'reports credentials of another account',
      policy(),
      { OSC_ACCESS_KEY: ACME },
      /FAIL +gateways: none of the policy's gateways exists here, .* must belong to account `012345678901`/,
    ],
    [
      'reports credentials of another AWS account',
      policy('', 'aws'),
      { AWS_ACCESS_KEY_ID: ACME },
      /FAIL +identity: the credentials belong to account `210987654321`, but the policy's recipient is `012345678901`; use credentials of the recipient, or fix `recipient\.account`/,
    ],
    [
      'reports another region',
      policy('', 'outscale', 'us-east-2'),
      {},
      /FAIL +gateways: none .* `recipient\.region` \(`us-east-2`\) must be the region of the gateways/,
    ],
    [
      'reports missing credentials',
      policy(),
      { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' },
      /FAIL +credentials: no OUTSCALE credentials: set OSC_ACCESS_KEY and OSC_SECRET_KEY/,
    ],
    [
      'reports a key that was copied with white space',
      policy(),
      { OSC_SECRET_KEY: 'planted-secret ' },
      /FAIL +credentials: OSC_SECRET_KEY is empty, or contains white space or another character that no key has; fix it\n/,
    ],
    [
      'reports refused credentials',
      policy(),
      { OSC_SECRET_KEY: 'wrong' },
      /FAIL +right to list: DescribeVirtualInterfaces failed \(credentials\): SignatureDoesNotMatch/,
    ],
    [
      'reports a role that cannot be assumed',
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

  it('reports a key of the profile that was copied with a line break', async () => {
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

  it('reports a policy without recipient, and still checks the others', async () => {
    const lost = 'version: 1\nowners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }\n';
    const { code, stdout } = await examined(policy(), {}, { 'policy/lost.yaml': lost });
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^policy\/lost\.yaml\n {2}FAIL +policy: policy\/lost\.yaml:1:1 recipient: key `recipient` is missing; add `recipient:` with/,
    );
    expect(stdout).toMatch(/\n\nhub\n.*ok +right to list/s);
  });
});

describe('doctor, on the secret of the deployed function,', () => {
  it.each<[string, Reply, RegExp]>([
    [
      'reports that it does not exist',
      json({ __type: 'ResourceNotFoundException', message: 'no such' }, 400),
      /FAIL +secret: secret `vif-acceptor\/outscale` cannot be read: .*no such \(HTTP 400\); create it with `\{"accessKey"/,
    ],
    [
      'reports that it may not be read',
      json({ __type: 'AccessDeniedException', message: 'not you' }, 400),
      /FAIL +secret: .*not you \(HTTP 400\); .*`secretsmanager:GetSecretValue`/,
    ],
    [
      'reports that it is malformed',
      json({ SecretString: 'planted-secret' }),
      /FAIL +secret: secret `vif-acceptor\/outscale` must be `\{"accessKey": "…", "secretKey": "…"\}`; /,
    ],
    [
      'reports a key in it that was copied with white space',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT} ","secretKey":"planted"}` }),
      /FAIL +secret: `accessKey` in secret `vif-acceptor\/outscale` is empty, or contains white space or .* `\{/,
    ],
    [
      'reports a key of another account',
      json({ SecretString: `{"accessKey":"${ACME}","secretKey":"secret"}` }),
      /FAIL +secret: none of the policy's gateways exists here, .*the key in secret `vif-acceptor\/outscale` must belong to account/,
    ],
    [
      'reports a refused key',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"planted"}` }),
      /FAIL +secret: DescribeVpnGateways failed \(credentials\)/,
    ],
    [
      'reports that it is ok',
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"secret"}` }),
      /ok +secret: `vif-acceptor\/outscale` can be read and has the right form, and its key can list the policy's gateways/,
    ],
  ])('%s', async (_, reply, message) => {
    const { stdout } = await examined(WITH_SECRET, await secretsManager(reply));
    expect(stdout).toMatch(message);
    expect(stdout).not.toContain('planted');
  });

  it('reports the same when the user has no credentials', async () => {
    const secret = await secretsManager(
      json({ SecretString: `{"accessKey":"${RECIPIENT_ACCOUNT}","secretKey":"secret"}` }),
    );
    const { stdout } = await examined(WITH_SECRET, { ...secret, OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' });
    expect(stdout).toMatch(/FAIL +credentials.*ok +secret/s);
  });

  it('warns that it cannot check the secret without AWS credentials, which the command line does not need', async () => {
    const { code, stdout } = await examined(WITH_SECRET, {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /warn +secret: `vif-acceptor\/outscale` was not checked: there are no AWS credentials or no region/,
    );
  });
});

describe('doctor, on its environment,', () => {
  const { cert } = selfSigned(['ca.example']);

  it.each<[string, Record<string, string>, RegExp, number]>([
    ['reports that there is no proxy', {}, /ok +proxy: none/, 0],
    [
      'reports the proxy without its password',
      { https_proxy: 'http://user:planted@127.0.0.1:3128', no_proxy: '.intern' },
      /ok +proxy: `http:\/\/127\.0\.0\.1:3128` \(HTTPS_PROXY\) for all https, except to `\.intern` \(NO_PROXY\)/,
      0,
    ],
    [
      'reports the number of added certificates',
      { NODE_EXTRA_CA_CERTS: 'DIR/ca.pem' },
      /ok +certificates: .* adds 1 from .*ca\.pem/,
      0,
    ],
    [
      'reports certificates that cannot be read',
      { NODE_EXTRA_CA_CERTS: 'DIR/nowhere.pem' },
      /FAIL +certificates: NODE_EXTRA_CA_CERTS names .*nowhere\.pem, which cannot be read \(ENOENT\); fix or unset it/,
      1,
    ],
    [
      'reports a file without certificates',
      { NODE_EXTRA_CA_CERTS: 'DIR/policy/hub.yaml' },
      /FAIL +certificates: .*hub\.yaml, which has no certificate in PEM format/,
      1,
    ],
    [
      'reports the ping URL without its token',
      { VIF_ACCEPTOR_PING_URL: 'https://ping.example/planted' },
      /ok +ping: VIF_ACCEPTOR_PING_URL names https:\/\/ping\.example\/…, which `run` calls; doctor does not call it/,
      0,
    ],
  ])('%s', async (_, env, message, code) => {
    const ended = await examined(policy(), env, { 'ca.pem': cert });
    expect(ended).toMatchObject({ code, stdout: expect.stringMatching(message) });
    expect(ended.stdout).not.toContain('planted');
  });

  it('warns that the clock of the emulator was moved, which does not change the expiry times shown', async () => {
    const cloud = await startTestCloud({ now: new Date() });
    const dir = folderWith({ 'policy/hub.yaml': policy() });
    const examine = () => runCli(dir, ['doctor', '--endpoint', cloud.url]);
    expect((await examine()).stdout).not.toMatch(/emulator: /);
    cloud.clock.advance('P8D');
    const { code, stdout } = await examine();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/warn +emulator: its clock is (8 d|7 d 23 h) ahead of this machine's/),
    });
  });

  it('reports the offset of the clock', async () => {
    const { stdout } = await examined(policy());
    expect(stdout).toMatch(/ok +clock: within 5 minutes of the API's/);
  });
});

describe('doctor, on the ledger,', () => {
  const ledger = ['--ledger', 'state/ledger.json'];

  it('reports a good ledger as ok, and does not change it', async () => {
    const { code, stdout } = await examined(policy(), {}, {}, ledger);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /ok +ledger: state\/ledger\.json can be read and written, no complete listing yet/,
      ),
    });
  });

  it('reports a damaged ledger', async () => {
    const { code, stdout } = await examined(policy(), {}, { 'state/ledger.json': '{"format":' }, ledger);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL +ledger: ledger state\/ledger\.json is damaged: it is not JSON/);
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder that cannot be written', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': policy() });
    mkdirSync(join(dir, 'locked'), { mode: 0o500 });
    onTestFinished(() => chmodSync(join(dir, 'locked'), 0o700));
    const args = ['doctor', '--endpoint', cloud.url, '--ledger', 'locked/more/ledger.json'];
    const { code, stdout } = await runCli(dir, args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /FAIL +ledger: locked\/more\/ledger\.json cannot be written \(EACCES\): give this user write permission for .*locked,/,
    );
  });

  it('reports a ledger whose folder is a file', async () => {
    const { code, stdout } = await examined(policy(), {}, {}, ['--ledger', 'policy/hub.yaml/ledger.json']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAIL +ledger: .*ENOTDIR/),
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'reports a folder that cannot be created, not even by root',
    async () => {
      const { code, stdout } = await examined(policy(), {}, {}, [
        '--ledger',
        '/proc/vif-acceptor/ledger.json',
      ]);
      expect({ code, stdout }).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/FAIL +ledger: .*cannot be written/),
      });
    },
  );

  it('reports a table that cannot be read', async () => {
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

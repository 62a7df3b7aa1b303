import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], grants: { prod: { gateway: ${PROD}, match: { vlan: [100-199] } } } } }
`;

/** The environment of a user who has keys in a profile only. */
const NO_KEYS = { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' };

/** A folder with a policy, and with profiles as OUTSCALE's tools write them. */
function userWith(settings: Readonly<Record<string, unknown>>, name = 'default'): string {
  const profile = { access_key: RECIPIENT_ACCOUNT, secret_key: 'secret', region: 'eu-west-2', ...settings };
  return folderWith({
    'policy/hub.yaml': POLICY,
    '.osc/config.json': JSON.stringify({ [name]: profile }),
  });
}

interface Finding {
  readonly check: string;
  readonly result: string;
  readonly message: string;
}

async function examine(dir: string, env: Readonly<Record<string, string>>, ...args: string[]) {
  const { stdout } = await runCli(dir, ['doctor', '--json', ...args], env);
  const findings: readonly Finding[] = JSON.parse(stdout).targets[0].findings;
  return (check: string) =>
    findings.filter((one) => one.check === check).map(({ result, message }) => `${result} ${message}`);
}

describe('a profile of OUTSCALE with an endpoint', () => {
  it('is all that a run needs, and its emulator has a ledger of its own', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const dir = userWith({ endpoints: { direct_link: cloud.url, fcu: cloud.url }, default: true }, 'hub');
    const { code } = await runCli(dir, ['run'], NO_KEYS);
    const state = await actAs(cloud, RECIPIENT_ACCOUNT).see(id);
    expect({ code, state }).toEqual({ code: 0, state: `pending ${PROD}` });
    const ledgers = join(dir, 'state/vif-acceptor');
    expect(existsSync(join(ledgers, `ledger-http-127-0-0-1-${cloud.port}.json`))).toBe(true);
    expect(existsSync(join(ledgers, 'ledger.json'))).toBe(false);
  });

  it('does not move the ledger of a target that it does not apply to: such a command needs --ledger', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const dir = folderWith({
      'policy/hub.yaml': POLICY,
      'policy/other.yaml': POLICY.replace('provider: outscale', 'provider: aws'),
    });
    const env = { OSC_ENDPOINT_DIRECT_LINK: cloud.url };
    for (const command of ['run', 'plan', 'status', 'receipts', 'doctor']) {
      const { code, stderr } = await runCli(dir, [command], env);
      expect({ command, code, stderr }).toEqual({
        command,
        code: 2,
        stderr: expect.stringContaining('--ledger'),
      });
    }
    expect(cloud.calls()).toHaveLength(1);
    // The same emulator for both has one ledger.
    const AWS_ENDPOINT_URL = `${cloud.url}/`;
    expect((await runCli(dir, ['run'], { ...env, AWS_ENDPOINT_URL })).code).toBe(0);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe(`pending ${PROD}`);
    const next = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    const far = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    expect((await runCli(dir, ['run'], far)).code).toBe(2);
    expect((await runCli(dir, ['run', '--ledger', 'own.json'], far)).code).toBe(1);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(next)).toBe(`pending ${PROD}`);
    // A refused endpoint fails its own target only.
    const last = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103 });
    const refused = { ...env, AWS_ENDPOINT_URL: 'http://dl.example' };
    expect((await runCli(dir, ['run'], refused)).code).not.toBe(0);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(last)).toBe(`pending ${PROD}`);
  }, 60_000);

  it('is shown by doctor, with its file and what selected it', async () => {
    const cloud = await startTestCloud();
    const dir = userWith({ endpoint: cloud.url }, 'lab');
    const found = await examine(dir, { ...NO_KEYS, OSC_PROFILE: 'lab' });
    const file = join(dir, '.osc/config.json');
    const source = '`endpoint` of profile `lab` in ~/.osc/config.json';
    expect(found('endpoint')).toEqual([
      `ok DirectLink: ${cloud.url} (${source})`,
      `ok FCU: ${cloud.url} (${source})`,
    ]);
    expect(found('credentials')).toEqual([
      `ok found: the key of profile \`lab\` in ${file}, selected by OSC_PROFILE`,
    ]);
    const inOther = await examine(dir, { ...NO_KEYS, OSC_PROFILE: 'lab', OSC_REGION: 'us-east-2' });
    expect(inOther('region')).toEqual([expect.stringMatching(/^warn OSC_REGION is `us-east-2`/)]);
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, unknown>>]>([
    ['it is made for another region', NO_KEYS, { region: 'us-east-2' }],
    ['the environment has the key, and only its name selects it', {}, {}],
  ])('is ignored, which doctor and a run say: %s', async (_, env, settings) => {
    const cloud = await startTestCloud();
    const dir = userWith({ endpoint: cloud.url, ...settings });
    // A proxy that does not answer: nothing is sent to the endpoints of the provider.
    const user = { ...env, HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: '', NO_PROXY: '', no_proxy: '' };
    const found = await examine(dir, user);
    expect(found('endpoint').join()).not.toContain(cloud.url);
    const ignored = expect.stringMatching(/endpoints of .*profile.* are ignored/);
    expect(found('profile')).toContainEqual(ignored);
    const { stdout } = await runCli(dir, ['plan', '--json'], user);
    const [{ warnings }] = JSON.parse(stdout).runs;
    expect(warnings).toContainEqual({ code: 'wrong-account-or-region', message: ignored });
    expect(cloud.calls()).toEqual([]);
  });

  it('is not used where two are marked as the default and the environment has the key, of which doctor warns', async () => {
    const cloud = await startTestCloud();
    const profile = { endpoint: 'https://profile.example', default: true };
    const dir = folderWith({
      'policy/hub.yaml': POLICY,
      '.osc/config.json': JSON.stringify({ hub: profile, lab: profile }),
    });
    const { code } = await runCli(dir, ['run', '--endpoint', cloud.url]);
    expect(code).toBe(0);
    const found = await examine(dir, {}, '--endpoint', cloud.url);
    expect(found('profile')).toEqual([expect.stringMatching(/^warn profiles `hub` and `lab` .*OSC_PROFILE/)]);
    expect(found('credentials')).toEqual(['ok found: the key of OSC_ACCESS_KEY and OSC_SECRET_KEY']);
  });

  it('gives way to a variable of OUTSCALE, which gives way to one of this product, which gives way to an option', async () => {
    const cloud = await startTestCloud();
    const dir = userWith({ endpoint: 'https://profile.example' });
    const variable = { OSC_ENDPOINT_DIRECT_LINK: cloud.url };
    expect((await examine(dir, variable))('endpoint')).toEqual([
      `ok DirectLink: ${cloud.url} (OSC_ENDPOINT_DIRECT_LINK)`,
      `ok FCU: ${cloud.url} (OSC_ENDPOINT_DIRECT_LINK)`,
    ]);
    const env = { OSC_ENDPOINT_DIRECT_LINK: 'https://variable.example', VIF_ACCEPTOR_ENDPOINT: cloud.url };
    const found = await examine(dir, env);
    expect(found('endpoint')).toEqual([
      `ok DirectLink: ${cloud.url} (VIF_ACCEPTOR_ENDPOINT)`,
      `ok FCU: ${cloud.url} (VIF_ACCEPTOR_ENDPOINT)`,
    ]);
    expect(found('credentials')).toEqual(['ok found: the key of OSC_ACCESS_KEY and OSC_SECRET_KEY']);
    expect(found('profile')).toEqual([expect.stringMatching(/^ok profile `default` .*selected by its name/)]);
    const other = { ...env, VIF_ACCEPTOR_ENDPOINT: 'https://product.example' };
    const typed = await examine(dir, other, '--endpoint', cloud.url);
    expect(typed('endpoint')[0]).toBe(`ok DirectLink: ${cloud.url} (--endpoint)`);
  }, 20_000);

  it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>]>([
    ['OSC_ENDPOINT_FCU', {}, { OSC_ENDPOINT_FCU: 'http://fcu.example' }],
    ['`endpoint` of profile `default`', { endpoint: 'http://dl.example' }, NO_KEYS],
    ['VIF_ACCEPTOR_ENDPOINT', {}, { VIF_ACCEPTOR_ENDPOINT: 'http://dl.example' }],
  ])('is refused by name when it is neither https nor on this machine: %s', async (name, settings, env) => {
    const { code, stderr } = await runCli(userWith(settings), ['run'], env);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`${name}`) });
  });

  it('is named in the error of a call that fails there', async () => {
    const OSC_ENDPOINT_DIRECT_LINK = 'http://127.0.0.1:9';
    const { code, stdout } = await runCli(userWith({}), ['plan', '--json'], { OSC_ENDPOINT_DIRECT_LINK });
    const [{ failures }] = JSON.parse(stdout).runs;
    expect({ code, failures }).toMatchObject({
      code: 1,
      failures: [{ message: expect.stringMatching(/sent to `http:\/\/127\.0\.0\.1:9` \(OSC_ENDPOINT_/) }],
    });
  });
});

describe('the command for a request that is held', () => {
  it('is one of osc-cli where the keys are in a profile, and one of the AWS CLI elsewhere', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 300 });
    const dir = userWith({ endpoint: cloud.url }, 'lab');
    const commandFor = async (env: Readonly<Record<string, string>>) => {
      const { stdout } = await runCli(dir, ['plan', '--json'], { OSC_PROFILE: 'lab', ...env });
      return JSON.parse(stdout).runs[0].requests[0].manualOverrideCommand;
    };
    expect(await commandFor(NO_KEYS)).toBe(
      `osc-cli directlink ConfirmPrivateVirtualInterface --profile lab --endpoint ${cloud.url} ` +
        `--virtualInterfaceId ${id} --virtualGatewayId ${PROD}`,
    );
    expect(await commandFor({})).toMatch(/^aws directconnect confirm-private-virtual-interface /);
  });
});

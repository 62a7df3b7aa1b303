import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { type ApiServer, type Reply, startApi, text } from '../support/apiServer.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { startEgressProxy } from '../support/egressProxy.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
const TOKEN = 'planted-token';

/** A server that receives pings. */
async function listener(reply: Reply = text('OK')): Promise<ApiServer> {
  const api = await startApi(() => reply);
  onTestFinished(() => api.close());
  return api;
}

function at(cloud: Emulator): string[] {
  return ['--endpoint', cloud.url];
}

describe('a ping', () => {
  it('is sent once, after all runs are completed', async () => {
    const [cloud, { url, received }] = [await startTestCloud(), await listener()];
    const other = POLICY.replace('eu-west-2', 'us-east-2');
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/far.yaml': other });
    const broken = await runCli(dir, ['run', ...at(cloud), '--ping', `${url}/${TOKEN}`]);
    expect({ code: broken.code, pings: received.length }).toEqual({ code: 1, pings: 0 });

    const valid = ['run', '-p', 'policy/hub.yaml', ...at(cloud), '--ping', `${url}/${TOKEN}`];
    expect(await runCli(dir, valid)).toMatchObject({ code: 0, stderr: '' });
    expect(received.map(({ headers }) => headers['user-agent'])).toEqual(['vif-acceptor']);
  });

  it('takes its URL from the environment too, which the process list does not show', async () => {
    const [cloud, { url, received }] = [await startTestCloud(), await listener()];
    const env = { VIF_ACCEPTOR_PING_URL: `${url}/${TOKEN}` };
    await runCli(folderWith({ 'policy/hub.yaml': POLICY }), ['run', ...at(cloud)], env);
    expect(received).toHaveLength(1);
  });

  it.each<[string, readonly string[], Record<string, string>]>([
    ['a plan', ['plan'], {}],
    ['a dry run', ['run', '--dry-run'], {}],
    ['a command that only reads', ['status'], {}],
    ['a run that failed', ['run'], { OSC_SECRET_KEY: 'wrong' }],
    ['a run whose events cannot be delivered', ['run', '--events', 'no/such/folder/events'], {}],
    ['an invalid policy beside a valid one', ['run'], { BROKEN: 'yes' }],
  ])('is not sent by %s', async (_, args, env) => {
    const [cloud, { url, received }] = [await startTestCloud(), await listener()];
    const broken: Record<string, string> =
      env.BROKEN === undefined ? {} : { 'policy/lost.yaml': 'version: 1' };
    const dir = folderWith({ 'policy/hub.yaml': POLICY, ...broken });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await runCli(dir, [...args, ...at(cloud)], { ...env, VIF_ACCEPTOR_PING_URL: url });
    expect(received).toEqual([]);
  });

  it('is not sent by a run that was locked out by another one', async () => {
    const [cloud, { url, received }] = [await startTestCloud(), await listener()];
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const run = ['run', ...at(cloud), '--ledger', 'ledger.json', '--ping', url];
    await runCli(dir, run);
    const ledger = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
    const [key = ''] = Object.keys(ledger.targets);
    ledger.targets[key].lease = { token: 'of-another', until: new Date(Date.now() + 300_000).toISOString() };
    const other = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': JSON.stringify(ledger) });
    const { stdout } = await runCli(other, run);
    expect(stdout).toContain('the ledger has been locked since');
    expect(received).toHaveLength(1);
  });

  it.each<[string, Reply, RegExp]>([
    ['an error status', text('no', 404), /failed: HTTP 404;/],
    ['a redirect', text('', 301), /failed: HTTP 301, a redirect, which is not followed;/],
    ['a time-out', { does: 'hang' }, /failed: no answer within 5 s;/],
    ['a broken connection', { does: 'reset' }, /failed: ECONNRESET;/],
  ])(
    'that fails by %s is a warning without the token, and changes neither the run nor the exit code',
    async (_, reply, message) => {
      const [cloud, { url }] = [await startTestCloud(), await listener(reply)];
      const dir = folderWith({ 'policy/hub.yaml': POLICY });
      const { code, stdout, stderr } = await runCli(dir, [
        'run',
        '--json',
        ...at(cloud),
        '--ping',
        `${url}/${TOKEN}`,
      ]);
      expect({ code, runs: JSON.parse(stdout).runs }).toMatchObject({
        code: 0,
        runs: [{ status: 'completed' }],
      });
      expect(stderr).toMatch(message);
      expect(stderr).toContain(`warning: the ping to ${url}/…`);
      expect(stdout + stderr).not.toContain(TOKEN);
    },
  );

  it.each(['planted', 'http://example.com/planted', 'ftp://planted', 'https://user:planted@example.com', ''])(
    'is refused before any run when its URL is not valid (%#), without repeating it',
    async (address) => {
      const cloud = await startTestCloud();
      const dir = folderWith({ 'policy/hub.yaml': POLICY });
      const { code, stdout, stderr } = await runCli(dir, ['run', ...at(cloud), '--ping', address]);
      expect({ code, stdout, calls: cloud.calls() }).toEqual({ code: 2, stdout: '', calls: [] });
      expect(stderr).toMatch(
        /^error: --ping must be a URL such as `https:\/\/ping\.example\/TOKEN`: https, or http/,
      );
      expect(stderr).not.toContain('planted');
    },
  );
});

describe('behind a proxy', () => {
  const HOSTS = ['directlink.eu-west-2.outscale.com', 'fcu.eu-west-2.outscale.com'];

  it('the command line calls everything through the proxy, including the ping', async () => {
    const [cloud, waiting] = [await startTestCloud(), await listener()];
    const apis = Object.fromEntries(HOSTS.map((host) => [host, cloud.url]));
    const { env, tunnels } = await startEgressProxy({ ...apis, 'ping.example': waiting.url });
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const ping = ['--ping', `https://ping.example/${TOKEN}`];
    const { code, stdout, stderr } = await runCli(dir, ['run', ...ping], env);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'hub: nothing pending\n', stderr: '' });
    expect([...new Set(tunnels)].sort()).toEqual([...HOSTS, 'ping.example']);
    expect(waiting.received).toHaveLength(1);
  });

  it('a run fails with the answer of a proxy that refuses, and ends', async () => {
    const { env } = await startEgressProxy({ [HOSTS[0] ?? '']: 'http://127.0.0.1:1' }, 'askForPassword');
    const { code, stdout } = await runCli(folderWith({ 'policy/hub.yaml': POLICY }), ['run'], env);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'of HTTPS_PROXY did not open a tunnel: it answered `407 Proxy Authentication Required`',
    );
    expect(stdout).not.toContain('planted');
  });

  it('nothing is called when the setting is not a proxy', async () => {
    const env = { HTTPS_PROXY: 'user:planted@proxy' };
    const { code, stderr } = await runCli(folderWith({ 'policy/hub.yaml': POLICY }), ['run'], env);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: HTTPS_PROXY must be a URL such as `http://proxy.example:3128`; correct or unset it\n',
    });
  });
});

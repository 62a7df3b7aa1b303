import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signWebhook } from '../../adapters/events/webhookSignature.ts';
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
const SECRETS = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
const NOTIFY_SECRET = {
  VIF_ACCEPTOR_NOTIFY_SECRET: SECRETS.map((secret) => secret.toString('base64')).join(' '),
};

async function aReceiver(reply: () => Reply = () => text('ok')): Promise<ApiServer> {
  const api = await startApi(reply);
  onTestFinished(() => api.close());
  return api;
}

function at(cloud: Emulator): string[] {
  return ['--endpoint', cloud.url, '--ledger', 'ledger.json', '--quiet'];
}

/** A cloud with a held request, and a folder with a policy. A first run reports two events: held, and that its expiry is unknown. */
async function start() {
  const cloud = await startTestCloud();
  const held = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
  return { cloud, held, dir: folderWith({ 'policy/hub.yaml': POLICY }) };
}

function filesIn(dir: string): string {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

describe('run --notify', () => {
  it('sends each event once, signed by both secrets, as the events file gets it', async () => {
    const [{ cloud, held, dir }, { url, received }] = [await start(), await aReceiver()];
    const run = ['run', ...at(cloud), '--events', 'events.jsonl', '--notify', `${url}/${TOKEN}`];
    expect(await runCli(dir, run, NOTIFY_SECRET)).toMatchObject({ code: 0, stderr: '' });
    expect(await runCli(dir, run, NOTIFY_SECRET)).toMatchObject({ code: 0, stderr: '' });
    const lines = readFileSync(join(dir, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    expect(received.map(({ body }) => JSON.parse(body))).toEqual(lines.map((line) => JSON.parse(line)));
    expect(received).toHaveLength(2);
    const [first] = received;
    const { id, request } = JSON.parse(first?.body ?? '').detail;
    expect(request.id).toBe(held);
    const sentAt = new Date(Number(first?.headers['webhook-timestamp']) * 1000);
    expect(first?.headers).toMatchObject({ ...signWebhook(id, sentAt, first?.body ?? '', SECRETS) });
  });

  it('tries again what a webhook did not take, without a second line in the events file, and without its token in any text', async () => {
    let isDown = true;
    const { cloud, dir } = await start();
    const { url, received } = await aReceiver(() => (isDown ? text('', 500) : text('ok')));
    const run = [
      'run',
      '--json',
      ...at(cloud),
      '--events',
      'events.jsonl',
      '--notify',
      `slack:${url}/${TOKEN}`,
    ];
    const failed = await runCli(dir, run);
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout).runs[0].failures).toEqual([
      {
        code: 'event-delivery',
        message: expect.stringContaining(`the slack webhook at ${url}/… failed: HTTP 500`),
      },
    ]);
    isDown = false;
    const done = await runCli(dir, run);
    expect(done.code).toBe(0);
    // After an error of the receiver, the other event of that run was not sent.
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ body }) => body)).size).toBe(2);
    expect(readFileSync(join(dir, 'events.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(2);
    const shown = [failed, done].map(({ stdout, stderr }) => stdout + stderr).join();
    expect(shown + filesIn(dir)).not.toContain('planted');
  });

  it('takes several webhooks from the environment, each in its form, unless an option names others', async () => {
    const [{ cloud, dir }, { url, received }] = [await start(), await aReceiver()];
    const key = 'planted0123456789planted01234567';
    const env = {
      VIF_ACCEPTOR_NOTIFY_URL: `slack:${url}/slack teams:${url}/teams\n pagerduty:${url}/v2/enqueue?routing_key=${key} slack:${url}/slack`,
    };
    const { stdout, stderr } = await runCli(dir, ['run', ...at(cloud)], env);
    expect(stderr).toBe('');
    expect(received.map(({ path }) => path).sort()).toEqual(
      ['/slack', '/teams', '/v2/enqueue'].flatMap((path) => [path, path]),
    );
    const paged = received.find(({ path }) => path === '/v2/enqueue');
    expect(JSON.parse(paged?.body ?? '')).toMatchObject({ routing_key: key, event_action: 'trigger' });
    expect(stdout + filesIn(dir)).not.toContain('planted');

    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    const named = ['--notify', `slack:${url}/a`, '--notify', `teams:${url}/b`];
    await runCli(dir, ['run', ...at(cloud), ...named], env);
    expect(
      received
        .slice(6)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/a', '/b']);
  });

  it('ends with a failure, and releases the lease, if a webhook changes to another protocol', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
    const [{ cloud, dir }, { url }] = [await start(), await aReceiver(() => ({ does: 'raw', bytes }))];
    const run = ['run', '--json', ...at(cloud), '--notify', `slack:${url}/${TOKEN}`];
    for (const { code, stdout } of [await runCli(dir, run), await runCli(dir, run)]) {
      expect(code).toBe(1);
      expect(JSON.parse(stdout).runs).toMatchObject([
        { status: 'failed', failures: [{ code: 'event-delivery' }] },
      ]);
    }
  });

  it.each([
    ['run', '--notify', 'slack:', `https://hooks.example/${TOKEN}`],
    ['run', '--notify', 'slack:', `hooks.example/${TOKEN}`],
    ['status', `slack:https://hooks.example/${TOKEN}`],
    [`https://hooks.example/${TOKEN}`],
    ['run', `--notfy=slack:hooks.example/${TOKEN}`],
    ['completion', `https://hooks.example/${TOKEN}`],
  ])('does not repeat the URL of a webhook in an error of usage: `%s %s %s %s`', async (...typed) => {
    const { code, stdout, stderr } = await runCli(folderWith({}), typed);
    expect(code).toBe(2);
    expect(stderr).not.toBe('');
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it.each([['plan'], ['run', '--dry-run'], ['status']])('is not used by `%s`', async (...command) => {
    const [{ cloud, dir }, { url, received }] = [await start(), await aReceiver()];
    await runCli(dir, [...command, ...at(cloud)], { VIF_ACCEPTOR_NOTIFY_URL: `slack:${url}/` });
    expect(received).toEqual([]);
  });

  it.each<[string, string, Record<string, string>]>([
    ['no URL', 'planted', {}],
    ['http to another machine', 'slack:http://hooks.example/planted', {}],
    ['a password', 'slack:https://user:planted@hooks.example/', {}],
    ['an empty text', '', {}],
    ['an unknown form', 'discord:https://hooks.example/planted', {}],
    ['PagerDuty without its key', 'pagerduty:https://events.example/v2/enqueue?routing_key=planted', {}],
    ['a signed form without a secret', 'https://hooks.example/planted', {}],
    ['a short secret', 'https://hooks.example/planted', { VIF_ACCEPTOR_NOTIFY_SECRET: 'planted' }],
    [
      'three secrets',
      'https://hooks.example/planted',
      { VIF_ACCEPTOR_NOTIFY_SECRET: `${Buffer.alloc(32, 'planted').toString('base64')} `.repeat(3) },
    ],
  ])('is refused before any call for %s, which is not repeated', async (_, webhook, env) => {
    const { cloud, dir } = await start();
    const before = cloud.calls().length;
    const { code, stdout, stderr } = await runCli(dir, ['run', ...at(cloud), '--notify', webhook], env);
    expect({ code, stdout, calls: cloud.calls().length - before }).toEqual({ code: 2, stdout: '', calls: 0 });
    expect(stderr).toMatch(/^error: (--notify|VIF_ACCEPTOR_NOTIFY_SECRET) must /);
    expect(stderr).not.toMatch(/planted|cGxhbnRlZ/);
  });

  it('uses the proxy of the environment', async () => {
    const [{ cloud, dir }, { url, received }] = [await start(), await aReceiver()];
    const { env, tunnels } = await startEgressProxy({ 'hooks.example': url });
    const { stderr } = await runCli(
      dir,
      ['run', ...at(cloud), '--notify', `slack:https://hooks.example/${TOKEN}`],
      env,
    );
    expect({ stderr, tunnels, received: received.length }).toEqual({
      stderr: '',
      tunnels: ['hooks.example', 'hooks.example'],
      received: 2,
    });
  });

  it('is shown by doctor without its token, and not called', async () => {
    const [{ cloud, dir }, { url, received }] = [await start(), await aReceiver()];
    const { stdout } = await runCli(
      dir,
      ['doctor', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url],
      {
        VIF_ACCEPTOR_NOTIFY_URL: `teams:${url}/${TOKEN}`,
      },
    );
    expect(stdout).toContain(`VIF_ACCEPTOR_NOTIFY_URL names the teams webhook at ${url}/…`);
    expect(stdout).not.toContain(TOKEN);
    expect(received).toEqual([]);
  });
});

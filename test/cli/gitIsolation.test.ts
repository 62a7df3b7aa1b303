import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

/** A folder of policies, and a program that replaces git. */
function gitIs(script: string): { dir: string; env: Record<string, string> } {
  const dir = folderWith({ 'policy/hub.yaml': POLICY, 'bin/git': `#!/bin/sh\n${script}\n` });
  chmodSync(join(dir, 'bin/git'), 0o755);
  return { dir, env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}` } };
}

describe('git, which reads repositories that others wrote,', () => {
  it('receives no key and no other environment variable that it does not need', async () => {
    const cloud = await startTestCloud();
    const { dir, env } = gitIs('env >> "$HOME/environment"; echo abcdef0');
    const safe = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '/srv/policy',
    };
    const args = ['plan', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code } = await runCli(dir, args, {
      ...env,
      ...safe,
      GIT_ASKPASS: '/bin/false',
      VIF_ACCEPTOR_PING_URL: 'http://127.0.0.1:1/planted',
    });
    expect(code).toBe(0);
    const names = readFileSync(join(dir, 'environment'), 'utf8').matchAll(/^(\w+)=/gm);
    // The shell sets `PWD`.
    expect([...new Set([...names].map(([, name]) => name))].sort()).toEqual(
      [
        ...['HOME', 'LC_ALL', 'PATH', ...Object.keys(safe)],
        ...['GIT_ALLOW_PROTOCOL', 'GIT_NO_LAZY_FETCH', 'GIT_OPTIONAL_LOCKS', 'GIT_TERMINAL_PROMPT'],
        ...['PWD'],
      ].sort(),
    );
  });

  it('does not keep a run from accepting when it does not end: the revision is unknown, with a warning', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { dir, env } = gitIs('sleep 60 & sleep 60');
    const args = ['run', '--json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stdout, stderr } = await runCli(dir, args, env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toMatchObject([
      { counts: { accepted: 1 }, policy: { revision: 'unknown' }, requests: [{ id }] },
    ]);
    expect(stderr).toMatch(/^warning: .*`policy`.*git did not finish within 5 s/);
  });
});

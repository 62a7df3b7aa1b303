import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../cli/defineCommands.ts';
import { VARIABLES } from '../../cli/options.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const POLICIES = { 'one/hub.yaml': POLICY, 'two/lab.yaml': POLICY };

describe('VIF_ACCEPTOR_POLICY', () => {
  const checkedBy = async (args: readonly string[], value: string) => {
    const { stdout } = await runCli(folderWith(POLICIES), ['policy', 'check', '--json', ...args], {
      VIF_ACCEPTOR_POLICY: value,
    });
    return JSON.parse(stdout).policies?.map(({ target }: { target: string }) => target);
  };

  it('names the policies of every command, unless files are given', async () => {
    expect(await checkedBy([], 'one')).toEqual(['hub']);
    expect(await checkedBy([], 'two/lab.yaml')).toEqual(['lab']);
    expect(await checkedBy(['two/lab.yaml'], 'one')).toEqual(['lab']);
  });

  it('must name a folder for a review, which compares all policies', async () => {
    const dir = folderWith(POLICIES);
    execFileSync('git', ['init', '--quiet'], { cwd: dir });
    const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
    execFileSync('git', [...author, 'commit', '--quiet', '--allow-empty', '-m', 'first'], { cwd: dir });
    const review = (value: string) =>
      runCli(dir, ['policy', 'review', '--base', 'HEAD'], { VIF_ACCEPTOR_POLICY: value });
    expect(await review('one')).toMatchObject({ code: 4, stdout: expect.stringContaining('one/hub.yaml') });
    expect(await review('one/hub.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/VIF_ACCEPTOR_POLICY must name a folder .*one\/hub\.yaml/),
    });
  });
});

it('endpoints and ledger are taken from variables, and an option that is given wins', async () => {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const dir = folderWith(POLICIES);
  const env = {
    VIF_ACCEPTOR_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_STS_ENDPOINT: '',
    VIF_ACCEPTOR_LEDGER: 'mine/ledger.json',
    VIF_ACCEPTOR_POLICY: 'one',
  };
  const elsewhere = await runCli(
    dir,
    ['run', '--endpoint', 'http://127.0.0.1:9', '--ledger', 'other.json'],
    env,
  );
  expect(elsewhere.code).toBe(1);
  expect(existsSync(join(dir, 'mine'))).toBe(false);
  expect((await runCli(dir, ['run'], env)).code).toBe(0);
  expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).not.toBe('confirming');
  const { stdout } = await runCli(dir, ['receipts', '--json'], env);
  expect(stdout).toContain(id);
  expect(existsSync(join(dir, 'mine/ledger.json'))).toBe(true);
});

it('a refused value names its variable', async () => {
  const { code, stderr } = await runCli(folderWith(POLICIES), ['plan', '--policy', 'one'], {
    VIF_ACCEPTOR_ENDPOINT: 'http://example.com',
  });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('VIF_ACCEPTOR_ENDPOINT') });
});

/** Commands whose option a variable does not set. */
const WITHOUT_VARIABLE: Readonly<Record<string, readonly string[]>> = {
  // The ledger only adds to the answer.
  ledger: ['suggest'],
  // In two of them the variable sets the arguments, which are the same; the third replaces the state of each target that it is given.
  policy: ['check', 'test', 'copy'],
};

it('each variable sets the same option in every command that has it, with few exceptions', () => {
  const { commands } = createProgram(() => undefined);
  const all = commands.flatMap((command) => [command, ...command.commands]);
  for (const [name, variable] of Object.entries(VARIABLES)) {
    const having = all.flatMap((command) =>
      command.options
        .filter((option) => option.attributeName() === name)
        .map(({ envVar }) => ({ command: command.name(), envVar })),
    );
    const without = having.filter(({ envVar }) => envVar !== variable).map(({ command }) => command);
    expect([name, having.length > 0, without]).toEqual([name, true, WITHOUT_VARIABLE[name] ?? []]);
  }
});

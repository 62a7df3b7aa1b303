import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';

function policy(vlans: string, more = ''): string {
  return `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
${more}owners:
  acme: { connections: [dxcon-11111111], grants: { prod: { gateway: vgw-12345678, match: { vlan: [${vlans}] } } } }
`;
}

const CASES = `version: 1
target: acme
cases:
  - name: acme reaches production
    at: 2026-06-01T12:00:00Z
    request: { connection: dxcon-11111111, vlan: 101 }
    expect: { accept: { owner: acme, grant: prod, gateway: vgw-12345678 } }
`;

/** A repository with a main branch, and uncommitted changes. */
async function reviewed(
  old: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string | null>>,
  where = '.',
) {
  const dir = folderWith({ 'policy/cases/acme.yaml': CASES, ...old });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  for (const [file, text] of Object.entries(now)) {
    if (text === null) rmSync(join(dir, file));
    else writeFileSync(join(dir, file), text);
  }
  return await runCli(join(dir, where), ['policy', 'review', '--base', 'main']);
}

const ACME = { 'policy/acme.yaml': policy('100-199') };

describe('policy review', () => {
  it('reports that nothing becomes acceptable, and exits with 0', async () => {
    const { code, stdout } = await reviewed(ACME, { 'policy/acme.yaml': policy('100-150') });
    expect(code).toBe(0);
    expect(stdout).toContain(
      '- policy tests: 1 passed, 0 failed\n- against `main`: nothing becomes newly acceptable',
    );
    expect(stdout).toContain('vlan 151-199');
  });

  it.each(['policy', 'policy/cases'])('gives the same result when it is typed in %s', async (where) => {
    const { code, stdout } = await reviewed(ACME, { 'policy/acme.yaml': policy('100-150') }, where);
    expect(code).toBe(0);
    expect(stdout).toContain('vlan 151-199');
  });

  it('shows what becomes acceptable, and exits with 4', async () => {
    const { code, stdout } = await reviewed(ACME, { 'policy/acme.yaml': policy('100-200') });
    expect(code).toBe(4);
    expect(stdout).toContain('something becomes newly acceptable by `policy/acme.yaml` ⚠');
    expect(stdout).toContain('vlan 200');
  });

  it('treats everything that a new policy allows as newly acceptable', async () => {
    const other = policy('1').replace('eu-west-2', 'us-east-2').replace('dxcon-11111111', 'dxcon-22222222');
    const { code, stdout } = await reviewed(ACME, { 'policy/other.yaml': other });
    expect(code).toBe(4);
    expect(stdout).toContain('newly acceptable by `policy/other.yaml` ⚠');
    expect(stdout).toContain('acme.prod on dxcon-22222222: vlan 1, ');
  });

  it('reports a removed policy', async () => {
    const other = policy('1').replace('eu-west-2', 'us-east-2').replace('dxcon-11111111', 'dxcon-22222222');
    const { code, stdout } = await reviewed(
      { ...ACME, 'policy/other.yaml': other },
      { 'policy/other.yaml': null },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('### Policy of `policy/other.yaml`\n\nIt is removed');
  });

  it('exits with 1 when a policy test fails, and shows it', async () => {
    const { code, stdout } = await reviewed(ACME, { 'policy/acme.yaml': policy('150-199') });
    expect(code).toBe(1);
    expect(stdout).toContain('- policy tests: 0 passed, 1 failed ⚠');
    expect(stdout).toContain('✗ acme reaches production');
  });

  it('runs policy tests of a frozen policy as if it were not frozen', async () => {
    const { code, stdout } = await reviewed(ACME, {
      'policy/acme.yaml': policy('100-199', 'freeze: true\n'),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('the new policy is frozen and accepts nothing');
  });

  it('exits with 3 for an error, and shows it', async () => {
    const { code, stdout } = await reviewed(ACME, { 'policy/acme.yaml': policy('100-19x') });
    expect(code).toBe(3);
    expect(stdout).toMatch(/acme\.yaml:4:\d+ owners\.acme\.grants\.prod\.match\.vlan/);
  });

  it('exits with 2 for a base that is not a git revision', async () => {
    const dir = folderWith(ACME);
    const { code, stderr } = await runCli(dir, ['policy', 'review', '--base', 'nowhere']);
    expect(code).toBe(2);
    expect(stderr).toContain('git has no revision `nowhere`');
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { OUTSCALE_ITEM } from '../support/wireItems.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme:
    connections: [dxcon-11111111]
    grants:
      lab:
        gateway: vgw-12345678
        match: { vlan: [4000] }
`;
const UNKNOWN = { ...OUTSCALE_ITEM, connectionId: 'dxcon-99999999' };

/** A work tree with a policy, and a sibling of the policy's folder. */
function workTree(file: string, text = POLICY): string {
  const top = folderWith({ [file]: text, 'tools/.keep': '', 'r.json': JSON.stringify(OUTSCALE_ITEM) });
  execFileSync('git', ['init', '--quiet'], { cwd: top });
  return top;
}

/** Runs `policy suggest` in `at`, and pipes its patch into `git apply` there, or in the folder that it names. */
async function applied(at: string, named: string, request: string, item: object = OUTSCALE_ITEM) {
  writeFileSync(request, JSON.stringify(item));
  const { code, stdout, stderr } = await runCli(at, ['policy', 'suggest', named, '--request', request]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [, folder] = /`git -C (\S+) apply`/.exec(stderr) ?? [];
  execFileSync('git', ['apply'], { cwd: folder ?? at, input: stdout, stdio: ['pipe', 'pipe', 'pipe'] });
  return { header: stdout.split('\n')[0], folder: folder ?? null };
}

describe('git applies what `policy suggest` prints', () => {
  it.each([
    ['by a relative path', 'policy/hub.yaml', (_: string) => 'policy/hub.yaml'],
    ['by an absolute path', 'policy/hub.yaml', (top: string) => join(top, 'policy/hub.yaml')],
    ['by one with `./` and `..`', 'policy/hub.yaml', (_: string) => './tools/../policy/hub.yaml'],
    ['in a folder with a blank', 'my policies/hub.yaml', (_: string) => 'my policies/hub.yaml'],
    ['in a folder with accents', 'política/hub.yaml', (_: string) => 'política/hub.yaml'],
  ])('of a policy below the folder, %s', async (_, file, named) => {
    const top = workTree(file);
    const { folder } = await applied(top, named(top), join(top, 'r.json'));
    expect(folder).toBeNull();
    expect(readFileSync(join(top, file), 'utf8')).toContain('dxvif-1a2b3c4d:');
  });

  it.each([
    ['`../`', (_: string) => '../policy/hub.yaml'],
    ['an absolute path', (top: string) => join(top, 'policy/hub.yaml')],
  ])('of a policy elsewhere in the work tree, named by %s, at its top, which it says', async (_, named) => {
    const top = workTree('policy/hub.yaml');
    const { header, folder } = await applied(join(top, 'tools'), named(top), join(top, 'r.json'));
    expect({ header, folder }).toEqual({ header: '--- a/policy/hub.yaml', folder: top });
    expect(readFileSync(join(top, 'policy/hub.yaml'), 'utf8')).toContain('dxvif-1a2b3c4d:');
  });

  it('in the work tree of the policy, or in its folder when it is in none', async () => {
    const [here, other] = [workTree('policy/hub.yaml'), workTree('policy/hub.yaml')];
    const alone = folderWith({ 'srv/hub.yaml': POLICY });
    const there = await applied(here, join(other, 'policy/hub.yaml'), join(here, 'r.json'));
    expect(there).toEqual({ header: '--- a/policy/hub.yaml', folder: other });
    const inNone = await applied(here, join(alone, 'srv/hub.yaml'), join(here, 'r.json'));
    expect(inNone).toEqual({ header: '--- a/hub.yaml', folder: join(alone, 'srv') });
    expect(readFileSync(join(here, 'policy/hub.yaml'), 'utf8')).toBe(POLICY);
  });

  it('for a policy behind a symbolic link, which git does not follow', async () => {
    const top = workTree('policy/hub.yaml');
    symlinkSync('policy', join(top, 'link'));
    const { header } = await applied(top, 'link/hub.yaml', join(top, 'r.json'));
    expect(header).toBe('--- a/policy/hub.yaml');
  });

  it.each([
    ['a grant', OUTSCALE_ITEM],
    ['an owner', UNKNOWN],
  ])('of a policy with the line ends of Windows, which stay: %s', async (_, item) => {
    const top = workTree('policy/hub.yaml', POLICY.replaceAll('\n', '\r\n'));
    execFileSync('git', ['config', 'core.autocrlf', 'true'], { cwd: top });
    await applied(top, 'policy/hub.yaml', join(top, 'r.json'), item);
    const text = readFileSync(join(top, 'policy/hub.yaml'), 'utf8');
    expect(text).toContain('dxvif-1a2b3c4d:');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

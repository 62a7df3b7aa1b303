import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, startTestCloud } from '../support/cloud.ts';

const AT = ['--at', '2026-11-10T00:00:00Z'];

function policy(grants: string, more = ''): string {
  return `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme:
    connections: [dxcon-11111111]
    grants:
      ${grants}
${more}`;
}

const OLD = policy('prod: { gateway: vgw-12345678, match: { vlan: [100-199], asn: [65010] } }');
const WIDER = policy('prod: { gateway: vgw-12345678, match: { vlan: [100-299], asn: [65010] } }');
const MOVED = policy('prod: { gateway: vgw-87654321, match: { vlan: [100-199], asn: [65010] } }');

async function diff(old: string, now: string, ...args: string[]) {
  const dir = folderWith({ 'old.yaml': old, 'new.yaml': now });
  return await runCli(dir, ['policy', 'diff', 'old.yaml', 'new.yaml', ...AT, ...args]);
}

/** The difference as a JSON document, with the exit code. */
async function documentOf(old: string, now: string) {
  const { code, stdout } = await diff(old, now, '--json');
  return { code, ...JSON.parse(stdout) };
}

/** A change of the requests of acme that a policy accepts. */
function change(kind: 'added' | 'removed' | 'moved', ...fields: string[]) {
  return { kind, owner: 'acme', requestSet: { fields: expect.arrayContaining(fields) } };
}

describe('policy diff', () => {
  it('shows what becomes acceptable, with an example request, and exits with 4', async () => {
    const { code, stdout } = await diff(OLD, WIDER);
    expect(code).toBe(4);
    expect(stdout).toContain('Requests that become acceptable\n');
    expect(stdout).toContain(
      'acme.prod on dxcon-11111111: vlan 200-299, asn 65010, any peers or name → vgw-12345678\n',
    );
    expect(stdout).toContain('example: connection dxcon-11111111, vlan 200, ');
  });

  it('shows what is no longer acceptable, and exits with 0', async () => {
    expect(await documentOf(WIDER, OLD)).toMatchObject({
      code: 0,
      opens: false,
      changes: [change('removed', 'vlan 200-299')],
    });
  });

  it('treats another gateway as newly acceptable', async () => {
    expect(await documentOf(OLD, MOVED)).toMatchObject({
      code: 4,
      opens: true,
      changes: [{ kind: 'moved', gateways: { old: 'vgw-12345678', new: 'vgw-87654321' } }],
    });
  });

  it('describes names that no single glob covers with an exception', async () => {
    const named = (names: string): string =>
      policy(`prod: { gateway: vgw-12345678, match: { name: [${names}] } }`);
    const { code, stdout } = await diff(named('"acme-lab-*"'), named('"acme-*"'));
    expect(code).toBe(4);
    expect(stdout).toContain('name `acme-*`, any vlan, asn or peers');
    expect(stdout).toContain('    except name `acme-lab-*`\n');
  });

  it('treats policies as equal that are written differently', async () => {
    const split = policy(
      `a: { gateway: vgw-12345678, match: { vlan: [100-149], asn: [65010] } }
      b: { gateway: core, match: { asn: ["65010-65010"], vlan: [150-199] } }`,
      'gateways: { core: vgw-12345678 }\n',
    );
    for (const pair of [
      [OLD, split],
      [split, OLD],
    ] as const) {
      expect(await documentOf(...pair)).toMatchObject({ code: 0, changes: [], limits: [] });
    }
  });

  it('shows requests that become acceptable when a hold rule is removed', async () => {
    expect(await documentOf(`${OLD}hold:\n  - { vlan: [150] }\n`, OLD)).toMatchObject({
      code: 4,
      changes: [change('added', 'vlan 150', 'asn 65010')],
    });
  });

  it('compares two frozen policies as if they were not frozen, and says so', async () => {
    expect(await documentOf(`freeze: true\n${OLD}`, `freeze: true\n${WIDER}`)).toMatchObject({
      code: 4,
      notes: [expect.stringContaining('frozen')],
      changes: [change('added', 'vlan 200-299')],
    });
  });

  it('compares a newly frozen policy as if it were not frozen, so that additions stay visible', async () => {
    expect(await documentOf(OLD, `freeze: true\n${WIDER}`)).toMatchObject({
      code: 4,
      notes: [expect.stringContaining('frozen')],
      changes: [change('added', 'vlan 200-299')],
    });
    expect(await documentOf(OLD, `freeze: true\n${OLD}`)).toMatchObject({ code: 0, changes: [] });
  });

  it('shows that a freeze is lifted', async () => {
    expect(await documentOf(`freeze: true\n${OLD}`, OLD)).toMatchObject({
      code: 4,
      notes: [expect.stringContaining('freeze')],
      changes: [change('added', 'vlan 100-199')],
    });
  });

  it('reads a revision as a revision only, never as an option', async () => {
    const dir = folderWith({ 'new.yaml': OLD, 'it:./kept': '' });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    const { code, stderr } = await runCli(dir, ['policy', 'diff', '--', '--output=it:new.yaml', 'new.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('git has no `--output=it:new.yaml`');
    expect(readdirSync(join(dir, 'it:.'))).toEqual(['kept']);
  });

  it('shows a limit that becomes looser, and exits with 4', async () => {
    const limited = (limit: number): string => policy(`prod: { gateway: vgw-12345678, limit: ${limit} }`);
    const { code, stdout } = await diff(limited(2), limited(3));
    expect(code).toBe(4);
    expect(stdout).toContain('Limits that become looser\n  acme.prod: 2 → 3');
  });

  it('reads a file from a git revision', async () => {
    const dir = folderWith({ 'policy/acme.yaml': OLD });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    writeFileSync(join(dir, 'policy/acme.yaml'), WIDER);
    const typed = ['policy', 'diff', 'main:policy/acme.yaml', 'policy/acme.yaml', ...AT];
    expect((await runCli(dir, typed)).code).toBe(4);
    const missing = await runCli(dir, [
      'policy',
      'diff',
      'nowhere:policy/acme.yaml',
      'policy/acme.yaml',
      ...AT,
    ]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('git has no `nowhere:policy/acme.yaml`');
  });

  it('compares a policy that the revision does not have with one that accepts nothing, and says so', async () => {
    const dir = folderWith({ 'policy/acme.yaml': OLD });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    writeFileSync(join(dir, 'policy/late.yaml'), OLD);
    const against = (old: string, now: string) => runCli(dir, ['policy', 'diff', old, now, '--json', ...AT]);
    const added = await against('main:policy/late.yaml', 'policy/late.yaml');
    expect(added.code).toBe(4);
    const { old, notes, changes } = JSON.parse(added.stdout);
    expect(old).toMatchObject({ digest: 'none' });
    expect(notes[0]).toContain('`main` has no `policy/late.yaml`');
    expect(changes).toMatchObject([{ kind: 'added', owner: 'acme', grant: 'prod' }]);
    // A path with another name than the new policy is a mistake.
    const slip = await against('main:policy/acne.yaml', 'policy/acme.yaml');
    expect(slip).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('`main` has no file `policy/acne.yaml`; it has `policy/acme.yaml`'),
    });
    expect((await against('policy/late.yaml', 'main:policy/late.yaml')).code).toBe(2);
  });

  it('refuses a side that is not in UTF-8 as a policy with errors', async () => {
    const dir = folderWith({ 'old.yaml': OLD });
    writeFileSync(
      join(dir, 'new.yaml'),
      Buffer.concat([Buffer.from(`${OLD}# caf`), Buffer.from([0xe9, 0x0a])]),
    );
    const { code, stderr } = await runCli(dir, ['policy', 'diff', 'old.yaml', 'new.yaml', ...AT]);
    expect(code).toBe(3);
    expect(stderr).toContain(`new.yaml:${OLD.split('\n').length}:6`);
    expect((await runCli(dir, ['policy', 'check', 'new.yaml'])).code).toBe(3);
  });

  it('reports renamed owners and grants', async () => {
    const renamed = OLD.replace('acme:', 'acme2:').replace('prod:', 'production:');
    const { code, stdout } = await diff(OLD, renamed, '--json');
    expect(code).toBe(0);
    const { renamed: found, notes, changes } = JSON.parse(stdout);
    const owner = { old: 'acme', new: 'acme2' };
    expect(found).toEqual([
      { owner, grant: null },
      { owner, grant: { old: 'prod', new: 'production' } },
    ]);
    expect([notes.length, changes]).toEqual([2, []]);
    const result = await diff(OLD, renamed);
    expect(result.stdout).toContain('Notes\n');
    expect(result.stdout).toContain('`acme.prod`');
  });

  it('compares pending requests with the account by which the owner is identified', async () => {
    const known = (vlans: string): string =>
      policy(`prod: { gateway: vgw-12345678, match: { vlan: [${vlans}] } }`).replace(
        'connections:',
        'account: "210987654321"\n    connections:',
      );
    const item = { ...recorded('dxvif-1', 250), ownerAccount: '210987654321' };
    const dir = folderWith({
      'old.yaml': known('1'),
      'new.yaml': known('1-299'),
      'pending.json': JSON.stringify({ virtualInterfaces: [item] }),
    });
    const typed = ['policy', 'diff', 'old.yaml', 'new.yaml', '--pending', 'pending.json', '--json', ...AT];
    const { pending } = JSON.parse((await runCli(dir, typed)).stdout);
    expect(pending).toMatchObject({ evaluated: 1, changed: [{ id: 'dxvif-1', opens: true }] });
    // A file does not say which connections are the recipient's own.
    expect(pending.unchecked).toHaveLength(1);
  });

  it('does not count a pending request as accepted when its addresses hold it', async () => {
    const item = recorded('dxvif-1', 250);
    const equal = { ...item, amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.1/30' };
    const dir = folderWith({
      'old.yaml': OLD,
      'new.yaml': policy('prod: { gateway: vgw-12345678 }'),
      'pending.json': JSON.stringify({ virtualInterfaces: [{ ...equal, bgpPeers: [] }] }),
    });
    const typed = ['policy', 'diff', 'old.yaml', 'new.yaml', '--pending', 'pending.json', '--json', ...AT];
    const { pending } = JSON.parse((await runCli(dir, typed)).stdout);
    expect(pending.changed).toMatchObject([{ id: 'dxvif-1', new: 'hold: peers-invalid', opens: false }]);
  });

  it('lists the recorded requests that would be decided differently', async () => {
    const dir = folderWith({
      'old.yaml': OLD,
      'new.yaml': WIDER,
      'pending.json': JSON.stringify({
        virtualInterfaces: [recorded('dxvif-1', 250), recorded('dxvif-2', 150), recorded('dxvif-3', 400)],
      }),
    });
    const { stdout } = await runCli(dir, [
      'policy',
      'diff',
      'old.yaml',
      'new.yaml',
      ...AT,
      '--pending',
      'pending.json',
    ]);
    expect(stdout).toContain('dxvif-1: hold: no-grant → accept: vgw-12345678');
    expect(stdout).not.toContain('dxvif-2');
    expect(stdout).not.toContain('dxvif-3');
  });

  it('reads the pending requests from the provider, and changes nothing', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 250 });
    const [old, now] = [OLD, WIDER].map((text) =>
      text.replace('dxcon-11111111', ACME_1).replace(', asn: [65010]', ''),
    );
    const dir = folderWith({ 'old.yaml': old ?? '', 'new.yaml': now ?? '' });
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stdout } = await runCli(dir, [
      'policy',
      'diff',
      'old.yaml',
      'new.yaml',
      ...AT,
      '--pending',
      ...at,
    ]);
    expect(code).toBe(4);
    expect(stdout).toContain(`${id}: hold: no-grant → accept: vgw-12345678`);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('prints a comment out of which no name of a requester can break', async () => {
    const name = '```\n<img src=x>';
    const dir = folderWith({
      'old.yaml': OLD,
      'new.yaml': WIDER,
      'pending.json': JSON.stringify({
        virtualInterfaces: [{ ...recorded('dxvif-1', 250), virtualInterfaceName: name }],
      }),
    });
    const typed = [
      'policy',
      'diff',
      'old.yaml',
      'new.yaml',
      ...AT,
      '--markdown',
      '--pending',
      'pending.json',
    ];
    const { stdout } = await runCli(dir, typed);
    const [, fence = ''] = /\*\*Requests pending now\*\*.*\n\n(`+)text\n/.exec(stdout) ?? [];
    const [inside = ''] = stdout.split(`${fence}text\n`).at(-1)?.split(`\n${fence}\n`) ?? [];
    expect(inside).toContain('img');
    expect(inside).not.toContain(fence);
  });

  it('prints one JSON document', async () => {
    const { code, stdout } = await diff(OLD, WIDER, '--json');
    expect(code).toBe(4);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ opens: true, limits: [], notes: [], pending: null });
    expect(document.changes).toHaveLength(1);
    expect(document.changes[0]).toMatchObject({
      kind: 'added',
      owner: 'acme',
      grant: 'prod',
      gateways: { old: null, new: 'vgw-12345678' },
      example: { request: { connection: 'dxcon-11111111', vlan: 200 } },
    });
  });

  it('exits with 3 for a policy with errors', async () => {
    const { code, stderr } = await diff(OLD, OLD.replace('vgw-12345678', 'nowhere'));
    expect(code).toBe(3);
    expect(stderr).toContain('new.yaml:7:');
  });
});

function recorded(id: string, vlan: number): object {
  return {
    virtualInterfaceId: id,
    virtualInterfaceState: 'confirming',
    virtualInterfaceType: 'private',
    ownerAccount: '012345678901',
    connectionId: 'dxcon-11111111',
    virtualInterfaceName: 'any',
    vlan,
    asn: 65010,
    bgpPeers: [{ asn: 65010, amazonAddress: '169.254.1.1/30', customerAddress: '169.254.1.2/30' }],
  };
}

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
gateways: { core: vgw-12345678, lab: vgw-87654321 }
owners:
  acme:
    connections: [dxcon-11111111] # theirs since 2024
    grants:
      lab: # for trials
        gateway: lab
        match: { vlan: [4000] } # no one else

  # the last one
  beta: { connections: [dxcon-22222222], gateway: core }
`;
const AT = ['--at', '2026-11-10T00:00:00Z'];

async function suggested(policy: string, item: object, ...args: string[]) {
  const dir = folderWith({ 'policy/hub.yaml': policy, 'request.json': JSON.stringify(item) });
  const ended = await runCli(dir, [
    'policy',
    'suggest',
    'policy/hub.yaml',
    '--request',
    'request.json',
    ...AT,
    ...args,
  ]);
  expect(ended.stdout + ended.stderr).not.toContain(PLANTED_KEY);
  return { dir, ...ended };
}

/** Applies a patch with git. */
function apply(dir: string, patch: string): string {
  writeFileSync(join(dir, 'it.patch'), patch);
  execFileSync('git', ['apply', 'it.patch'], { cwd: dir });
  return readFileSync(join(dir, 'policy/hub.yaml'), 'utf8');
}

describe('policy suggest', () => {
  it('suggests no edit for addresses that no policy can allow, and says why', async () => {
    const item = { ...OUTSCALE_ITEM, amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.1/30' };
    const equal = { ...item, bgpPeers: [] };
    const held = await suggested(POLICY, equal, '--json');
    expect(held.code).toBe(1);
    expect(JSON.parse(held.stdout)).toMatchObject({
      kind: 'none',
      why: [expect.stringContaining('peers-invalid')],
    });
    // Also when a grant already matches.
    const fitting = POLICY.replace('vlan: [4000]', 'vlan: [101]');
    expect(JSON.parse((await suggested(fitting, equal, '--json')).stdout).kind).toBe('none');
    expect(JSON.parse((await suggested(fitting, OUTSCALE_ITEM, '--json')).stdout).kind).toBe('accepted');
  });

  it('starts the new grant now when it would overlap a grant that has ended', async () => {
    const ended = POLICY.replace('match: { vlan: [4000] }', 'until: 2026-01-31T00:00:00Z');
    const { dir, code, stdout } = await suggested(ended, OUTSCALE_ITEM, '--gateway', 'core');
    expect(code).toBe(0);
    expect(apply(dir, stdout)).toContain('from: 2026-11-10T00:00:00Z\n');
    // Without an overlap, the grant is valid at once.
    const plain = await suggested(POLICY, OUTSCALE_ITEM, '--json');
    expect(JSON.parse(plain.stdout)).toMatchObject({ kind: 'patch', from: null });
  });

  it('does not pin a name that a policy cannot contain or an address without a prefix length, and says so', async () => {
    const item = { ...OUTSCALE_ITEM, virtualInterfaceName: 'acme\nprod', bgpPeers: [] };
    const bare = { ...item, amazonAddress: '169.254.10.1', customerAddress: '169.254.10.2' };
    const { code, stdout } = await suggested(POLICY, bare, '--json');
    expect(code).toBe(0);
    const { text, unpinned } = JSON.parse(stdout);
    expect(unpinned.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(['name', 'peers']),
    );
    expect(text).not.toContain('prod');
  });

  it('prints a patch that git applies, which keeps every line and allows only this request', async () => {
    const { dir, code, stdout, stderr } = await suggested(POLICY, OUTSCALE_ITEM);
    expect(code).toBe(0);
    const text = apply(dir, stdout);
    for (const line of POLICY.split('\n')) expect(text).toContain(line);
    expect(text).toContain(
      '      dxvif-1a2b3c4d:\n        gateway: lab\n        match: { connection: ["dxcon-11111111"], vlan: [101]',
    );
    expect(text).toContain('limit: 1\n        until: 2026-11-24T00:00:00Z\n');
    expect(stderr).toContain('confirm first: with owner `acme`');
    const explained = await runCli(dir, [
      'policy',
      'explain',
      'policy/hub.yaml',
      '--request',
      'request.json',
      ...AT,
    ]);
    expect(explained.stdout).toContain('decision: accept by `acme.dxvif-1a2b3c4d`');
  });

  it('uses the gateway of the option', async () => {
    const { stdout } = await suggested(POLICY, OUTSCALE_ITEM, '--gateway', 'core');
    expect(stdout).toContain('+        gateway: core\n');
  });

  it('inserts into flow mappings too, and into a file without a final line end', async () => {
    const braces = POLICY.replace(
      /acme:.*?\n\n/s,
      'acme: { connections: [dxcon-11111111], grants: { lab: { gateway: lab, match: { vlan: [4000] } } } }\n',
    ).trimEnd();
    const { dir, stdout } = await suggested(braces, OUTSCALE_ITEM);
    expect(apply(dir, stdout)).toContain(
      'match: { vlan: [4000] } }, dxvif-1a2b3c4d: { gateway: lab, match: {',
    );
  });

  it('lists for an unknown requester what to confirm out of band, and requires the gateway', async () => {
    const unknown = { ...OUTSCALE_ITEM, connectionId: 'dxcon-99999999' };
    const asked = await suggested(POLICY, unknown);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('choose one of core, lab with `--gateway`');
    const { dir, stdout, stderr } = await suggested(POLICY, unknown, '--gateway', 'core');
    expect(stderr).toContain('who made the request');
    // The patch says so too, because it may be read without the message.
    expect(apply(dir, stdout)).toMatch(
      /\n {2}new-owner:\n {4}# verify out of band .*\n {4}sharedConnections: \["dxcon-99999999"\]\n/,
    );
  });

  it('suggests no edit for a request under a hold rule, and says why', async () => {
    const held = `${POLICY}hold:\n  - { vlan: [101], reason: under investigation }\n`;
    const { code, stdout, stderr } = await suggested(held, OUTSCALE_ITEM);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('held-by-policy: a hold rule matches vlan 101: under investigation');
  });

  it('suggests no edit for an accepted request', async () => {
    const { code, stdout, stderr } = await suggested(POLICY, {
      ...OUTSCALE_ITEM,
      connectionId: 'dxcon-22222222',
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('`beta.default` accepts it');
  });

  it('shows the expiry from the ledger', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({
      'policy/hub.yaml': POLICY.replaceAll('dxcon-11111111', ACME_1).replaceAll('vgw-12345678', PROD),
    });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger'];
    await runCli(dir, ['run', ...at]);
    const { stdout } = await runCli(dir, ['status', '--json', ...at]);
    writeFileSync(
      join(dir, 'request.json'),
      JSON.stringify({ ...OUTSCALE_ITEM, virtualInterfaceId: id, connectionId: ACME_1 }),
    );
    const { deadline } = JSON.parse(stdout).targets[0].pending[0];
    const asked = ['policy', 'suggest', '--request', 'request.json', '--ledger', 'ledger'];
    expect((await runCli(dir, asked)).stderr).toContain(
      `expires: at any moment, at ${deadline.latest} at the latest`,
    );
  });

  it('shows the expiry from the file, and the fields that the file does not give', async () => {
    const ours = {
      ...{ id: 'dxvif-1', connection: 'dxcon-11111111', vlan: 7, name: 'x' },
      deadline: { earliest: '2026-11-12T00:00:00.000Z', latest: '2026-11-12T00:05:00.000Z' },
    };
    const { stderr } = await suggested(POLICY, ours);
    expect(stderr).toContain('expires: between 2026-11-12T00:00:00.000Z and 2026-11-12T00:05:00.000Z');
    for (const field of ['asn', 'peers', 'bgpKey', 'location'])
      expect(stderr).toContain(`not restricted: ${field}, because the file does not contain it\n`);
  });
});

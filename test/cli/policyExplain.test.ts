import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
gateways: { core: vgw-12345678 }
owners:
  acme:
    connections: [dxcon-11111111]
    account: "210987654321"
    limit: 4
    grants:
      prod: { gateway: core, match: { vlan: [100-199], name: ["acme-*"], bgpKey: required } }
      late: { gateway: core, match: { vlan: [101] }, until: 2026-11-01T00:00:00Z }
  beta: { connections: [dxcon-22222222], gateway: core }
hold:
  - { vlan: [150], reason: under investigation }
`;
const AT = '2026-11-10T00:00:00Z';

async function explained(item: object, ...args: string[]) {
  const dir = folderWith({ 'policy/hub.yaml': POLICY, 'request.json': JSON.stringify(item) });
  const typed = ['policy', 'explain', 'policy/hub.yaml', '--request', 'request.json', '--at', AT, ...args];
  const ended = await runCli(dir, typed);
  // Required in every explanation.
  expect(ended.stdout + ended.stderr).not.toContain(PLANTED_KEY);
  return ended;
}

/** The explanation as a JSON document. */
async function documentOf(item: object) {
  return JSON.parse((await explained(item, '--json')).stdout);
}

type Row = [what: string, args: string[], message: RegExp, more?: Record<string, string>];

describe('policy explain', () => {
  it('holds a request because of its addresses, independently of the policy, as a run does', async () => {
    const equal = { amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.1/30' };
    const { stdout } = await explained({ ...OUTSCALE_ITEM, ...equal }, '--json');
    const { report, grants } = JSON.parse(stdout);
    expect(report.outcome).toBe('held');
    expect(JSON.stringify(report)).toContain('"code":"peers-invalid"');
    expect(grants).toMatchObject([{ decides: false }, { decides: false }]);
  });

  it('shows the requester, every hold rule, every grant with every field and validity period, and the deciding grant', async () => {
    const { code, stdout } = await explained(OUTSCALE_ITEM);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'dxvif-1a2b3c4d evaluated with the policy of hub, as of 2026-11-10T00:00:00.000Z\n',
    );
    expect(stdout).toContain(
      'requester: acme\n  owner `acme` lists connection `dxcon-11111111`; the API names the recipient as owner',
    );
    expect(stdout).toContain(`hold rules:
  - does not apply (under investigation)
          field  expected  actual
      no  vlan   150       101
`);
    expect(stdout).toContain(`grants of acme:
  ✗ acme.late to vgw-12345678 (core): it has ended
           field  expected                        actual
      yes  vlan   101                             101
      no   time   until 2026-11-01T00:00:00.000Z  2026-11-10T00:00:00.000Z
  ✓ acme.prod to vgw-12345678 (core): matches, and decides
           field   expected                    actual
      yes  vlan    100-199                     101
      yes  name    \`acme-*\`                    \`acme-prod-1\`
      yes  bgpKey  a BGP key on every session  a key
`);
    expect(stdout).toContain('decision: accept by `acme.prod`, gateway `vgw-12345678`\n');
    expect(stdout).not.toContain('beta');
  });

  it('lists the conditions that a file cannot show', async () => {
    const { report } = await documentOf(OUTSCALE_ITEM);
    expect(report.skipped).toEqual([
      expect.stringContaining('limits (4 for owner `acme`)'),
      expect.stringContaining('gateway'),
      expect.stringContaining('ledger'),
    ]);
    const revealed = await documentOf({ ...OUTSCALE_ITEM, ownerAccount: '210987654321' });
    expect(revealed.requester).toMatchObject({ owner: 'acme', why: expect.stringContaining('210987654321') });
    expect(revealed.report.skipped[0]).toContain('`dxcon-11111111`');
    expect(revealed.report.skipped).toHaveLength(4);
  });

  it('gives no command when a hold rule applies, and marks values that the API did not give', async () => {
    const { connectionId, virtualInterfaceId, virtualInterfaceState, virtualInterfaceType, ownerAccount } =
      OUTSCALE_ITEM;
    const bare = {
      connectionId,
      virtualInterfaceId,
      virtualInterfaceState,
      virtualInterfaceType,
      ownerAccount,
    };
    expect(await documentOf(bare)).toMatchObject({
      hold: [
        {
          applies: true,
          reason: 'under investigation',
          fields: [{ field: 'vlan', expected: '150', actual: null, verdict: 'unknown' }],
        },
      ],
      grants: [
        { name: 'late', fits: 'unknown', decides: false },
        { name: 'prod', fits: 'unknown', decides: false },
      ],
      report: {
        outcome: 'held',
        decision: { reasons: [{ code: 'held-by-policy' }, { code: 'no-grant' }] },
        manualOverrideCommand: null,
      },
    });
    const { stdout } = await explained(bare);
    expect(stdout).toContain(`  to do: ${VERIFY_OWNER}`);
    expect(stdout).not.toContain('confirm-private-virtual-interface');
  });

  it('names the connection of an unknown requester and similar ones, and lists no grants', async () => {
    const similar = { ...OUTSCALE_ITEM, connectionId: 'dxcon-11111112', virtualInterfaceName: 'beta' };
    expect(await documentOf(similar)).toMatchObject({
      requester: {
        owner: null,
        why: expect.stringContaining('`dxcon-11111112`'),
        similar: [{ connection: 'dxcon-11111111', owner: 'acme' }],
      },
      grants: [],
      report: { decision: { reasons: [{ code: 'unknown-requester' }] } },
    });
    expect((await explained(similar)).stdout).not.toContain('dxcon-22222222');
    const unknown = await documentOf({ ...OUTSCALE_ITEM, connectionId: 'dxcon-99999999' });
    expect(unknown.requester).toMatchObject({ owner: null, similar: [] });
  });

  it('escapes text that the requester chose', async () => {
    const hostile = 'acme-\u001b[2J\u202e`';
    const { stdout } = await explained({
      ...OUTSCALE_ITEM,
      virtualInterfaceName: hostile,
      location: '\u0007',
    });
    expect(stdout).toContain('acme-\\u{1b}[2J\\u{202e}\\u{60}');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('explains an interface that is no longer a request as if it were pending, without a command', async () => {
    const past = { ...OUTSCALE_ITEM, virtualInterfaceState: 'available', virtualGatewayId: 'vgw-12345678' };
    const { assumed, report } = await documentOf(past);
    expect(assumed).toEqual([expect.stringContaining('`available`')]);
    expect(report).toMatchObject({
      decision: { verdict: 'accept', owner: 'acme', grant: 'prod' },
      manualOverrideCommand: null,
    });
  });

  it('prints one JSON document and nothing else', async () => {
    const { stdout, stderr } = await explained(OUTSCALE_ITEM, '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'hub',
      policy: { digest: expect.stringMatching(/^sha256:/) },
      request: { id: 'dxvif-1a2b3c4d', peers: [{ hasKey: true }] },
      requester: { owner: 'acme', similar: [] },
      hold: [{ applies: false, fields: [{ field: 'vlan', expected: '150', actual: '101', verdict: 'no' }] }],
      grants: [
        { name: 'late', fits: 'yes', outOfTime: { code: 'grant-ended' }, decides: false },
        { name: 'prod', fits: 'yes', outOfTime: null, decides: true },
      ],
      report: { outcome: 'wouldAccept', decision: { verdict: 'accept', grant: 'prod' } },
    });
  });

  it('reads a request from `run --json`, and lists what is assumed', async () => {
    const reported = { id: 'dxvif-1', connection: 'dxcon-22222222', vlan: 7, name: null, outcome: 'held' };
    const { assumed, report } = await documentOf(reported);
    expect(assumed).toContainEqual(expect.stringContaining('`confirming`'));
    expect(report.decision).toMatchObject({ verdict: 'accept', owner: 'beta', grant: 'default' });
    // The text has everything that was assumed.
    const { stdout } = await explained(reported);
    for (const assumption of assumed) expect(stdout).toContain(assumption);
  });

  it.each<Row>([
    ['no request file', [], /required option '-r, --request <file>' not specified/],
    [
      'one that is not there',
      ['--request', 'nowhere.json'],
      /nowhere\.json: there is no such file; check its path/,
    ],
    [
      'one of several',
      ['--request', 'two.json'],
      /two\.json: there are 2 in it, but the command takes one: dxvif-1 and dxvif-2; choose one with `--id/,
    ],
    ['an ID that is not in it', ['--request', 'two.json', '--id', 'dxvif-3'], /there is no `dxvif-3` in it/],
    [
      'an unknown field in our form',
      ['--request', 'odd.json'],
      /odd\.json:1:\d+ vlna: unknown key `vlna`; did you mean `vlan`\?/,
    ],
    [
      'a time without an offset',
      ['--request', 'two.json', '--at', '2026-11-10T00:00:00'],
      /--at: `2026-11-10T00:00:00` lacks an offset; write /,
    ],
    [
      'several policies to choose from',
      ['--request', 'two.json', '--id', 'dxvif-1'],
      /there are 2 policies; name one of policy\/hub\.yaml and policy\/lab\.yaml/,
      { 'policy/lab.yaml': POLICY.replace('eu-west-2', 'us-east-2') },
    ],
  ])('exits with 2 for %s', async (_, args, message, more = {}) => {
    const dir = folderWith({
      'policy/hub.yaml': POLICY,
      'two.json': '[{"id": "dxvif-1", "connection": "dxcon-1"}, {"id": "dxvif-2", "connection": "dxcon-1"}]',
      'odd.json': '{"connection": "dxcon-1", "vlna": 1}',
      ...more,
    });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'explain', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('reads `-` as standard input, and names it so in messages', () => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const args = ['cli/main.ts', 'policy', 'explain', '--request', '-', '--at', AT];
    const typed = (input: string) =>
      spawnSync(process.execPath, args, { input, encoding: 'utf8', env: { HOME: dir, INIT_CWD: dir } });
    expect(typed(JSON.stringify(OUTSCALE_ITEM)).stdout).toContain('decision: accept');
    expect(typed('{')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('standard input:1:2: it is not JSON'),
    });
  });

  it('exits with 3 when the policy has errors', async () => {
    const dir = folderWith({ 'policy/hub.yaml': 'version: 2', 'r.json': '{"connection": "dxcon-1"}' });
    expect(await runCli(dir, ['policy', 'explain', '--request', 'r.json'])).toMatchObject({ code: 3 });
  });
});

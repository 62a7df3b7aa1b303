import { createHash } from 'node:crypto';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli, withOwners } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

const VALID = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

describe('policy check', () => {
  it('prints one JSON document, with the valid policies or with every error', async () => {
    const valid = await runCli(folderWith({ 'policy/hub.yaml': VALID }), ['policy', 'check', '--json']);
    expect(JSON.parse(valid.stdout)).toMatchObject({ policies: [{ target: 'hub' }], errors: [] });
    const invalid = await runCli(folderWith({ 'policy/hub.yaml': 'version: 2' }), [
      'policy',
      'check',
      '--json',
    ]);
    expect(invalid.code).toBe(3);
    expect(JSON.parse(invalid.stdout).errors).toContainEqual(
      expect.objectContaining({ file: 'policy/hub.yaml', line: 1, column: 10, path: 'version' }),
    );
  });

  it('describes a valid policy in one line', async () => {
    const { code, stdout } = await runCli(folderWith({ 'policy/hub.yaml': VALID }), ['policy', 'check']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^hub: valid; outscale eu-west-2 012345678901, 1 owner, 1 grant, 0 hold rules; sha256:/,
    );
  });

  it('lists every error of every file with position and fix, and exits with 3', async () => {
    const invalid = VALID.replace(`"${RECIPIENT_ACCOUNT}"`, RECIPIENT_ACCOUNT).replace('acme:', 'Acme:');
    const dir = folderWith({
      'policy/a.yaml': invalid,
      'policy/b.yaml': 'version: 2\n',
      'policy/c.yml': VALID,
    });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/a\.yaml:2:62 recipient\.account: .*quotes/);
    expect(stderr).toMatch(/a\.yaml:3:11 owners\.Acme: /);
    expect(stderr).toMatch(/b\.yaml:1:10 version: /);
    expect(stderr).toMatch(/c\.yml.*rename it to `c\.yaml`/);
    expect(stderr).toMatch(/\d+ errors/);
  });

  it('searches folders that are named, and reads each file once', async () => {
    const dir = folderWith({
      'mine/a.yaml': VALID,
      'mine/cases/a.yaml': 'version: 1',
      'mine/b.yaml': VALID.replace('eu-west-2', 'us-east-2'),
    });
    const ways = [
      ['mine'],
      ['mine/'],
      ['./mine', 'mine/b.yaml'],
      ['--policy', 'mine/a.yaml', 'mine/b.yaml'],
      ['mine/a.yaml', '-p', 'mine'],
    ];
    for (const named of ways) {
      const { code, stdout } = await runCli(dir, ['policy', 'check', ...named, '--json']);
      const targets = JSON.parse(stdout).policies.map(({ target }: { target: string }) => target);
      expect({ code, targets }).toEqual({ code: 0, targets: ['a', 'b'] });
    }
  });

  it.each(['policy', 'policy/cases', 'lab/deep'])(
    'finds the folder `policy` when it is typed in %s',
    async (where) => {
      const files = { 'policy/hub.yaml': VALID, 'policy/cases/README.md': '', 'lab/deep/x': '' };
      const dir = folderWith(files);
      const { code, stdout } = await runCli(join(dir, where), ['policy', 'check']);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('hub: valid') });
    },
  );

  // Only root can give a folder to another user.
  it.skipIf(process.getuid?.() !== 0)(
    'uses a folder above only when it belongs to the user, root, or the caller of sudo, unless it is named',
    async () => {
      const dir = folderWith({ 'policy/hub.yaml': VALID, 'lab/x': '' });
      chownSync(join(dir, 'policy'), 12345, 12345);
      const check = (where: string, args: readonly string[] = [], env = {}) =>
        runCli(join(dir, where), ['policy', 'check', ...args], env);
      expect(await check('lab')).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/policy`? .*belongs to another user \(12345\); name it/s),
      });
      expect((await check('lab', [], { SUDO_UID: '12345' })).code).toBe(0);
      expect((await check('lab', ['../policy'])).code).toBe(0);
      expect((await check('.')).code).toBe(0);
    },
  );

  it('warns of a region that the provider is not known to have', async () => {
    const dir = folderWith({ 'policy/hub.yaml': VALID.replace('eu-west-2', 'eu-west-9') });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check', '--json']);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^warning: .*`eu-west-9`/),
    });
    expect(JSON.parse(stdout).warnings).toMatchObject([
      { code: 'unknown-region', file: 'policy/hub.yaml', line: 2, column: 34, path: 'recipient.region' },
    ]);
  });

  it('names a connection that may be shared, as a notice that changes nothing else', async () => {
    const contact = VALID.replace('gateway:', 'contact: "a@acme.example, b@globex.example", gateway:');
    const dir = folderWith({ 'policy/hub.yaml': contact });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check', '--json']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^notice: policy\/hub\.yaml:3:33 owners\.acme\.connections: .*\n$/),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      policies: [{ target: 'hub' }],
      warnings: [],
      notices: [
        {
          code: 'maybe-shared',
          file: 'policy/hub.yaml',
          path: 'owners.acme.connections',
          line: 3,
          connection: ACME_1,
        },
      ],
      errors: [],
    });
  });

  it('warns of grants that accept nothing, with the reason', async () => {
    const idle = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants:
      ended: { gateway: ${PROD}, match: { vlan: [1] }, until: 2020-01-01T00:00:00Z }
      held: { gateway: ${PROD}, match: { vlan: [150-160] } }
      fine: { gateway: ${PROD}, match: { vlan: [140-160] } }
hold:
  - { vlan: [150-155] }
  - { vlan: [156-200], reason: spare }
`;
    const { code, stderr } = await runCli(folderWith({ 'policy/acme.yaml': idle }), ['policy', 'check']);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'acme.yaml:7:7 owners.acme.grants.ended: accepts nothing: it ended at 2020-01-01',
    );
    expect(stderr).toContain(
      'acme.yaml:8:7 owners.acme.grants.held: accepts nothing: hold rules hold every request that it matches (spare)',
    );
    expect(stderr).not.toContain('fine');
  });

  it('warns of a usual BGP key, with a code', async () => {
    const digest = createHash('sha256').update('password').digest('hex');
    const grants = `grants: { prod: { gateway: ${PROD}, match: { bgpKey: "sha256:${digest}" } } }`;
    const dir = folderWith({ 'policy/hub.yaml': VALID.replace(`gateway: ${PROD}`, grants) });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check', '--json']);
    expect({ code, warnings: JSON.parse(stdout).warnings }).toMatchObject({
      code: 0,
      warnings: [{ file: 'policy/hub.yaml', code: 'usual-key', path: 'owners.acme.grants.prod' }],
    });
    expect(stderr).toMatch(/^warning: policy\/hub\.yaml:3:60 owners\.acme\.grants\.prod: /);
  });

  it.each([
    [
      'a file that is not there',
      ['policy', 'check', 'nowhere.yaml'],
      /nowhere\.yaml: the file does not exist; check its path/,
    ],
    [
      'a missing folder, of which it names the whole path',
      ['policy', 'check'],
      /no folder \/\S+\/policy.*policy init/,
    ],
    [
      'a folder without policies',
      ['policy', 'check', '.'],
      /^error: \/\S+: the folder contains no policy; .*policy init/,
    ],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await runCli(folderWith({}), args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('policy init', () => {
  it('drafts owners as comments in a frozen policy, which accepts nothing before a person has edited it', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({});
    const id = await actAs(cloud, ACME).offer({
      connection: ACME_1,
      vlan: 101,
      name: 'acme\n- not: a comment',
    });
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const init = [
      'policy',
      'init',
      '--provider',
      'outscale',
      '--region',
      'eu-west-2',
      '--account',
      RECIPIENT_ACCOUNT,
      ...at,
    ];

    expect(await runCli(dir, [...init, '--output', 'policy/hub.yaml'])).toMatchObject({
      code: 0,
      stdout: '',
    });

    const text = readFileSync(join(dir, 'policy/hub.yaml'), 'utf8');
    // A path from here to the schema would be valid on this machine only.
    expect(text).not.toContain('$schema');
    expect(text).toMatch(
      /^ {2}account: "?012345678901"?\n {2}# to deploy it: credentials: \{ secret: NAME \}/m,
    );
    expect(text).toContain(`#   ${id}  ${ACME_1}  PAR1  VLAN 101  acme\\u{a}- not: a comment`);
    // Text of a requester is in no comment that may become YAML.
    const drafts = text.slice(text.indexOf('\nowners:\n') + '\nowners:\n'.length);
    expect(parse(drafts.replaceAll(/^#/gm, ''))).toEqual({
      'owner-1': {
        sharedConnections: [ACME_1],
        grants: { private: { gateway: PROD, match: { id: [id] } } },
      },
    });

    // Unedited it is not a valid policy, frozen or not, and the error says what to do.
    for (const unedited of [text, text.replace('freeze: true', 'freeze: false')]) {
      writeFileSync(join(dir, 'policy/hub.yaml'), unedited);
      expect(await runCli(dir, ['policy', 'check'])).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/owners: is empty.*remove the `#`/),
      });
      expect(await runCli(dir, ['run', ...at])).toMatchObject({ code: 3 });
    }
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');

    // With its owner uncommented it is valid, and `plan` shows what it would accept.
    writeFileSync(join(dir, 'policy/hub.yaml'), withOwners(text));
    expect((await runCli(dir, ['policy', 'check'])).stdout).toContain('FROZEN');
    const plan = await runCli(dir, ['plan', ...at]);
    expect(plan.stdout).toContain(`without the freeze: accepted by \`owner-1.private\` → \`${PROD}\``);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    writeFileSync(join(dir, 'policy/hub.yaml'), text);

    const again = await runCli(dir, [...init, '--output', 'policy/hub.yaml']);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists already; name another file'),
    });
    expect(readFileSync(join(dir, 'policy/hub.yaml'), 'utf8')).toBe(text);
  });

  it.each([
    ['no account', ['--provider', 'outscale', '--region', 'eu-west-2'], /--account is required for outscale/],
    [
      'an unknown provider',
      ['--provider', 'other', '--region', 'eu-west-2'],
      /--provider must be `outscale` or `aws`, got `other`/,
    ],
    [
      'an odd account',
      ['--provider', 'aws', '--region', 'eu-west-2', '--account', '12'],
      /--account must be 12 digits, got `12`/,
    ],
  ])('exits with 2 for %s', async (_, args, message) => {
    const cloud = await startTestCloud({ dialect: args[1] === 'aws' ? 'aws' : 'outscale' });
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stderr } = await runCli(folderWith({}), ['policy', 'init', ...args, ...at]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

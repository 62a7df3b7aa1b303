import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { testPolicyFiles } from '../../language/policyTests/runPolicyTests.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, startTestCloud } from '../support/cloud.ts';

const OUTSCALE = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', '012345678901'];
const AWS = ['--provider', 'aws', '--region', 'eu-west-1', '--account', '012345678901'];
const NOTIFY = ['--notify', 'noc@example.com'];

/** Runs `init` in an empty folder, without npm. */
async function initRepository(options: readonly string[], name = 'network-policy') {
  const parent = folderWith({});
  const result = await runCli(parent, ['init', name, ...options, '--no-lock']);
  return { ...result, parent, folder: join(parent, name) };
}

/** Every file below a folder, by its path. */
function readFiles(folder: string): Record<string, string> {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => !entry.isDirectory());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), entry.isFile() ? readFileSync(path, 'utf8') : ''];
    }),
  );
}

describe('init', () => {
  it.each([
    ['OUTSCALE', OUTSCALE, 'outscale-eu-west-2'],
    ['AWS', AWS, 'aws-eu-west-1'],
  ])('writes a repository for %s whose policy is valid and passes its tests', async (_, flags, target) => {
    const { code, stderr, stdout, folder } = await initRepository([...flags, ...NOTIFY]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`policy/cases/${target}.yaml`);
    const { policies, errors, results, untested } = testPolicyFiles(join(folder, 'policy'));
    expect(errors).toEqual([]);
    expect(policies.map(({ policy }) => [policy.target, policy.freeze])).toEqual([[target, true]]);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
    expect(untested).toEqual([]);
  });

  it('writes files that parse, and fills every placeholder', async () => {
    const { folder } = await initRepository([...OUTSCALE, ...NOTIFY]);
    const files = readFiles(folder);
    expect(Object.keys(files).sort()).toEqual(
      expect.arrayContaining([
        '.github/CODEOWNERS',
        '.github/dependabot.yml',
        '.github/workflows/check.yml',
        '.gitignore',
        '.gitlab-ci.yml',
        '.npmrc',
        'README.md',
        'app.mjs',
        'cdk.json',
        'package.json',
        'policy/cases/outscale-eu-west-2.yaml',
        'policy/outscale-eu-west-2.yaml',
        'renovate.json',
        'scripts/outscale-key',
      ]),
    );
    for (const [path, text] of Object.entries(files)) {
      expect([path, text.match(/(?<!\$)\{\{.*/)]).toEqual([path, null]);
      if (path.endsWith('.json')) JSON.parse(text);
      if (/\.ya?ml$/.test(path))
        for (const document of parseAllDocuments(text))
          expect([path, ...document.errors, ...document.warnings]).toEqual([path]);
    }
  });

  it('pins the tool at its own version, and the CDK at the versions that it is tested with', async () => {
    const { folder } = await initRepository([...OUTSCALE, ...NOTIFY]);
    const own = JSON.parse(readFileSync('package.json', 'utf8'));
    const { name, dependencies, devDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    expect(name).toBe('network-policy');
    expect(dependencies).toEqual({
      'aws-cdk-lib': own.devDependencies['aws-cdk-lib'],
      constructs: own.devDependencies.constructs,
      'vif-acceptor': own.version,
    });
    expect(devDependencies).toEqual({ 'aws-cdk': own.devDependencies['aws-cdk'] });
  });

  const TOPIC = 'arn:aws:sns:eu-west-3:012345678901:noc';
  const ROLE = 'arn:aws:iam::012345678901:role/network/vif-acceptor';
  it.each([
    ['--notify nobody', OUTSCALE, ['--notify', 'nobody'], 'app.mjs', "notify: 'nobody'"],
    ['--notify ARN', OUTSCALE, ['--notify', TOPIC], 'app.mjs', `notify: '${TOPIC}'`],
    [
      '--secret',
      OUTSCALE,
      ['--secret', 'net/key-1'],
      'policy/outscale-eu-west-2.yaml',
      'secret: "net/key-1"',
    ],
    ['--role', AWS, ['--role', ROLE], 'policy/aws-eu-west-1.yaml', `{ role: "${ROLE}" }`],
    [
      '--external-id',
      AWS,
      ['--role', ROLE, '--external-id', 'a:b'],
      'policy/aws-eu-west-1.yaml',
      `{ role: "${ROLE}", externalId: "a:b" }`,
    ],
    ['--target', OUTSCALE, ['--target', 'true'], 'policy/cases/true.yaml', 'target: "true"'],
    [
      '--codeowners',
      OUTSCALE,
      ['--codeowners', '@o/net-1 @kim'],
      '.github/CODEOWNERS',
      '\n* @o/net-1 @kim\n',
    ],
    ['--package', OUTSCALE, ['--package', '7.8.9-rc.1'], 'package.json', '"vif-acceptor": "7.8.9-rc.1"'],
  ])('writes the value of %s where it belongs', async (_, flags, more, file, text) => {
    const notify = more.includes('--notify') ? [] : NOTIFY;
    const { code, folder } = await initRepository([...flags, ...notify, ...more]);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, file), 'utf8')).toContain(text);
    const { errors, results } = testPolicyFiles(join(folder, 'policy'));
    expect([errors, results.map(({ passed }) => passed)]).toEqual([[], [true, true]]);
  });

  it('names every option that is missing, and writes nothing', async () => {
    const { code, stderr, parent } = await initRepository([]);
    expect(code).toBe(2);
    for (const flag of ['--provider', '--region', '--account', '--notify']) expect(stderr).toContain(flag);
    expect(readFiles(parent)).toEqual({});
  });

  it('refuses odd values of all options at once, and writes nothing', async () => {
    const odd = ['region', 'account', 'notify', 'target', 'secret', 'codeowners', 'package'].map(
      (flag) => [`--${flag}`, `a"b\n{{REGION}}: 'c'`] as const,
    );
    const { code, stderr, parent } = await initRepository(['--provider', 'outscale', ...odd.flat()]);
    expect(code).toBe(2);
    for (const [flag] of odd) expect(stderr).toContain(`${flag} must be`);
    expect(stderr).not.toContain('\n{{REGION}}');
    expect(readFiles(parent)).toEqual({});
  });

  it.each([
    [OUTSCALE, '--role', 'arn:aws:iam::012345678901:role/x'],
    [OUTSCALE, '--external-id', 'abc'],
    [AWS, '--secret', 'abc'],
    [AWS, '--external-id', 'abc'],
  ])('refuses an option that has no effect: %j %s', async (flags, flag, value) => {
    const { code, stderr, parent } = await initRepository([...flags, ...NOTIFY, flag, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(flag);
    expect(readFiles(parent)).toEqual({});
  });

  it.each([
    ["it's {{REGION}}", 'it-s-region'],
    ['Netz "Süd"\nx', 'netz-s-d-x'],
    ['…', 'vif-acceptor-policies'],
    ['vif-acceptor', 'vif-acceptor-policies'],
  ])('makes a package name of the folder %j', async (folderName, expected) => {
    const { code, stdout, folder } = await initRepository([...OUTSCALE, ...NOTIFY], folderName);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name).toBe(expected);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${expected}\n`));
    expect(stdout.split('\n').filter((line) => line.startsWith('x'))).toEqual([]);
  });

  it('overwrites nothing: it lists every file that exists, and writes none', async () => {
    const parent = folderWith({
      'p/README.md': 'mine',
      'p/policy/outscale-eu-west-2.yaml': 'mine',
      'p/other': '',
    });
    symlinkSync('nowhere', join(parent, 'p/cdk.json'));
    const before = readFiles(parent);
    const { code, stderr } = await runCli(parent, ['init', 'p', ...OUTSCALE, ...NOTIFY]);
    expect(code).toBe(2);
    for (const path of ['README.md', 'policy/outscale-eu-west-2.yaml', 'cdk.json'])
      expect(stderr).toContain(`\`${path}\``);
    expect(stderr).not.toContain('app.mjs');
    expect(readFiles(parent)).toEqual(before);
  });

  it('adds the repository to a folder that has other files', async () => {
    const parent = folderWith({ LICENSE: 'mine' });
    const { code } = await runCli(parent, ['init', '.', ...OUTSCALE, ...NOTIFY, '--no-lock']);
    expect(code).toBe(0);
    expect(readFiles(parent)).toMatchObject({ LICENSE: 'mine', 'app.mjs': expect.any(String) });
  });

  it('reports a folder that cannot be made', async () => {
    const parent = folderWith({ file: '' });
    const { code, stderr } = await runCli(parent, ['init', 'file/p', ...OUTSCALE, ...NOTIFY, '--no-lock']);
    expect(code).toBe(2);
    expect(stderr).toContain('ENOTDIR');
  });

  it('copies a tarball of the tool into the repository', async () => {
    const parent = folderWith({ 'vif-acceptor-9.9.9.tgz': 'packed' });
    const args = [...OUTSCALE, ...NOTIFY, '--package', 'vif-acceptor-9.9.9.tgz', '--no-lock'];
    const { code } = await runCli(parent, ['init', 'p', ...args]);
    expect(code).toBe(0);
    expect(readFiles(join(parent, 'p'))).toMatchObject({
      'vif-acceptor-9.9.9.tgz': 'packed',
      'package.json': expect.stringContaining('"vif-acceptor": "file:vif-acceptor-9.9.9.tgz"'),
    });
  });
});

describe('init --from-account', () => {
  it('drafts owners as comments, from what is pending, beside the example', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'x\nowners: {}' });
    const parent = folderWith({});
    const flags = [
      '--provider',
      'outscale',
      '--region',
      'eu-west-2',
      '--account',
      RECIPIENT_ACCOUNT,
      ...NOTIFY,
    ];
    const result = await runCli(parent, [
      'init',
      'p',
      ...flags,
      '--from-account',
      '--no-lock',
      '--endpoint',
      cloud.url,
    ]);
    expect([result.code, result.stderr]).toEqual([0, '']);
    const text = readFileSync(join(parent, 'p/policy/outscale-eu-west-2.yaml'), 'utf8');
    expect(text).toContain(`#   ${id}`);
    const draft = text.slice(text.indexOf('\n#  owner-1:'));
    expect(draft).toContain(ACME_1);
    const { policies, errors, results } = testPolicyFiles(join(parent, 'p/policy'));
    expect(errors).toEqual([]);
    expect(policies.map(({ policy }) => policy.owners.map(({ name }) => name))).toEqual([['example']]);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
    // The draft becomes an owner when the first `#` of its lines is removed.
    writeFileSync(
      join(parent, 'p/policy/outscale-eu-west-2.yaml'),
      text.replace(draft, draft.replaceAll(/^#/gm, '')),
    );
    expect(testPolicyFiles(join(parent, 'p/policy')).errors).toEqual([]);
  });

  it('needs no --account on AWS, whose API returns it', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const parent = folderWith({});
    const flags = ['--provider', 'aws', '--region', 'eu-west-1', ...NOTIFY, '--from-account', '--no-lock'];
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stderr } = await runCli(parent, ['init', 'p', ...flags, ...at]);
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(join(parent, 'p/policy/aws-eu-west-1.yaml'), 'utf8')).toContain(
      `"${RECIPIENT_ACCOUNT}"`,
    );
  });
});

describe('init and npm', () => {
  /** A program in place of npm. */
  function withNpm(script: string): { parent: string; path: string } {
    const parent = folderWith({ 'bin/npm': `#!/bin/sh\n${script}\n` });
    chmodSync(join(parent, 'bin/npm'), 0o755);
    return { parent, path: `${join(parent, 'bin')}:/usr/bin:/bin` };
  }

  it('writes the lock without executing anything of a package, and without a key of a cloud', async () => {
    const script =
      'echo "$@" > package-lock.json; env > "$HOME/environment"; cat package.json > "$HOME/read"';
    const { parent, path } = withNpm(script);
    const args = ['init', 'p', ...OUTSCALE, ...NOTIFY];
    const settings = { PATH: path, npm_config_registry: 'https://npm.example' };
    const { code, stdout } = await runCli(parent, args, settings);
    expect(code).toBe(0);
    expect(stdout).toContain('npm ci');
    const { 'p/package-lock.json': called = '', environment = '', ...others } = readFiles(parent);
    expect(called.split(' ')).toEqual(expect.arrayContaining(['--package-lock-only', '--ignore-scripts']));
    expect(others.read).toBe(others['p/package.json']);
    expect(environment).toContain('npm_config_registry=https://npm.example');
    expect(environment).not.toMatch(/^(AWS|OSC)_/m);
  });

  it.each([
    ['v20.20.2', true],
    ['v22.21.0', false],
    ['v24.5.0', false],
    ['no version', false],
  ])('warns if the Node in PATH cannot run the repository: %s', async (version, isWarned) => {
    const parent = folderWith({ 'bin/node': `#!/bin/sh\necho ${version}\n` });
    chmodSync(join(parent, 'bin/node'), 0o755);
    const path = `${join(parent, 'bin')}:/usr/bin:/bin`;
    const args = ['init', 'p', ...OUTSCALE, ...NOTIFY, '--no-lock'];
    const { code, stderr } = await runCli(parent, args, { PATH: path });
    expect([code, stderr.includes('20.20.2'), stderr !== '']).toEqual([0, isWarned, isWarned]);
    expect(existsSync(join(parent, 'p/package.json'))).toBe(true);
  });

  it('writes nothing if npm fails, and says why', async () => {
    const { parent, path } = withNpm('echo "npm error code E499" >&2; exit 1');
    const { code, stdout, stderr } = await runCli(parent, ['init', 'p', ...OUTSCALE, ...NOTIFY], {
      PATH: path,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/package-lock\.json.*E499/);
    expect(existsSync(join(parent, 'p'))).toBe(false);
  });
});

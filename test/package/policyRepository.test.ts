import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, npm } from './install.ts';
import { type Packed, pack } from './pack.ts';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const repository = join(folder, 'network-policy');
const OPTIONS = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', '012345678901'].concat([
  '--notify',
  'noc@example.com',
]);
/** Of one step: npm installs, and the CDK synthesises. */
const STEP = 180_000;

/** With this Node, no settings of this machine, and a proxy that does not exist: nothing leaves this machine. */
const OFFLINE = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: folder,
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
};

function type(cwd: string, program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: OFFLINE,
    timeout: STEP,
  });
  return { status, stdout, stderr, output: stdout + stderr };
}

let packed: Packed;
let isReachable: boolean;

beforeAll(() => {
  packed = pack(folder);
  // The installed tool writes the repository, as `npx vif-acceptor init` does.
  const tool = join(folder, 'tool');
  isReachable = install(packed.tarball, tool) === 'npm';
  const main = join(tool, 'node_modules/vif-acceptor/bin/vif-acceptor');
  const env = { ...process.env, PATH: OFFLINE.PATH };
  const args = ['init', repository, ...OPTIONS, '--package', packed.tarball];
  const lock = isReachable ? [] : ['--no-lock'];
  execFileSync(process.execPath, [main, ...args, ...lock], { cwd: folder, env, timeout: STEP });
}, 3 * STEP);

afterAll(() => rmSync(folder, { recursive: true }), STEP);

describe('the repository that the installed tool makes', () => {
  it(
    'can be installed by `npm ci`, and `npm test` passes without a network',
    (context) => {
      context.skip(!isReachable, 'the npm registry is not reachable');
      const installed = npm(repository, 'ci', '--prefer-offline');
      expect(installed.status, installed.stderr).toBe(0);
      const tested = type(repository, 'npm', 'test');
      expect(tested.status, tested.output).toBe(0);
      expect(tested.output).toContain('2 passed, 0 failed');
    },
    STEP,
  );

  it(
    'is the same stack as that of a checkout with this policy: its ledger stays',
    (context) => {
      context.skip(!isReachable, 'the npm registry is not reachable');
      const synthesised = type(repository, 'npx', 'cdk', 'synth', '--quiet', '--output', join(folder, 'own'));
      expect(synthesised.status, synthesised.output).toBe(0);
      const given = JSON.stringify({ policyDir: 'policy', notify: 'noc@example.com' });
      execFileSync(process.execPath, [join(packed.checkout, 'infra/app.ts')], {
        cwd: repository,
        env: {
          ...OFFLINE,
          INIT_CWD: repository,
          CDK_CONTEXT_JSON: given,
          CDK_OUTDIR: join(folder, 'checkout-out'),
        },
        timeout: STEP,
      });
      const resources = (out: string): Record<string, { Type: string }> =>
        JSON.parse(readFileSync(join(folder, out, 'VifAcceptor.template.json'), 'utf8')).Resources;
      const kinds = (out: string) =>
        Object.entries(resources(out)).map(([id, { Type }]) => [
          Type === 'AWS::Lambda::LayerVersion' ? '' : id,
          Type,
        ]);
      expect(kinds('own').length).toBeGreaterThan(20);
      expect(kinds('own')).toEqual(kinds('checkout-out'));
    },
    STEP,
  );

  it(
    'prints every error of a policy without a stack trace, and writes no template',
    (context) => {
      context.skip(!isReachable, 'the npm registry is not reachable');
      const file = join(repository, 'policy/outscale-eu-west-2.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('version: 1', 'version: 2').replace('gateway: vgw-', 'gateway: vpc-'));
      const { status, output } = type(repository, process.execPath, 'app.mjs');
      writeFileSync(file, text);
      expect(status).toBe(1);
      expect(output).toMatch(
        /no template was written:\n.* version: .*\n.* owners\.example\.grants\.prod\.gateway: /,
      );
      expect(output).not.toContain('    at ');
    },
    STEP,
  );

  it(
    'is upgraded by `npm install`, which pins the next version',
    (context) => {
      context.skip(!isReachable, 'the npm registry is not reachable');
      const next = repack(packed.tarball, '0.999.0');
      cpSync(next, join(repository, basename(next)));
      const upgraded = npm(repository, 'install', '--prefer-offline', `./${basename(next)}`);
      expect(upgraded.status, upgraded.stderr).toBe(0);
      const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
      expect(dependencies['vif-acceptor']).toBe(`file:${basename(next)}`);
      expect(type(repository, 'npx', 'vif-acceptor', '--version').stdout).toBe('0.999.0\n');
      const tested = type(repository, 'npm', 'test');
      expect(tested.status, tested.output).toBe(0);
    },
    STEP,
  );
});

/** The same package with another version. */
function repack(tarball: string, version: string): string {
  const other = join(folder, `other-${version}`);
  mkdirSync(other);
  execFileSync('tar', ['xzf', tarball, '-C', other]);
  for (const file of ['package/package.json', 'package/dist/package.json']) {
    const manifest = JSON.parse(readFileSync(join(other, file), 'utf8'));
    writeFileSync(join(other, file), JSON.stringify({ ...manifest, version }));
  }
  const next = join(folder, `vif-acceptor-${version}.tgz`);
  execFileSync('tar', ['czf', next, '-C', other, 'package']);
  return next;
}

describe('npm create vif-acceptor', () => {
  it(
    'writes the same files as `init`, by a package that depends on the same version',
    (context) => {
      const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
      const create = JSON.parse(readFileSync('create/package.json', 'utf8'));
      expect(create).toMatchObject({ version, license, dependencies: { 'vif-acceptor': version } });
      context.skip(!isReachable, 'the npm registry is not reachable');
      const own = join(folder, 'create');
      mkdirSync(own);
      const { stdout } = npm(own, 'pack', join(packed.checkout, 'create'));
      writeFileSync(join(own, 'package.json'), '{}');
      const tarball = `./${stdout.trim().split('\n').at(-1)}`;
      const installed = npm(own, 'install', '--prefer-offline', tarball, packed.tarball);
      expect(installed.status, installed.stderr).toBe(0);
      const made = type(own, 'npx', 'create-vif-acceptor', 'made', ...OPTIONS, '--no-lock');
      expect(made.status, made.output).toBe(0);
      const files = (path: string): string[] =>
        readdirSync(path, { recursive: true })
          .map(String)
          .filter((file) => !/^(node_modules|cdk\.out|package-lock\.json|.*\.tgz)/.test(file))
          .sort();
      expect(files(join(own, 'made'))).toEqual(files(repository));
      expect(readFileSync(join(own, 'made/package.json'), 'utf8')).toContain(`"vif-acceptor": "${version}"`);
    },
    STEP,
  );
});

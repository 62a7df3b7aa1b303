import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeTarball, packFolder } from '../../scripts/packTarball.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { PROD } from '../support/cloud.ts';
import { commandLine, world } from './commands.ts';
import { type Packed, pack } from './pack.ts';
import { type Ended, openRegistry, type Registry } from './registry.ts';

/** An earlier release, for the upgrade: today's files under a lower version. */
const EARLIER = '0.0.1';

const TARGET = 'outscale-eu-west-2';
const NOTIFY = 'noc@example.com';
const OPTIONS = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', RECIPIENT_ACCOUNT].concat([
  '--notify',
  NOTIFY,
]);

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const repository = join(folder, 'network-policy');
const registry = await openRegistry(join(folder, 'registry'));
const REASON = registry === null ? ' (skipped: the npm registry is not reachable)' : '';

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true });
}, 120_000);

/** With this Node, no settings of this machine, and a proxy that does not exist: nothing leaves this machine. */
const OFFLINE = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: folder,
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
};

function typeOffline(program: string, ...args: string[]): Ended {
  const options = { cwd: repository, encoding: 'utf8', env: OFFLINE, timeout: 180_000 } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  return { status, output: stdout + stderr };
}

const SUCCESS = { status: 0, output: expect.any(String) };

/** The text of each file of a policy repository, by its path, without what npm and the CDK write. */
function writtenFiles(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const written = paths
    .filter((path) => !/^(node_modules\/|cdk\.out\/|package-lock\.json)/.test(path))
    .sort();
  return Object.fromEntries(written.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** The tests run in this order, as a user would type, and each depends on the ones before it. */
describe.skipIf(registry === null)(`a published release${REASON}`, { timeout: 300_000 }, () => {
  let packed: Packed;
  let create: string;
  let earlier: string;
  let earlierCreate: string;

  beforeAll(() => {
    packed = pack(folder);
    create = packFolder('create', folder).tarball;
    earlier = changeTarball(packed.tarball, folder, (manifest, files) => {
      writeFileSync(join(files, 'dist/package.json'), JSON.stringify({ type: 'module', version: EARLIER }));
      return { ...manifest, version: EARLIER };
    }).tarball;
    earlierCreate = changeTarball(create, folder, (manifest) => ({
      ...manifest,
      version: EARLIER,
      dependencies: { 'vif-acceptor': EARLIER },
    })).tarball;
  }, 300_000);

  function local(): Registry {
    if (registry === null) throw new Error('these tests are skipped without a registry');
    return registry;
  }

  const npm = (...args: string[]): Ended => local().npm(repository, ...args);
  const versionIn = (cwd: string): string => local().npx(cwd, 'vif-acceptor', '--version').output.trim();
  const readJson = (file: string) => JSON.parse(readFileSync(join(repository, file), 'utf8'));

  it('needs a provenance, which no machine but that of the release workflow can make', () => {
    for (const tarball of [earlier, earlierCreate]) {
      const { status, output } = local().publish(tarball);
      expect([status, output]).toEqual([1, expect.stringContaining('EUSAGE')]);
    }
  });

  it('creates a policy repository by `npm create`, with its own version pinned', () => {
    expect(local().publish(earlier, '--no-provenance')).toEqual(SUCCESS);
    expect(local().publish(earlierCreate, '--no-provenance')).toEqual(SUCCESS);
    const create = ['create', '--yes', 'vif-acceptor', 'network-policy', '--', ...OPTIONS];
    expect(local().npm(folder, ...create)).toEqual(SUCCESS);
    expect(readJson('package.json').dependencies['vif-acceptor']).toBe(EARLIER);
    expect(readJson('package-lock.json').packages['node_modules/vif-acceptor'].version).toBe(EARLIER);
  });

  it('is installed there by `npm ci`, and `npm test` passes without a network', () => {
    expect(npm('ci')).toEqual(SUCCESS);
    const { status, output } = typeOffline('npm', 'test');
    expect(status, output).toBe(0);
    expect(output).toContain('2 passed, 0 failed');
    const commands = readdirSync(join(repository, 'node_modules/.bin'));
    expect(commands).toContain('vif-acceptor');
    expect(commands).not.toContain('node');
    expect(versionIn(repository)).toBe(EARLIER);
  });

  it('writes the same files by `init` as by `npm create`', () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    const init = ['init', join(other, 'network-policy'), ...OPTIONS, '--no-lock'];
    expect(local().npx(repository, 'vif-acceptor', ...init)).toEqual(SUCCESS);
    const files = writtenFiles(repository);
    expect(Object.keys(files).length).toBeGreaterThan(10);
    expect(writtenFiles(join(other, 'network-policy'))).toEqual(files);
  });

  it('is upgraded by `npm install`, which changes the pin to exactly what was published', () => {
    expect(local().publish(packed.tarball, '--no-provenance')).toEqual(SUCCESS);
    expect(local().publish(create, '--no-provenance')).toEqual(SUCCESS);
    const before = writtenFiles(repository);
    expect(npm('install', `vif-acceptor@${packed.version}`)).toEqual(SUCCESS);
    expect(versionIn(repository)).toBe(packed.version);
    expect(typeOffline('npm', 'test')).toEqual(SUCCESS);
    const sha512 = createHash('sha512').update(readFileSync(packed.tarball)).digest('base64');
    expect(readJson('package-lock.json').packages['node_modules/vif-acceptor']).toMatchObject({
      version: packed.version,
      integrity: `sha512-${sha512}`,
    });
    const pin = (version: string): string => `"vif-acceptor": "${version}"`;
    const manifest = before['package.json']?.replace(pin(EARLIER), pin(packed.version));
    expect(writtenFiles(repository)).toEqual({ ...before, 'package.json': manifest });
  });

  it('deploys the same stack as a checkout with this policy: its ledger stays', () => {
    const synth = ['cdk', 'synth', '--quiet', '--output', join(folder, 'own')];
    expect(typeOffline('npx', ...synth)).toEqual(SUCCESS);
    const env = {
      ...OFFLINE,
      INIT_CWD: repository,
      CDK_CONTEXT_JSON: JSON.stringify({ policyDir: 'policy', notify: NOTIFY }),
      CDK_OUTDIR: join(folder, 'of-checkout'),
    };
    execFileSync(process.execPath, [join(packed.checkout, 'infra/app.ts')], { cwd: repository, env });
    const kinds = (out: string): unknown[] => {
      const template = readFileSync(join(folder, out, 'VifAcceptor.template.json'), 'utf8');
      const resources: Record<string, { Type: string }> = JSON.parse(template).Resources;
      const hasNewId = (type: string): boolean => type === 'AWS::Lambda::LayerVersion';
      return Object.entries(resources).map(([id, { Type }]) => [hasNewId(Type) ? '' : id, Type]);
    };
    expect(kinds('own').length).toBeGreaterThan(20);
    expect(kinds('own')).toEqual(kinds('of-checkout'));
  });

  it('prints every error of a policy without a stack trace, and writes no template', () => {
    const file = join(repository, 'policy', `${TARGET}.yaml`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('version: 1', 'version: 2').replace('gateway: vgw-', 'gateway: vpc-'));
    const { status, output } = typeOffline(process.execPath, 'app.mjs');
    writeFileSync(file, text);
    expect(status).toBe(1);
    expect(output).toMatch(
      /no template was written:\n.* version: .*\n.* owners\.example\.grants\.prod\.gateway: /,
    );
    expect(output).not.toContain('    at ');
  });

  it('accepts an allowed request when npx runs it', async () => {
    const hub = join(repository, 'hub');
    const { id, at, state } = await world(hub);
    const type = commandLine('npx', 'vif-acceptor', hub);
    expect(await type('policy', 'check', 'policy/hub.yaml')).toMatchObject({ code: 0 });
    expect(await type('run', ...at)).toMatchObject({ code: 0 });
    expect(await state()).toBe(`pending ${PROD}`);
    expect((await type('receipts', '--json', '--ledger', 'ledger.json')).stdout).toContain(id);
  });

  it('is installed without the CDK in an empty folder, where only the command line is needed', () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(local().npm(empty, 'install', 'vif-acceptor')).toEqual(SUCCESS);
    expect(readdirSync(join(empty, 'node_modules'))).not.toContain('aws-cdk-lib');
    expect(versionIn(empty)).toBe(packed.version);
    cpSync(join(repository, 'policy'), join(empty, 'policy'), { recursive: true });
    expect(local().npx(empty, 'vif-acceptor', 'policy', 'test')).toEqual(SUCCESS);
  });
});

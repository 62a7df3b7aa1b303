import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeTarball, packFolder } from '../../scripts/packTarball.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { PROD } from '../support/cloud.ts';
import { commandLine, world } from './commands.ts';
import { type Packed, pack } from './pack.ts';
import { type Ended, openRegistry, type Registry } from './registry.ts';

/** An earlier release, for the upgrade: today's files under a lower version. */
const EARLIER = '0.0.1';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const registry = await openRegistry(join(folder, 'registry'));
const REASON = registry === null ? ' (skipped: the npm registry is not reachable)' : '';

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true });
}, 120_000);

/** The tests run in this order, as a user would type, and each depends on the ones before it. */
describe.skipIf(registry === null)(`a published release${REASON}`, { timeout: 300_000 }, () => {
  const repository = join(folder, 'network-policy');
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

  const SUCCESS = { status: 0, output: expect.any(String) };
  const npm = (...args: string[]): Ended => local().npm(repository, ...args);
  const lockedPackage = () => {
    const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8'));
    return lock.packages['node_modules/vif-acceptor'];
  };

  it('needs a provenance, which no machine but that of the release workflow can make', () => {
    for (const tarball of [earlier, earlierCreate]) {
      const { status, output } = local().publish(tarball);
      expect([status, output]).toEqual([1, expect.stringContaining('EUSAGE')]);
    }
  });

  it('creates a policy repository by `npm create`, with its own version pinned', () => {
    expect(local().publish(earlier, '--no-provenance')).toEqual(SUCCESS);
    expect(local().publish(earlierCreate, '--no-provenance')).toEqual(SUCCESS);
    const target = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', RECIPIENT_ACCOUNT];
    const options = [...target, '--notify', 'noc@example.com'];
    expect(
      local().npm(folder, 'create', '--yes', 'vif-acceptor', 'network-policy', '--', ...options),
    ).toEqual(SUCCESS);
    const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(dependencies['vif-acceptor']).toBe(EARLIER);
    expect(lockedPackage()).toMatchObject({ version: EARLIER });
  });

  it('is installed there by name, checks the policy, runs its tests and synthesises the stack', () => {
    expect(npm('ci')).toEqual(SUCCESS);
    expect(npm('test')).toEqual(SUCCESS);
    const commands = readdirSync(join(repository, 'node_modules/.bin'));
    expect(commands).toContain('vif-acceptor');
    expect(commands).not.toContain('node');
    expect(local().npx(repository, 'vif-acceptor', '--version').output.trim()).toBe(EARLIER);
  });

  it('is upgraded by `npm install`, to exactly what was published', () => {
    expect(local().publish(packed.tarball, '--no-provenance')).toEqual(SUCCESS);
    expect(local().publish(create, '--no-provenance')).toEqual(SUCCESS);
    expect(npm('install', `vif-acceptor@${packed.version}`)).toEqual(SUCCESS);
    expect(npm('test')).toEqual(SUCCESS);
    expect(local().npx(repository, 'vif-acceptor', '--version').output.trim()).toBe(packed.version);
    const sha512 = createHash('sha512').update(readFileSync(packed.tarball)).digest('base64');
    expect(lockedPackage()).toMatchObject({ version: packed.version, integrity: `sha512-${sha512}` });
    // The upgrade changes the pin and nothing else of the repository.
    const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(dependencies['vif-acceptor']).toBe(packed.version);
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
    expect(local().npx(empty, 'vif-acceptor', '--version').output.trim()).toBe(packed.version);
    cpSync(join(repository, 'policy'), join(empty, 'policy'), { recursive: true });
    expect(local().npx(empty, 'vif-acceptor', 'policy', 'test')).toEqual(SUCCESS);
  });
});

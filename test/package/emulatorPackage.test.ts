import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import { nodeOf, TOO_OLD } from './nodes.ts';
import { type Packed, pack, unpack } from './pack.ts';
import { openRegistry, type Registry } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'hosted-vif-emulator-'));
const registry = await openRegistry(join(folder, 'registry'));
const REASON = registry === null ? ' (skipped: the npm registry is not reachable)' : '';
let packed: Packed;

beforeAll(() => {
  packed = pack(folder, 'emulator');
}, 120_000);

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true });
}, 120_000);

/** Bounds in bytes, about a quarter above today's sizes. */
const MAX_PACKED = 135_000;
const MAX_UNPACKED = 600_000;

describe('the tarball of the emulator', () => {
  it('contains JavaScript, types and its pages, but no source and no part of another package', () => {
    const expected = /^dist\/((conformance|operations)\/)?\w+\.(js|d\.ts)$/;
    expect(packed.files.filter((file) => !expected.test(file)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/hosted-vif-emulator.cjs',
      'bin/package.json',
      'bin/refuseOldNode.cjs',
      'dist/conformance/hostedInterfaces.json',
      'docs/conformance.md',
      'docs/emulator.md',
      'examples/scenarios/demo.json',
      'package.json',
    ]);
  });

  it('depends on nothing, and has no script that an installation runs', () => {
    const manifest = JSON.parse(packed.text('package.json'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    expect(Object.keys(manifest.scripts)).toEqual(['prepack']);
    const imported = packed.files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [...packed.text(file).matchAll(/\bfrom '([^']+)'/g)].map(([, from = '']) => from));
    expect(imported.length).toBeGreaterThan(50);
    expect(imported.filter((from) => !/^(\.\/|\.\.\/|node:)/.test(from))).toEqual([]);
  });

  it('contains every file that its package.json refers to', () => {
    const { exports, types, bin } = JSON.parse(packed.text('package.json'));
    for (const file of [types, exports['.'].types, exports['.'].default, ...Object.values<string>(bin)])
      expect(packed.files).toContain(file.replace('./', ''));
  });

  it('contains nothing about the machine that built it, and is small', () => {
    const places = [packed.checkout, process.cwd(), homedir()].filter((place) => place !== '/');
    const found = packed.files.filter((file) => places.some((place) => packed.text(file).includes(place)));
    expect(found).toEqual([]);
    const unpacked = packed.files.reduce((sum, file) => sum + Buffer.byteLength(packed.text(file)), 0);
    expect(statSync(packed.tarball).size).toBeLessThan(MAX_PACKED);
    expect(unpacked).toBeLessThan(MAX_UNPACKED);
  });
});

/** A test of a user, in TypeScript. */
const TYPED = `import { type Emulator, InvalidInput, readScenario, startEmulator } from 'hosted-vif-emulator';
export async function start(): Promise<Emulator> {
  const scenario = readScenario({ region: 'eu-west-2' });
  const emulator = await startEmulator({ dialect: 'aws', seed: 7, scenario });
  emulator.clock.advance('PT6H');
  emulator.addFault({ kind: 'throttle', times: 2 });
  const statuses: (number | 'hang' | 'reset')[] = emulator.calls().map(({ status }) => status);
  if (statuses.length > 0) throw new InvalidInput('calls', 'empty', statuses);
  // @ts-expect-error: there are two dialects
  await startEmulator({ dialect: 'azure' });
  // @ts-expect-error: the state is internal
  void emulator.world;
  return emulator;
}
`;

/** What a user's code prints: the state of an emulator that it started, and stopped. */
const USE = `.startEmulator({ dialect: 'aws' }).then(async (emulator) => {
  const answer = await fetch(emulator.url + '/_simulator/health');
  console.log((await answer.json()).status, emulator.port > 0);
  await emulator.close();
});
`;

describe('in the project of a user, the emulator', () => {
  const app = join(folder, 'app');

  beforeAll(() => {
    mkdirSync(join(app, 'node_modules'), { recursive: true });
    unpack(packed.tarball, join(app, 'node_modules'));
    spawnSync('mv', ['package', 'hosted-vif-emulator'], { cwd: join(app, 'node_modules') });
    writeFileSync(join(app, 'use.mjs'), `import * as emulator from 'hosted-vif-emulator';\nemulator${USE}`);
    writeFileSync(join(app, 'use.cjs'), `require('hosted-vif-emulator')${USE}`);
  });

  const bin = join(app, 'node_modules/hosted-vif-emulator/bin/hosted-vif-emulator.cjs');
  function run(node: string, ...args: string[]) {
    const env = { PATH: process.env.PATH, HOME: folder };
    const { status, stdout, stderr } = spawnSync(node, args, { cwd: app, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('has types that are valid without `skipLibCheck` and without types of Node, for both kinds of modules', () => {
    for (const file of ['app.mts', 'app.cts']) writeFileSync(join(app, file), TYPED);
    const settings = '--noEmit --strict --skipLibCheck false --module nodenext --lib esnext --types';
    const compiler = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    const checked = run(process.execPath, compiler, ...settings.split(' '), '', 'app.mts', 'app.cts');
    expect(checked).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.for(['22.12.0', '24'])(
    'is started by `import` and by `require` with Node %s',
    { timeout: 150_000 },
    (version, context) => {
      const node = nodeOf(version, join(folder, 'nodes'));
      context.skip(node === null, `the npm registry is not reachable, or has no Node ${version}`);
      for (const file of ['use.mjs', 'use.cjs']) {
        const { status, stdout } = run(node ?? '', file);
        expect([file, status, stdout]).toEqual([file, 0, 'ok true\n']);
      }
      expect(run(node ?? '', bin, '--version')).toMatchObject({ status: 0, stdout: `${packed.version}\n` });
    },
  );

  it.for(TOO_OLD)('refuses Node %s in one line', { timeout: 150_000 }, (version, context) => {
    const node = nodeOf(version, join(folder, 'nodes'));
    context.skip(node === null, `the npm registry is not reachable, or has no Node ${version}`);
    for (const args of [[bin, '--version'], ['use.mjs']])
      expect(run(node ?? '', ...args)).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/^error: .*needs Node 22\.12 or newer.*\n$/),
      });
  });
});

describe.skipIf(registry === null)(`the published emulator${REASON}`, { timeout: 300_000 }, () => {
  function local(): Registry {
    if (registry === null) throw new Error('these tests are skipped without a registry');
    return registry;
  }
  const empty = join(folder, 'empty');

  it('needs a provenance, which no machine but that of the release workflow can make', () => {
    const { status, output } = local().publish(packed.tarball);
    expect([status, output]).toEqual([1, expect.stringContaining('EUSAGE')]);
  });

  it('is run by npx in an empty folder', () => {
    expect(local().publish(packed.tarball, '--no-provenance')).toMatchObject({ status: 0 });
    mkdirSync(empty);
    const { status, output } = local().npx(empty, '--yes', 'hosted-vif-emulator', '--version');
    expect([status, output.trim()]).toEqual([0, packed.version]);
    expect(existsSync(join(empty, 'node_modules'))).toBe(false);
  });

  it.each(DIALECT_NAMES)(
    'runs for %s by npx until npx gets SIGTERM, in a project that has it',
    async (dialect) => {
      writeFileSync(join(empty, 'package.json'), '{ "name": "tests", "private": true }');
      expect(local().npm(empty, 'install', 'hosted-vif-emulator')).toMatchObject({ status: 0 });
      expect(readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
        'hosted-vif-emulator',
      ]);
      const env = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), HOME: folder };
      const npx = spawn('npx', ['hosted-vif-emulator', '--port', '0', '--dialect', dialect], {
        cwd: empty,
        env,
      });
      onTestFinished(() => void npx.kill('SIGKILL'));
      const [first] = await once(npx.stdout, 'data');
      const url = /on (http:\/\/[\d.]+:\d+)/.exec(String(first))?.[1] ?? '';
      const health = async (): Promise<unknown> =>
        fetch(`${url}/_simulator/health`).then(
          (answer) => answer.json(),
          () => null,
        );
      expect(await health()).toEqual({ status: 'ok', dialect });
      npx.kill('SIGTERM');
      await expect.poll(health, { timeout: 10_000 }).toBe(null);
    },
  );
});

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { inWords } from '../../bin/nodeVersions.cjs';
import { RUN_CODE, WATCHER_CODE } from '../../infra/bundledFunction.ts';
import { bundleFunction } from '../../scripts/bundle.ts';
import { PROD } from '../support/cloud.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { commandLine, world } from './commands.ts';
import { cdkApp, POLICY, TYPED } from './consumer.ts';
import { install } from './install.ts';
import { ENGINES, nodeOf, OLDEST, SUPPORTED, TOO_OLD } from './nodes.ts';
import { type Packed, pack } from './pack.ts';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
let packed: Packed;

beforeAll(() => {
  packed = pack(folder);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }), 120_000);

/** Bounds in bytes, about a quarter above today's sizes. The largest file is the bundle of the function. */
const MAX_PACKED = 1_300_000;
const MAX_UNPACKED = 4_200_000;

describe('the tarball', () => {
  it('contains JavaScript, types, the function and documents, but no source, test or policy', () => {
    const expected =
      /^(dist\/infra\/[\w/]+\.d\.ts|dist\/(adapters|cli|core|emulator|infra|lambda|language|run)\/[\w/]+\.js|(docs|examples|templates)\/.+)$/;
    expect(packed.files.filter((file) => !expected.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/commandLine.cjs',
      'bin/nodeVersions.cjs',
      'bin/package.json',
      'bin/refuseOldNode.cjs',
      'bin/vif-acceptor',
      'dist/function/index.mjs',
      'dist/index.js',
      'dist/package.json',
      'dist/watcher/index.mjs',
      'package.json',
    ]);
  });

  it('contains every file that its package.json refers to, and has no install script', () => {
    const { exports, types, bin, scripts } = JSON.parse(packed.text('package.json'));
    const { '.': main, ...others } = exports;
    for (const file of [types, main.types, main.default, ...Object.values(bin), ...Object.values(others)])
      expect(packed.files).toContain(file.replace('./', ''));
    expect(others).toEqual({ './package.json': './package.json' });
    // npm runs `prepare` in a clone of the repository only, where it builds the package.
    expect(Object.keys(scripts).filter((name) => /install$|^prepare./.test(name))).toEqual([]);
  });

  it('contains nothing about the machine that built it', () => {
    const places = [packed.checkout, process.cwd(), homedir(), 'sourceMappingURL'].filter(
      (place) => place !== '/',
    );
    const found = packed.files.flatMap((file) =>
      places.filter((place) => packed.text(file).includes(place)).map((place) => `${file}: ${place}`),
    );
    expect(found).toEqual([]);
  });

  it('is small', () => {
    const unpacked = packed.files.reduce((sum, file) => sum + Buffer.byteLength(packed.text(file)), 0);
    expect(statSync(packed.tarball).size).toBeLessThan(MAX_PACKED);
    expect(unpacked).toBeLessThan(MAX_UNPACKED);
  });

  it.each([
    { folder: 'function', code: RUN_CODE },
    { folder: 'watcher', code: WATCHER_CODE },
  ])('contains the $folder that a checkout deploys', async ({ folder, code }) => {
    const file = join(writeTempFiles({}), 'index.mjs');
    await bundleFunction(file, code.entry);
    expect(packed.text(`dist/${folder}/index.mjs`)).toBe(readFileSync(file, 'utf8'));
  });
});

/** Includes the time to fetch a Node of 45 MB. */
const FETCHES = { timeout: 150_000 };

describe('in the app of a user, the package', () => {
  const app = join(folder, 'app');
  let installedBy: 'npm' | 'copy';
  let ofCheckout: Synthesised;

  beforeAll(() => {
    installedBy = install(packed.tarball, app);
    mkdirSync(join(app, 'policy'));
    writeFileSync(join(app, 'policy', 'acme.yaml'), POLICY);
    const source = cdkApp('esm', './infra/index.ts');
    ofCheckout = synth(process.execPath, join(packed.checkout, 'app.mjs'), source);
  }, 180_000);

  function run(node: string, cwd: string, ...args: string[]) {
    const env = { PATH: process.env.PATH, HOME: folder, INIT_CWD: tmpdir() };
    const { status, stdout, stderr } = spawnSync(node, args, { cwd, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  function main(): string {
    const { bin } = JSON.parse(packed.text('package.json'));
    return join(app, 'node_modules/vif-acceptor', bin['vif-acceptor']);
  }

  interface Synthesised {
    readonly template: { readonly Resources: Record<string, { Type: string; Properties: unknown }> };
    /** of the function, as it would be uploaded */
    readonly code: string;
  }

  /** Writes a CDK app to a file, and runs it next to the policies. */
  function synth(node: string, file: string, source: string): Synthesised {
    writeFileSync(file, source);
    const out = mkdtempSync(join(folder, 'cdk.out-'));
    const { status, output } = run(node, app, file, out);
    expect(status, output).toBe(0);
    const assets = readdirSync(out).map((asset) => join(out, asset, 'index.mjs'));
    return {
      template: JSON.parse(readFileSync(join(out, 'Net.template.json'), 'utf8')),
      code: assets
        .filter(existsSync)
        .map((asset) => readFileSync(asset, 'utf8'))
        .join(),
    };
  }

  it('is installed by npm, and brings no Node', (context) => {
    context.skip(installedBy === 'copy', 'the npm registry is not reachable');
    const commands = readdirSync(join(app, 'node_modules/.bin'));
    expect(commands).toContain('vif-acceptor');
    expect(commands).not.toContain('node');
  });

  /** Each Node is fetched once. */
  const fetched = new Map<string, string | null>();
  function nodeFor(context: TestContext, version: string): string {
    const node = fetched.get(version) ?? nodeOf(version, join(folder, 'nodes'));
    fetched.set(version, node);
    context.skip(
      node === null,
      `the npm registry is not reachable, or has no Node ${version} for this machine`,
    );
    return node ?? '';
  }

  it.for(SUPPORTED)('deploys the same with Node %s as its checkout', FETCHES, (version, context) => {
    const path = nodeFor(context, version);
    const { template, code } = synth(path, join(app, 'app.mjs'), cdkApp('esm'));
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types).toContain('AWS::Lambda::Function');
    expect(template).toEqual(ofCheckout.template);
    for (const bundle of ['function', 'watcher'])
      expect(code).toContain(packed.text(`dist/${bundle}/index.mjs`));
    expect(code).toBe(ofCheckout.code);
  });

  it.for(OLDEST)(
    'deploys the same with Node %s and CommonJS, which `cdk init` creates',
    FETCHES,
    (version, context) => {
      const path = nodeFor(context, version);
      expect(synth(path, join(app, 'app.cjs'), cdkApp('commonJs'))).toEqual(ofCheckout);
    },
  );

  it.for(SUPPORTED)(
    'has a command line that checks, accepts and reports with Node %s',
    FETCHES,
    async (version, context) => {
      const dir = join(folder, `typed-${version}`);
      const { id, at, state } = await world(dir);
      const type = commandLine(nodeFor(context, version), main(), dir);
      const ended = {
        check: await type('policy', 'check'),
        diff: await type('policy', 'diff', 'before.yaml', 'policy/hub.yaml'),
        run: await type('run', '--json', ...at),
        status: await type('status', '--json', ...at),
        receipts: await type('receipts', '--json', '--ledger', 'ledger.json'),
      };
      // 4: requests are newly accepted.
      expect(Object.values(ended).map(({ code }) => code)).toEqual([0, 4, 0, 0, 0]);
      expect(await state()).toBe(`pending ${PROD}`);
      expect(JSON.parse(ended.run.stdout).runs).toMatchObject([{ counts: { accepted: 1, held: 1 } }]);
      expect(JSON.parse(ended.status.stdout).targets).toHaveLength(1);
      expect(ended.receipts.stdout).toContain(id);
      for (const { stdout, stderr } of Object.values(ended)) {
        // No terminal colors, and no warning of the SDK about this Node.
        expect(stdout + stderr).not.toContain('\u001b');
        expect(stderr).not.toMatch(/warning/i);
      }
    },
  );

  it.for(TOO_OLD)('refuses Node %s in one line for every command', FETCHES, async (version, context) => {
    const path = nodeFor(context, version);
    const type = commandLine(path, main(), folder);
    writeFileSync(join(app, 'app.mjs'), cdkApp('esm'));
    const deploy = commandLine(path, join(app, 'app.mjs'), app);
    for (const typed of [type('run'), type('policy', 'check'), type('--version'), deploy('never')]) {
      const { code, stdout, stderr } = await typed;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        new RegExp(`^error: .*Node ${inWords(ENGINES)}, and .*Node ${version}\\.\\d+.*\n$`),
      );
    }
    expect(existsSync(join(app, 'never'))).toBe(false);
  });

  it('reports missing policies, and the command that creates one', () => {
    const empty = join(folder, 'empty');
    mkdirSync(join(empty, 'policy'), { recursive: true });
    writeFileSync(join(app, 'app.mjs'), cdkApp('esm'));
    const { status, output } = run(process.execPath, empty, join(app, 'app.mjs'), join(folder, 'out'));
    expect(status).toBe(1);
    expect(output).toContain('create a first policy with `npx vif-acceptor policy init`');
  });

  it('has types that are valid without `skipLibCheck`, for both kinds of modules', () => {
    for (const file of ['app.mts', 'app.cts']) writeFileSync(join(app, file), TYPED);
    const modules = join(process.cwd(), 'node_modules');
    const settings = '--noEmit --strict --skipLibCheck false --module nodenext --lib esnext --types node';
    const args = [...settings.split(' '), '--typeRoots', join(modules, '@types'), 'app.mts', 'app.cts'];
    const checked = run(process.execPath, app, join(modules, 'typescript/bin/tsc'), ...args);
    expect(checked).toEqual({ status: 0, output: '' });
  });

  it('contains the command line, which resolves paths relative to the current folder', () => {
    expect(run(process.execPath, app, main(), 'policy', 'check', 'policy/acme.yaml')).toMatchObject({
      status: 0,
      output: expect.stringContaining('acme: valid'),
    });
  });
});

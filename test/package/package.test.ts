import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { inWords } from '../../bin/needs.cjs';
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

describe('the tarball', () => {
  it('holds JavaScript, types, the function, and what there is to read; no source, no test, nobody’s policy', () => {
    const expected =
      /^(dist\/infra\/[\w/]+\.d\.ts|dist\/(cli|infra|lambda|language|simulator)\/[\w/]+\.js|docs\/.+|examples\/.+)$/;
    expect(packed.files.filter((file) => !expected.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/commandLine.cjs',
      'bin/needs.cjs',
      'bin/package.json',
      'bin/refuseOldNode.cjs',
      'bin/vif-acceptor',
      'dist/function/index.mjs',
      'dist/index.js',
      'dist/package.json',
      'package.json',
    ]);
  });

  it('has everything that its package.json points to, and runs nothing when it is installed', () => {
    const { exports, types, bin, scripts } = JSON.parse(packed.text('package.json'));
    for (const file of [types, exports['.'].types, exports['.'].default, ...Object.values(bin)])
      expect(packed.files).toContain(file.replace('./', ''));
    expect(Object.keys(exports)).toEqual(['.']);
    expect(Object.keys(scripts).filter((name) => /install$|^prepare/.test(name))).toEqual([]);
  });

  it('says nothing of the machine that made it', () => {
    const places = [packed.checkout, process.cwd(), homedir(), 'sourceMappingURL'].filter(
      (place) => place !== '/',
    );
    const found = packed.files.flatMap((file) =>
      places.filter((place) => packed.text(file).includes(place)).map((place) => `${file}: ${place}`),
    );
    expect(found).toEqual([]);
  });

  it('holds the function that a checkout deploys', async () => {
    const file = join(writeTempFiles({}), 'index.mjs');
    await bundleFunction(file);
    expect(packed.text('dist/function/index.mjs')).toBe(readFileSync(file, 'utf8'));
  });
});

/** npm may fetch a Node meanwhile, of 45 MB. */
const FETCHES = { timeout: 150_000 };

describe('in an app of somebody else', () => {
  const app = join(folder, 'app');
  let installedBy: 'npm' | 'hand';
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
    return { status, told: stdout + stderr };
  }

  function main(): string {
    const { bin } = JSON.parse(packed.text('package.json'));
    return join(app, 'node_modules/vif-acceptor', bin['vif-acceptor']);
  }

  interface Synthesised {
    readonly template: { readonly Resources: Record<string, { Type: string; Properties: unknown }> };
    /** the function's, as it would be uploaded */
    readonly code: string;
  }

  /** Writes a CDK app to a file, and runs it beside the policies. */
  function synth(node: string, file: string, source: string): Synthesised {
    writeFileSync(file, source);
    const out = mkdtempSync(join(folder, 'cdk.out-'));
    const { status, told } = run(node, app, file, out);
    expect(status, told).toBe(0);
    const assets = readdirSync(out).map((asset) => join(out, asset, 'index.mjs'));
    return {
      template: JSON.parse(readFileSync(join(out, 'Net.template.json'), 'utf8')),
      code: assets
        .filter(existsSync)
        .map((asset) => readFileSync(asset, 'utf8'))
        .join(),
    };
  }

  it('is installed by npm, and leaves it a Node of its own', (context) => {
    context.skip(installedBy === 'hand', 'the registry of npm is out of reach');
    const commands = readdirSync(join(app, 'node_modules/.bin'));
    expect(commands).toContain('vif-acceptor');
    expect(commands).not.toContain('node');
  });

  /** Each is fetched once. */
  const fetched = new Map<string, string | null>();
  function nodeFor(context: TestContext, version: string): string {
    const node = fetched.get(version) ?? nodeOf(version, join(folder, 'nodes'));
    fetched.set(version, node);
    context.skip(
      node === null,
      `the registry of npm is out of reach, or has no Node ${version} for this machine`,
    );
    return node ?? '';
  }

  it.for(SUPPORTED)('deploys by Node %s what its checkout deploys', FETCHES, (version, context) => {
    const path = nodeFor(context, version);
    const { template, code } = synth(path, join(app, 'app.mjs'), cdkApp('esm'));
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types).toContain('AWS::Lambda::Function');
    expect(template).toEqual(ofCheckout.template);
    expect(code).toBe(packed.text('dist/function/index.mjs'));
    expect(code).toBe(ofCheckout.code);
  });

  it.for(OLDEST)(
    'deploys the same by Node %s and CommonJS, which `cdk init` makes',
    FETCHES,
    (version, context) => {
      const path = nodeFor(context, version);
      expect(synth(path, join(app, 'app.cjs'), cdkApp('commonJs'))).toEqual(ofCheckout);
    },
  );

  it.for(SUPPORTED)(
    'has a command line that checks, accepts and tells by Node %s',
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
      // Something becomes acceptable: 4.
      expect(Object.values(ended).map(({ code }) => code)).toEqual([0, 4, 0, 0, 0]);
      expect(await state()).toBe(`pending ${PROD}`);
      expect(JSON.parse(ended.run.stdout).runs).toMatchObject([{ counts: { accepted: 1, held: 1 } }]);
      expect(JSON.parse(ended.status.stdout)).toBeDefined();
      expect(ended.receipts.stdout).toContain(id);
      for (const { stdout, stderr } of Object.values(ended)) {
        // Colours are for terminals, and what an SDK thinks of this Node is nobody's business here.
        expect(stdout + stderr).not.toContain('\u001b');
        expect(stderr).not.toMatch(/warning/i);
      }
    },
  );

  it.for(TOO_OLD)('refuses Node %s in one line, whatever is typed', FETCHES, async (version, context) => {
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

  it('says what is wrong with the policies, and what to type there', () => {
    const empty = join(folder, 'empty');
    mkdirSync(join(empty, 'policy'), { recursive: true });
    writeFileSync(join(app, 'app.mjs'), cdkApp('esm'));
    const { status, told } = run(process.execPath, empty, join(app, 'app.mjs'), join(folder, 'out'));
    expect(status).toBe(1);
    expect(told).toContain('make a first policy with `npx vif-acceptor policy init`');
  });

  it('has types that hold without `skipLibCheck`, for both kinds of modules', () => {
    for (const file of ['app.mts', 'app.cts']) writeFileSync(join(app, file), TYPED);
    const modules = join(process.cwd(), 'node_modules');
    const settings = '--noEmit --strict --skipLibCheck false --module nodenext --lib esnext --types node';
    const args = [...settings.split(' '), '--typeRoots', join(modules, '@types'), 'app.mts', 'app.cts'];
    const checked = run(process.execPath, app, join(modules, 'typescript/bin/tsc'), ...args);
    expect(checked).toEqual({ status: 0, told: '' });
  });

  it('brings the command line, which takes paths from where it runs', () => {
    expect(run(process.execPath, app, main(), 'policy', 'check', 'policy/acme.yaml')).toMatchObject({
      status: 0,
      told: expect.stringContaining('acme: valid'),
    });
  });
});

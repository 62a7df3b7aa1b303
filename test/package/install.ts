import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { unpack } from './pack.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Makes a folder a project that has the package, and nothing else but the CDK.
 * @returns who installed it: npm, or, where its registry is out of reach, we, out of what the checkout has
 */
export function install(tarball: string, folder: string): 'npm' | 'hand' {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'net', private: true }));
  if (byNpm(tarball, folder)) return 'npm';
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  byHand(tarball, folder);
  return 'hand';
}

function byNpm(tarball: string, folder: string): boolean {
  const { devDependencies } = manifestIn(ROOT);
  const lib = `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`;
  // Asked first, since an install without a registry fails in as many words as there are packages.
  if (npm(folder, 'view', lib, 'version').status !== 0) return false;
  const { status, signal, stderr } = npm(folder, 'install', '--prefer-offline', tarball, lib);
  if (status === 0) return true;
  if (signal === null) throw new Error(`npm install failed:\n${stderr}`);
  return false;
}

/** npm, patient enough for a slow registry, and not for none. */
export function npm(cwd: string, ...args: string[]) {
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];
  return spawnSync('npm', [...args, ...patience], { cwd, encoding: 'utf8', timeout: 120_000 });
}

/** Of the packages around ours only those that it says it needs: what it forgot to name is missed here as it is by npm. */
function byHand(tarball: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'vif-acceptor');
  mkdirSync(modules);
  unpack(tarball, modules);
  renameSync(join(modules, 'package'), own);
  const { dependencies, peerDependencies } = manifestIn(own);
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

const versions = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: versions, peerDependencies: versions, devDependencies: versions });

function manifestIn(folder: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { unpack } from './pack.ts';
import { npm } from './registry.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Creates a project in a folder, with only the package and the CDK.
 * @returns how it was installed: by npm, or, if the registry is not reachable, by copying from the checkout
 */
export function install(tarball: string, folder: string): 'npm' | 'copy' {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'net', private: true }));
  if (installByNpm(tarball, folder)) return 'npm';
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  installByCopy(tarball, folder);
  return 'copy';
}

function installByNpm(tarball: string, folder: string): boolean {
  const { devDependencies } = manifestIn(ROOT);
  const lib = `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`;
  // Checked first: an install without a registry takes long to fail.
  if (npm(folder, 'view', lib, 'version').status !== 0) return false;
  const { status, signal, stderr } = npm(folder, 'install', '--prefer-offline', tarball, lib);
  if (status === 0) return true;
  if (signal === null) throw new Error(`npm install failed:\n${stderr}`);
  return false;
}

/** Installs without a registry. Links only the packages that the package declares: an undeclared dependency fails here as with npm. */
export function installByCopy(tarball: string, folder: string): void {
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

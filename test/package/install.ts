import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { changeTarball } from '../../scripts/packTarball.ts';
import { type Packed, unpack } from './pack.ts';
import type { Ended, Registry } from './registry.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An earlier release, for upgrades: today's files under a lower version. */
export const EARLIER = '0.0.1';

export interface Upgrade {
  /** an attempt to publish without `--no-provenance` */
  readonly unsigned: Ended;
  /** `npx vif-acceptor --version` before and after */
  readonly before: string;
  readonly after: string;
}

/**
 * Publishes an earlier release and this one, and installs one after the other by name, with the CDK, in an empty folder.
 * @param folder the app of a user
 */
export function installByName(registry: Registry, packed: Packed, folder: string): Upgrade {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'net', private: true }));
  const succeed = (result: Ended): string => {
    if (result.status !== 0) throw new Error(`npm failed:\n${result.output}`);
    return result.output.trim();
  };
  const version = () => succeed(registry.npx(folder, 'vif-acceptor', '--version'));

  const earlier = changeTarball(packed.tarball, dirname(folder), (manifest, files) => {
    writeFileSync(join(files, 'dist/package.json'), JSON.stringify({ type: 'module', version: EARLIER }));
    return { ...manifest, version: EARLIER };
  });
  const unsigned = registry.publish(earlier.tarball);
  succeed(registry.publish(earlier.tarball, '--no-provenance'));
  const lib = `aws-cdk-lib@${manifestIn(ROOT).devDependencies['aws-cdk-lib']}`;
  succeed(registry.npm(folder, 'install', 'vif-acceptor', lib));
  const before = version();

  succeed(registry.publish(packed.tarball, '--no-provenance'));
  succeed(registry.npm(folder, 'install', `vif-acceptor@${packed.version}`));
  return { unsigned, before, after: version() };
}

/** Installs without a registry. Links only the packages that the package declares: an undeclared dependency fails here as with npm. */
export function installByCopy(tarball: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'vif-acceptor');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'net', private: true }));
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

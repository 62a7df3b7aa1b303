import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packFolder } from '../../scripts/packTarball.ts';
import { readManifest } from '../../scripts/releaseChecks.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Files that a fresh clone does not contain. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'emulator/dist', 'cdk.out', 'coverage', 'release']);

export interface Packed {
  /** a copy of the checkout */
  readonly checkout: string;
  readonly tarball: string;
  readonly version: string;
  /** paths in the tarball */
  readonly files: readonly string[];
  text(file: string): string;
}

/**
 * Runs `npm pack` in a copy of the checkout: it builds, and other tests read this checkout at the same time.
 * @param part the folder of the package in the checkout
 */
export function pack(folder: string, part = '.'): Packed {
  const checkout = join(folder, 'checkout');
  cpSync(ROOT, checkout, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));

  const { tarball, files } = packFolder(join(checkout, part), folder);
  unpack(tarball, folder);
  const { version } = readManifest(checkout, part);
  return {
    checkout,
    tarball,
    version,
    files,
    text: (file) => readFileSync(join(folder, 'package', file), 'utf8'),
  };
}

/** Unpacks a tarball of npm, which contains the folder `package`. */
export function unpack(tarball: string, folder: string): void {
  execFileSync('tar', ['xzf', tarball, '-C', folder]);
}

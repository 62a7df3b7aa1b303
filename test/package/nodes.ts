import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { npm } from './install.ts';

/** The Nodes that the package says it works on. */
export const ENGINES = z
  .object({ engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8'))).engines.node;

/** The oldest of them. */
export const OLDEST = ENGINES.split(' || ').map((part) => part.replace(/^(\^|>=)/, ''));

/** Versions of Node that who installs the package may have: the oldest that it works on, and the newest of each kind. */
export const SUPPORTED = [...OLDEST, '22', '24', 'latest'];
/** Those that it refuses. */
export const TOO_OLD = ['18', '20'] as const;

/**
 * A Node as npm's registry has it, or this one where it is of that version.
 * @param version of npm: `22`, `22.12.0`, `latest`
 * @param folder where it is unpacked, if it is not there already
 * @returns its path, or `null`: the registry is out of reach, or has none for this machine
 */
export function nodeOf(version: string, folder: string): string | null {
  if (process.versions.node.split('.')[0] === version) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(folder, { recursive: true });
  const packed = npm(folder, 'pack', '--prefer-offline', `${name}@${version}`);
  if (packed.status !== 0) return null;
  const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
  const own = join(folder, tarball.replace(/\.tgz$/, ''));
  mkdirSync(own);
  execFileSync('tar', ['xzf', join(folder, tarball), '-C', own, 'package/bin/node']);
  rmSync(join(folder, tarball));
  return join(own, 'package/bin/node');
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { npm } from './registry.ts';

/** The Node versions that the package supports. */
export const ENGINES = z
  .object({ engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8'))).engines.node;

/** The oldest supported versions. */
export const OLDEST = ENGINES.split(' || ').map((part) => part.replace(/^(\^|>=)/, ''));

/** Tested Node versions: the oldest supported ones, and the newest of each major version. */
export const SUPPORTED = [...OLDEST, '22', '24', 'latest'];
/** Node versions that the package refuses. */
export const TOO_OLD = ['18', '20'] as const;

/**
 * Returns a Node from the npm registry, or the current one if it has that version.
 * @param version such as `22`, `22.12.0` or `latest`
 * @param folder to unpack it to
 * @returns its path, or `null` if the registry is not reachable, or has no Node for this machine
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

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { PROJECT_ROOT } from '../infra/providerFunction.ts';

const wants = z.record(z.string(), z.string()).optional();
const entry = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  /** a link to a workspace */
  link: z.boolean().optional(),
  /** included in the archive of another package */
  inBundle: z.boolean().optional(),
  dev: z.boolean().optional(),
  peer: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: wants,
  optionalDependencies: wants,
});

export type LockEntry = z.infer<typeof entry>;

/** Entries by path, such as `node_modules/a/node_modules/b`. */
export type Lock = Readonly<Record<string, LockEntry>>;

export function readLock(): Lock {
  const text = readFileSync(join(PROJECT_ROOT, 'package-lock.json'), 'utf8');
  return z.object({ packages: z.record(z.string(), entry) }).parse(JSON.parse(text)).packages;
}

/** `@scope/name` */
export function packageName(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}

/** Paths of the runtime dependencies: installed packages that are neither `dev` nor `peer`. */
export function runtimePaths(lock: Lock): string[] {
  return Object.keys(lock)
    .filter((path) => path.startsWith('node_modules/'))
    .filter((path) => !lock[path]?.dev && !lock[path]?.peer && !lock[path]?.link)
    .sort();
}

/** Resolves a package as Node does: next to the importing package, or next to one of its parents. @returns `null` if it is not installed */
export function resolvePackage(lock: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock[path] !== undefined) return path;
    if (at === '') return null;
  }
}

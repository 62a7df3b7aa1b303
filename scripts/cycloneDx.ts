import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import * as z from 'zod';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';

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

/** @param folder with a lock file, relative to the checkout */
export function readLock(folder = '.'): Lock {
  const text = readFileSync(join(PROJECT_ROOT, folder, 'package-lock.json'), 'utf8');
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
function resolvePackage(lock: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock[path] !== undefined) return path;
    if (at === '') return null;
  }
}

/** Property of a component: whether the function contains it. The others belong to the command line. */
export const IN_FUNCTION = 'vif-acceptor:in-function';

/**
 * Creates the software bill of materials of the runtime dependencies, as CycloneDX. It does not depend on time or machine. (`npm
 * sbom --omit=dev` also omits runtime dependencies that a development dependency needs too.)
 */
export function createBillOfMaterials(lock: Lock, bundled: ReadonlySet<string>): object {
  const { name, version, license } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
  const paths = runtimePaths(lock);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        'bom-ref': name,
        type: 'application',
        name,
        version,
        licenses: [{ license: { id: license } }],
        purl: `pkg:npm/${name}@${version}`,
      },
    },
    components: paths.map((path) => componentOf(lock, path, bundled.has(path))),
    dependencies: [
      { ref: name, dependsOn: needs(lock, '') },
      ...paths.map((path) => ({ ref: path, dependsOn: needs(lock, path) })),
    ],
  };
}

function componentOf(lock: Lock, path: string, inFunction: boolean): object {
  const { version, integrity = '', license } = lock[path] ?? {};
  const name = packageName(path);
  return {
    'bom-ref': path,
    type: 'library',
    name,
    version,
    scope: 'required',
    hashes: [{ alg: 'SHA-512', content: hex(integrity) }],
    licenses: license === undefined ? [] : [{ license: { id: license } }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    properties: [{ name: IN_FUNCTION, value: String(inFunction) }],
  };
}

function hex(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

function needs(lock: Lock, path: string): string[] {
  const { dependencies, optionalDependencies } = lock[path] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies })
    .map((name) => resolvePackage(lock, path, name))
    .filter((found) => found !== null)
    .sort();
}

/** Paths of the packages that a bundle contains code of. */
export function bundledPackages({ outputs }: Metafile): ReadonlySet<string> {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return new Set(
    inputs.flatMap(([input, { bytesInOutput }]) => {
      const [path] = /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
      return path === undefined || bytesInOutput === 0 ? [] : [path];
    }),
  );
}

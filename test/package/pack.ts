import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../..');
/** Files that a fresh clone does not contain. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'cdk.out', 'coverage']);

export interface Packed {
  /** a copy of the checkout */
  readonly checkout: string;
  readonly tarball: string;
  /** paths in the tarball */
  readonly files: readonly string[];
  text(file: string): string;
}

/** Runs `npm pack` in a copy of the checkout: it builds, and other tests read this checkout at the same time. */
export function pack(folder: string): Packed {
  const checkout = join(folder, 'checkout');
  cpSync(ROOT, checkout, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));

  const stdout = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
  });
  const [result] = z
    .tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })])
    .parse(JSON.parse(stdout));

  const tarball = join(folder, result.filename);
  unpack(tarball, folder);
  return {
    checkout,
    tarball,
    files: result.files.map(({ path }) => path),
    text: (file) => readFileSync(join(folder, 'package', file), 'utf8'),
  };
}

/** Unpacks a tarball of npm, which contains the folder `package`. */
export function unpack(tarball: string, folder: string): void {
  execFileSync('tar', ['xzf', tarball, '-C', folder]);
}

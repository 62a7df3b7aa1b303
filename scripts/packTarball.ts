import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as z from 'zod';

const packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);
const manifestOf = z.record(z.string(), z.unknown());

export interface Tarball {
  readonly tarball: string;
  /** paths in the package */
  readonly files: readonly string[];
}

/** Runs `npm pack` in a folder, and writes the tarball into the folder `to`. */
export function packFolder(folder: string, to: string, ...options: readonly string[]): Tarball {
  const stdout = execFileSync(
    'npm',
    ['pack', '--json', '--loglevel=error', '--pack-destination', to, ...options],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      // The build must use the Node of this process.
      env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
    },
  );
  const [{ filename, files }] = packed.parse(JSON.parse(stdout));
  return { tarball: join(to, filename), files: files.map(({ path }) => path) };
}

/**
 * Packs the files of a tarball again, with a changed package.json.
 * @param change also gets the folder of the unpacked files
 * @returns the new tarball, in the folder `to`
 */
export function changeTarball(
  tarball: string,
  to: string,
  change: (manifest: Record<string, unknown>, folder: string) => Record<string, unknown>,
): Tarball {
  const scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  try {
    execFileSync('tar', ['xzf', tarball, '-C', scratch]);
    const folder = join(scratch, 'package');
    const file = join(folder, 'package.json');
    const manifest = manifestOf.parse(JSON.parse(readFileSync(file, 'utf8')));
    writeFileSync(file, `${JSON.stringify(change(manifest, folder), null, 2)}\n`);
    // The files are built: `prepack` would build them again, from sources that the tarball does not have.
    return packFolder(folder, to, '--ignore-scripts');
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

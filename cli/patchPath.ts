import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';

/** How a patch names its file, and from where it can be applied. */
export interface PatchPath {
  /** with `/` between folders */
  readonly path: string;
  /** `null`: where the command was typed */
  readonly folder: string | null;
}

/**
 * The path that `git apply` takes: relative to the current folder, or, of a file outside of it, to the work tree that it is in,
 * since git patches nothing outside of the folder where it runs. Symbolic links are followed, as git does not.
 */
export function patchPathOf(file: string, cwd: string): PatchPath {
  const [real, here] = [realpathSync(file), realpathSync(cwd)];
  const inner = within(here, real);
  if (inner !== null) return { path: inner, folder: null };
  const top = workTreeOf(dirname(real));
  const path = top === null ? null : within(top, real);
  return path === null ? { path: basename(real), folder: dirname(real) } : { path, folder: top };
}

/** `null` when the file is not below the folder. */
function within(folder: string, file: string): string | null {
  const path = relative(folder, file);
  return isAbsolute(path) || path.split(sep)[0] === '..' ? null : path.split(sep).join('/');
}

/** `null` without git or a work tree. */
function workTreeOf(folder: string): string | null {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--show-toplevel'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.replace(/\n$/, '') : null;
}

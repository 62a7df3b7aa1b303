import { spawnSync } from 'node:child_process';

/** What git calls the state of a folder, with `-dirty` for uncommitted changes; `unknown` without git or a repository. */
export function revisionOf(folder: string): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'unknown';
}

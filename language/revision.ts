import { spawnSync } from 'node:child_process';

/**
 * What git calls the state of a folder, with `-dirty` for changes that are not committed, files of the folder that git does not know of
 * too; `unknown` without git or a repository.
 */
export function revisionOf(folder: string): string {
  const described = git(folder, 'describe', '--always', '--dirty');
  if (described === null || described.endsWith('-dirty')) return described ?? 'unknown';
  // Fail closed: what is not known to be clean is not called so.
  const isClean = git(folder, 'status', '--porcelain', '--untracked-files=all', '--', '.') === '';
  return isClean ? described : `${described}-dirty`;
}

function git(cwd: string, ...args: string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

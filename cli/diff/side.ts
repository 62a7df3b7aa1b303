import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quote } from '../../lambda/core/text.ts';
import { type CompiledPolicy, compilePolicy, formatFault } from '../../language/index.ts';
import { InvalidPolicies, UsageError } from '../exit.ts';

/**
 * One side of a diff: a file, or a file as a revision of git has it, `main:policy/acme.yaml`, whose path is as the caller sees it.
 * @throws UsageError when there is no such thing; InvalidPolicies
 */
export function sideOf(named: string): CompiledPolicy {
  const compiled = compilePolicy({ file: named, text: textOf(named) });
  if (!compiled.ok) throw new InvalidPolicies(compiled.faults, compiled.faults.map(formatFault));
  return compiled;
}

function textOf(named: string): string {
  const [, revision, path] = /^([^:]+):(.+)$/.exec(named) ?? [];
  // A file whose name has a colon is a file.
  if (revision === undefined || path === undefined || existsSync(named)) return ofFile(named);
  return ofRevision(revision, path);
}

function ofFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new UsageError(
      `policy ${quote(file)} cannot be read (${why}); give a file, or a revision and a file as in \`main:policy/acme.yaml\``,
    );
  }
}

/** Whether git knows the revision. */
export function isRevision(revision: string): boolean {
  return (
    spawnSync('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
      .status === 0
  );
}

/** Files that a revision has in a folder, as the caller sees it; empty where it has no such folder. */
export function filesAt(revision: string, folder: string): string[] {
  const { status, stdout } = spawnSync(
    'git',
    ['ls-tree', '-z', '--name-only', '--end-of-options', revision, `${folder}/`],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? stdout.split('\0').filter((file) => file !== '') : [];
}

function ofRevision(revision: string, path: string): string {
  const cwd = dirname(resolve(path));
  const name = `./${path.split('/').at(-1) ?? path}`;
  // The folder may be gone since; then the path is meant from here.
  const [at, from] = existsSync(cwd) ? [cwd, name] : ['.', `./${path}`];
  const { status, stdout, stderr, error } = spawnSync(
    'git',
    ['show', '--end-of-options', `${revision}:${from}`],
    {
      cwd: at,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  );
  if (error === undefined && status === 0) return stdout;
  const why = (error?.message ?? stderr).trim().split('\n')[0] ?? '';
  throw new UsageError(
    `git has no ${quote(`${revision}:${path}`)}: ${why}; fetch the revision (\`git fetch\`), or name a file that it has`,
  );
}

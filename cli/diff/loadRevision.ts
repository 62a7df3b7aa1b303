import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { formatFirst, quote } from '../../core/printableText.ts';
import {
  type CompiledPolicy,
  compilePolicy,
  formatFault,
  git,
  NOT_UTF8,
  readUtf8,
} from '../../language/index.ts';
import { InvalidPolicies, UsageError } from '../options.ts';

/**
 * One side of a diff: a file, or a file as a revision of git has it, `main:policy/acme.yaml`, whose path is as the caller sees it.
 * @throws UsageError when there is no such thing; InvalidPolicies
 */
export function loadRevision(named: string): CompiledPolicy {
  const compiled = compilePolicy({ file: withFolder(named), text: textOf(named) });
  if (!compiled.ok) throw new InvalidPolicies(compiled.errors, compiled.errors.map(formatFault));
  return compiled;
}

/** Of `main:acme.yaml`, `main:./acme.yaml`: a policy's name is what follows the last slash. */
function withFolder(named: string): string {
  return existsSync(named) ? named : named.replace(/^([^:]+):([^/]+)$/, '$1:./$2');
}

/** What one policy is compared with. */
export type OldPolicy = Pick<CompiledPolicy, 'file' | 'policy' | 'digest'>;

/** A target that was not there accepted nothing. @param named what there is not */
export function emptyPolicy(named: string, { policy }: CompiledPolicy): OldPolicy {
  return {
    file: `${named} (not there)`,
    policy: { ...policy, owners: [], hold: [], freeze: false },
    digest: 'none',
  };
}

/**
 * The side that a policy is compared with: where a revision of git does not have its file yet, one that accepts nothing.
 * @returns `note` says so, for people
 * @throws UsageError, InvalidPolicies
 */
export function loadOldRevision(
  named: string,
  now: CompiledPolicy,
): { readonly old: OldPolicy; readonly note: string | null } {
  try {
    return { old: loadRevision(named), note: null };
  } catch (error) {
    // Fail closed: under another name it is no new policy, but a path that was mistyped.
    if (!(error instanceof NotInRevision) || basename(error.path) !== basename(fileIn(now.file))) throw error;
    const note = `${quote(error.revision)} has no ${quote(error.path)}: the policy is new, and is compared with one that accepts nothing`;
    return { old: emptyPolicy(named, now), note };
  }
}

/** The file of `FILE` or `REVISION:FILE`. */
function fileIn(named: string): string {
  return existsSync(named) ? named : (/^[^:]+:(.+)$/.exec(named)?.[1] ?? named);
}

/** Git knows the revision, and the revision has no such file. */
class NotInRevision extends UsageError {
  readonly revision: string;
  readonly path: string;
  constructor(revision: string, path: string, has: readonly string[]) {
    const there = has.length === 0 ? 'no policy in that folder' : formatFirst(has.map(quote), 5);
    super(`${quote(revision)} has no file ${quote(path)}; it has ${there}: name a file that it has`);
    this.revision = revision;
    this.path = path;
  }
}

function textOf(named: string): string {
  const [, revision, path] = /^([^:]+):(.+)$/.exec(named) ?? [];
  // A file whose name has a colon is a file.
  if (revision === undefined || path === undefined || existsSync(named)) return ofFile(named);
  return ofRevision(revision, path);
}

function ofFile(file: string): string {
  const text = readUtf8(bytesOf(file));
  if (typeof text === 'string') return text;
  const fault = { file, path: '', ...text, ...NOT_UTF8 };
  throw new InvalidPolicies([fault], [formatFault(fault)]);
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new UsageError(
      `policy ${quote(file)} cannot be read (${why}); give a file, or a revision and a file as in \`main:policy/acme.yaml\``,
    );
  }
}

/** Whether git knows the revision. */
export function isGitRevision(revision: string, cwd = '.'): boolean {
  const named = `${revision}^{commit}`;
  return git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', named]).status === 0;
}

/** Files that a revision has in a folder, as the caller sees it; empty where it has no such folder. */
export function listRevisionFiles(revision: string, folder: string): string[] {
  const args = ['ls-tree', '-z', '--name-only', '--end-of-options', revision, `${folder}/`];
  const { status, stdout } = git('.', args);
  return status === 0 ? stdout.split('\0').filter((file) => file !== '') : [];
}

function ofRevision(revision: string, path: string): string {
  const cwd = dirname(resolve(path));
  const name = `./${path.split('/').at(-1) ?? path}`;
  // The folder may be gone since; then the path is meant from here.
  const [at, from] = existsSync(cwd) ? [cwd, name] : ['.', `./${path}`];
  const { status, stdout, problem } = git(at, [
    'cat-file',
    'blob',
    '--end-of-options',
    `${revision}:${from}`,
  ]);
  if (status === 0) return stdout;
  if (isGitRevision(revision, at)) {
    const others = listRevisionFiles(revision, dirname(path)).filter((file) => file.endsWith('.yaml'));
    throw new NotInRevision(revision, path, others);
  }
  throw new UsageError(
    `git has no ${quote(`${revision}:${path}`)}: ${problem}; fetch the revision (\`git fetch\`), or name another`,
  );
}

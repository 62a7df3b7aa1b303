import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { formatFirst, quote } from '../../core/printableText.ts';
import {
  type CompiledPolicy,
  compilePolicy,
  decodeUtf8,
  formatDiagnostic,
  git,
  NOT_UTF8,
} from '../../language/index.ts';
import { InvalidPolicies, UsageError } from '../options.ts';

/**
 * Loads one side of a diff: a file, or a file in a git revision (`main:policy/acme.yaml`, with a path relative to the current folder).
 * @throws UsageError when it does not exist; InvalidPolicies
 */
export function loadRevision(named: string): CompiledPolicy {
  const compiled = compilePolicy({ file: withFolder(named), text: readPolicyText(named) });
  if (!compiled.ok) throw new InvalidPolicies(compiled.errors, compiled.errors.map(formatDiagnostic));
  return compiled;
}

/** Turns `main:acme.yaml` into `main:./acme.yaml`: the name of a policy is the part after the last slash. */
function withFolder(named: string): string {
  return existsSync(named) ? named : named.replace(/^([^:]+):([^/]+)$/, '$1:./$2');
}

/** The old side of a comparison. */
export type OldPolicy = Pick<CompiledPolicy, 'file' | 'policy' | 'digest'>;

/** The old side for a policy that did not exist: it accepts nothing. @param named the name of the missing file */
export function emptyPolicy(named: string, { policy }: CompiledPolicy): OldPolicy {
  return {
    file: `${named} (does not exist)`,
    policy: { ...policy, owners: [], hold: [], freeze: false },
    digest: 'none',
  };
}

/**
 * Loads the old side. When the git revision does not have the file yet, it is a policy that accepts nothing.
 * @returns `note`: a sentence that says so, or `null`
 * @throws UsageError, InvalidPolicies
 */
export function loadOldRevision(
  named: string,
  now: CompiledPolicy,
): { readonly old: OldPolicy; readonly note: string | null } {
  try {
    return { old: loadRevision(named), note: null };
  } catch (error) {
    // Fail closed: a missing file with another name is not a new policy but a mistyped path.
    if (!(error instanceof NotInRevision) || basename(error.path) !== basename(fileOf(now.file))) throw error;
    const note = `${quote(error.revision)} has no ${quote(error.path)}: the policy is new, and is compared with a policy that accepts nothing`;
    return { old: emptyPolicy(named, now), note };
  }
}

/** The file of `FILE` or `REVISION:FILE`. */
function fileOf(named: string): string {
  return existsSync(named) ? named : (/^[^:]+:(.+)$/.exec(named)?.[1] ?? named);
}

/** The git revision exists, but does not have the file. */
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

function readPolicyText(named: string): string {
  const [, revision, path] = /^([^:]+):(.+)$/.exec(named) ?? [];
  // An existing file whose name contains a colon is a file, not a revision.
  if (revision === undefined || path === undefined || existsSync(named)) return readPolicyFile(named);
  return readFromRevision(revision, path);
}

function readPolicyFile(file: string): string {
  const text = decodeUtf8(readBytes(file));
  if (typeof text === 'string') return text;
  const error = { file, path: '', ...text, ...NOT_UTF8 };
  throw new InvalidPolicies([error], [formatDiagnostic(error)]);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(
      `policy ${quote(file)} cannot be read (${readErrorCode(error)}); give a file, or a revision and a file as in \`main:policy/acme.yaml\``,
    );
  }
}

/** Whether the git revision exists. */
export function isGitRevision(revision: string, cwd = '.'): boolean {
  const named = `${revision}^{commit}`;
  return git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', named]).status === 0;
}

/** Lists the files of a folder in a git revision; empty when the revision does not have the folder. */
export function listRevisionFiles(revision: string, folder: string): string[] {
  const args = ['ls-tree', '-z', '--name-only', '--end-of-options', revision, `${folder}/`];
  const { status, stdout } = git('.', args);
  return status === 0 ? stdout.split('\0').filter((file) => file !== '') : [];
}

function readFromRevision(revision: string, path: string): string {
  const cwd = dirname(resolve(path));
  const name = `./${path.split('/').at(-1) ?? path}`;
  // The folder may have been removed since; then the path is relative to the current folder.
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

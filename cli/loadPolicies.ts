import { statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { formatFirst, quoteTrusted } from '../core/printableText.ts';
import { COMMAND } from '../language/commandText.ts';
import {
  type CheckedPolicies,
  type CompiledPolicy,
  type CompileResults,
  checkPolicyFiles,
  compileEachFile,
  type Diagnostic,
  type DiagnosticCode,
  formatDiagnostic,
  type TestedPolicies,
  testPolicyFiles,
} from '../language/index.ts';
import { FilesNotFound, InvalidPolicies, UsageError, VARIABLES } from './options.ts';
import { paintFor } from './output/terminal.ts';

/** Error codes of files that were not found, as opposed to errors inside a policy. */
const NOT_FOUND: ReadonlySet<DiagnosticCode> = new Set(['no-folder', 'no-policy', 'unreadable-file']);

/**
 * Reads and compiles the named policies (files or folders), or those in the folder `policy` when none is named.
 * @throws UsageError when there is nothing to read; InvalidPolicies
 */
export function loadPolicies(named: readonly string[]): readonly CompiledPolicy[] {
  const { policies, errors } = read(named);
  if (errors.length > 0) throw refusal(errors);
  return policies;
}

/**
 * Prints the errors of invalid policy files on standard error, after the output for the valid ones.
 * @param consequence says what happened to the invalid files, and what to the others
 */
export function printPolicyErrors(errors: readonly Diagnostic[], consequence: PolicyConsequence): void {
  if (errors.length === 0) return;
  const paint = paintFor(process.stderr);
  const files = [...new Set(errors.map(({ file }) => file))].join(', ');
  const lines = errors.map((error) => paint.bad(formatDiagnostic(error)));
  const last = `${consequence.invalid} because of errors: ${files}; the other policies ${consequence.others}`;
  process.stderr.write(`${lines.join('\n')}\n${paint.bad(last)}\n`);
}

type PolicyConsequence =
  | { readonly invalid: 'not run'; readonly others: 'were run' }
  | { readonly invalid: 'not shown'; readonly others: 'are shown' };

/** Prints the warnings of policies on standard error, one per line. */
export function printPolicyWarnings(policies: readonly CompiledPolicy[]): void {
  const paint = paintFor(process.stderr);
  for (const warning of policies.flatMap(({ warnings }) => warnings))
    process.stderr.write(`${paint.warn('warning:')} ${formatDiagnostic(warning)}\n`);
}

/**
 * Loads the single policy of a command.
 * @throws UsageError when there is none or more than one; InvalidPolicies
 */
export function loadOnePolicy(named: string | undefined): CompiledPolicy {
  const [one, ...others] = loadPolicies(named === undefined ? [] : [named]);
  if (one !== undefined && others.length === 0) return one;
  const files = [one, ...others].flatMap((policy) => (policy === undefined ? [] : [policy.file]));
  throw new UsageError(`there are ${files.length} policies; name one of ${formatFirst(files, 20)}`);
}

/**
 * Loads the valid policies and the errors of the others, for commands in which an invalid policy does not stop the valid ones.
 * @throws UsageError, InvalidPolicies when no policy is valid
 */
export function loadValidPolicies(named: readonly string[]): CompileResults {
  const compiled = read(named);
  if (compiled.policies.length === 0) throw refusal(compiled.errors);
  return compiled;
}

/**
 * Loads policies with their warnings and notices.
 * @throws UsageError, FilesNotFound, InvalidPolicies
 */
export function loadCheckedPolicies(named: readonly string[]): CheckedPolicies {
  const checked = checkPolicyFiles(namedFiles(named), new Date());
  if (checked.errors.length > 0) throw refusal(checked.errors);
  return checked;
}

/**
 * Loads policies and runs their policy tests.
 * @throws UsageError, InvalidPolicies when policies or their tests have errors
 */
export function loadTestedPolicies(named: readonly string[]): TestedPolicies {
  const tested = testPolicyFiles(namedFiles(named));
  if (tested.errors.length > 0) throw refusal(tested.errors);
  return tested;
}

function read(named: readonly string[]): CompileResults {
  return compileEachFile(namedFiles(named));
}

/** The named files and folders without duplicates; without any, what VIF_ACCEPTOR_POLICY names, or the folder `policy`. */
function namedFiles(named: readonly string[]): string | readonly string[] {
  const variable = process.env[VARIABLES.policy];
  const all = named.length > 0 || variable === undefined ? named : [variable];
  return all.length > 0 ? [...new Set(all.map(withoutSlash))] : findPolicyFolder();
}

/** Normalises a path, so that a file that is named twice is read once. */
function withoutSlash(path: string): string {
  return normalize(path).replace(/(?<=.)\/+$/, '');
}

/**
 * Finds the folder of policies: the one that VIF_ACCEPTOR_POLICY names, otherwise the folder `policy` in the current folder or the
 * nearest one above it, as git finds its own folder.
 * @returns relative to the current folder
 * @throws UsageError
 */
export function findPolicyFolder(): string {
  const variable = process.env[VARIABLES.policy];
  if (variable !== undefined) return checkFolderVariable(withoutSlash(variable));
  const here = resolve('.');
  for (let folder = here; ; folder = dirname(folder)) {
    const found = join(folder, 'policy');
    const stats = statSync(found, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      if (folder !== here) refuseForeignFolder(found, stats.uid);
      return relative(here, found) || '.';
    }
    if (dirname(folder) === folder) break;
  }
  throw new UsageError(
    `there is no folder ${join(here, 'policy')}, and no folder \`policy\` above it; name policy files or a folder, or ` +
      `create a first policy with \`${COMMAND} policy init\``,
  );
}

function checkFolderVariable(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UsageError(
    `${VARIABLES.policy} must name a folder for this command, got ${quoteTrusted(path)}; name its folder, or unset it`,
  );
}

/**
 * Refuses a folder that belongs to another user. Fail closed, as git does with its own folder: in a folder above that everybody may
 * write to, an attacker could leave policies that accept their requests.
 * @throws UsageError
 */
function refuseForeignFolder(folder: string, owner: number): void {
  const { getuid } = process;
  if (getuid === undefined) return;
  // Under sudo, the user's own checkout belongs to another user.
  const trusted = [0, getuid(), Number(process.env.SUDO_UID ?? 0)];
  if (trusted.includes(owner)) return;
  throw new UsageError(
    `${folder}, the folder \`policy\` found above this one, belongs to another user (${owner}); name it explicitly to use it`,
  );
}

/** Wrong usage when files were not found; otherwise invalid policies. */
function refusal(errors: readonly Diagnostic[]): FilesNotFound | InvalidPolicies {
  if (errors.some(({ code }) => !NOT_FOUND.has(code)))
    return new InvalidPolicies(errors, errors.map(formatDiagnostic));
  return new FilesNotFound(
    errors,
    errors.map(({ file, message, fix }) => `${resolve(file)}: ${message}; ${fix}`),
  );
}

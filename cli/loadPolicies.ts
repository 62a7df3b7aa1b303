import { statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { formatFirst } from '../core/printableText.ts';
import {
  type CompiledPolicy,
  compileFilesApart,
  type Fault,
  type FaultCode,
  formatFault,
  type Sorted,
  type Tested,
  testFiles,
} from '../language/index.ts';
import { COMMAND } from '../language/invocation.ts';
import { InvalidPolicies, UsageError } from './options.ts';
import type { Paint } from './output/terminal.ts';

/**
 * What is wrong with policies, below what was done for the others.
 * @param outcome what became of these and of the others, where `FILES` stands for these
 */
export function describeDiagnostics(faults: readonly Fault[], outcome: string, paint: Paint): string {
  const files = [...new Set(faults.map(({ file }) => file))].join(', ');
  const lines = faults.map((fault) => paint.bad(formatFault(fault)));
  return `${lines.join('\n')}\n${paint.bad(outcome.replace('FILES', () => files))}\n`;
}

/** Nothing is wrong inside a policy: it was not found. */
const NOT_FOUND: ReadonlySet<FaultCode> = new Set(['no-folder', 'no-policy', 'unreadable-file']);

/**
 * Reads and compiles the policies that were named, files or folders, or those of the folder `policy` when none was.
 * @throws UsageError when there is nothing to read; InvalidPolicies
 */
export function loadPolicies(named: readonly string[]): readonly CompiledPolicy[] {
  const { policies, errors } = read(named);
  if (errors.length > 0) throw refusal(errors);
  return policies;
}

/**
 * The one policy that a command is about.
 * @throws UsageError when there is none, or more than one to choose from; InvalidPolicies
 */
export function loadOnePolicy(named: string | undefined): CompiledPolicy {
  const [one, ...others] = loadPolicies(named === undefined ? [] : [named]);
  if (one !== undefined && others.length === 0) return one;
  const files = [one, ...others].flatMap((policy) => (policy === undefined ? [] : [policy.file]));
  throw new UsageError(`there are ${files.length} policies; name one of ${formatFirst(files, 20)}`);
}

/**
 * The same, for commands in which one broken policy stops no other: what is sound, and what keeps the others out.
 * @throws UsageError, InvalidPolicies when no policy is sound
 */
export function loadValidPolicies(named: readonly string[]): Sorted {
  const sorted = read(named);
  if (sorted.policies.length === 0) throw refusal(sorted.errors);
  return sorted;
}

/**
 * The same, with their cases tried.
 * @throws UsageError, InvalidPolicies when policies or cases have faults
 */
export function loadTestedPolicies(named: readonly string[]): Tested {
  const tested = testFiles(filesOf(named));
  if (tested.errors.length > 0) throw refusal(tested.errors);
  return tested;
}

function read(named: readonly string[]): Sorted {
  return compileFilesApart(filesOf(named));
}

/** Files and folders that were named, each once, or the folder `policy`. */
function filesOf(named: readonly string[]): string | readonly string[] {
  return named.length > 0 ? [...new Set(named.map(withoutSlash))] : findPolicyFolder();
}

/** Normalised. One way to write a path, so that a file that is named twice is read once. */
function withoutSlash(path: string): string {
  return normalize(path).replace(/(?<=.)\/+$/, '');
}

/**
 * The folder `policy` here, or the nearest one above, as git looks for its own folder.
 * @returns relative to the current folder
 * @throws UsageError
 */
export function findPolicyFolder(): string {
  const here = resolve('.');
  for (let folder = here; ; folder = dirname(folder)) {
    const found = join(folder, 'policy');
    const stats = statSync(found, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      if (folder !== here) refuseOfOthers(found, stats.uid);
      return relative(here, found) || '.';
    }
    if (dirname(folder) === folder) break;
  }
  throw new UsageError(
    `there is no folder ${join(here, 'policy')}, and no folder \`policy\` above it; name policy files or a folder, or ` +
      `make a first policy with \`${COMMAND} policy init\``,
  );
}

/**
 * Fail closed, as git does with its own folder: above a folder that everybody may write in, anybody could leave policies that let
 * them in.
 * @throws UsageError
 */
function refuseOfOthers(folder: string, owner: number): void {
  const { getuid } = process;
  if (getuid === undefined) return;
  // Under sudo, one's own checkout is another user's.
  const trusted = [0, getuid(), Number(process.env.SUDO_UID ?? 0)];
  if (trusted.includes(owner)) return;
  throw new UsageError(
    `${folder}, the folder \`policy\` found above this one, belongs to another user (${owner}); name it if that is meant`,
  );
}

function refusal(faults: readonly Fault[]): UsageError | InvalidPolicies {
  if (faults.some(({ code }) => !NOT_FOUND.has(code)))
    return new InvalidPolicies(faults, faults.map(formatFault));
  return new UsageError(
    faults.map(({ file, message, fix }) => `${resolve(file)}: ${message}; ${fix}`).join('\n'),
  );
}

import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { compareByCodePoint, quote } from '../core/printableText.ts';
import {
  type CompiledPolicy,
  type CompileFailure,
  type CompileResults,
  compileEach,
} from './compilePolicies.ts';
import { type Diagnostic, fileDiagnostic, type Problem, sortDiagnostics } from './diagnostic.ts';
import { COMMAND } from './invocation.ts';
import type { SourceFile } from './readDocument.ts';

/** The text of a file in UTF-8, or the position of the first invalid byte, counted as in a `Diagnostic`. */
export function decodeUtf8(bytes: Uint8Array): string | Pick<Diagnostic, 'line' | 'column'> {
  let [good, end] = [0, bytes.length];
  while (good < end) {
    const middle = Math.ceil((good + end) / 2);
    if (beginning(bytes, middle) === null) end = middle - 1;
    else good = middle;
  }
  const before = beginning(bytes, good) ?? '';
  // The last character of the file can be incomplete.
  if (good === bytes.length && new TextEncoder().encode(before).length === bytes.length) return before;
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

export const NOT_UTF8: Problem = {
  code: 'not-utf-8',
  message: 'not UTF-8 from here on',
  fix: 'save the file as UTF-8',
};

/** The text of the first bytes, without an incomplete last character; `null` when they are not UTF-8. */
function beginning(bytes: Uint8Array, length: number): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return null;
  }
}

/** The files that were read, and an error for each one that could not be read. */
export interface ReadFiles {
  readonly sources: readonly SourceFile[];
  readonly errors: readonly Diagnostic[];
}

/**
 * Reads the policy files (`*.yaml`) of a folder, or the files and folders in a list. YAML in a sub-folder other than `cases` is an
 * error. Never throws.
 */
export function readPolicyFiles(folderOrFiles: string | readonly string[]): ReadFiles {
  if (typeof folderOrFiles === 'string') return readFolder(folderOrFiles, CASES);
  const read = folderOrFiles.map((named) =>
    isFolder(named) ? readFolder(named, CASES) : readFiles([named]),
  );
  const sources = new Map(read.flatMap((one) => one.sources).map((source) => [source.file, source]));
  const errors = read.flatMap((one) => one.errors);
  // A file can be listed by itself and be part of a listed folder: it is read once.
  return { sources: [...sources.values()], errors };
}

function isFolder(path: string): boolean {
  return entryAt(path)?.isDirectory() ?? false;
}

/** The entry at a path, symbolic links followed. @returns `null` if there is none or it cannot be reached, as with a loop of links */
function entryAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/**
 * The names of the entries of a folder that are not hidden.
 * @throws also if the names can be read but the entries cannot: its sub-folders would look like files
 */
function namesIn(folder: string): string[] {
  accessSync(folder, constants.R_OK | constants.X_OK);
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

/** Reads and compiles the policies of a folder, or the listed files: all of them, or none. A folder without a policy is an error. */
export function compileFiles(
  folderOrFiles: string | readonly string[],
): { readonly ok: true; readonly policies: readonly CompiledPolicy[] } | CompileFailure {
  const { policies, errors: faults } = compileEachFile(folderOrFiles);
  return faults.length > 0 ? { ok: false, errors: faults } : { ok: true, policies };
}

/** Like `compileFiles`, but an invalid file does not stop the others: returns the valid policies and the errors of the rest. */
export function compileEachFile(folderOrFiles: string | readonly string[]): CompileResults {
  const { sources, errors: faults } = readPolicyFiles(folderOrFiles);
  const compiled = compileEach(sources);
  return { policies: compiled.policies, errors: sortDiagnostics([...faults, ...compiled.errors]) };
}

/** Reads the policy tests of a folder of policies: `*.yaml` in its sub-folder `cases`, which is optional. Never throws. */
export function readPolicyTestFiles(policyFolder: string): ReadFiles {
  const folder = join(policyFolder, CASES);
  if (!existsSync(folder)) return { sources: [], errors: [] };
  const { sources, errors: faults } = readFolder(folder, null);
  return { sources, errors: faults.filter(({ code }) => code !== 'no-policy') };
}

/** The sub-folder that contains policy tests. */
const CASES = 'cases';

/** @param other the sub-folder that is read separately */
function readFolder(folder: string, other: string | null): ReadFiles {
  let names: string[];
  try {
    names = namesIn(folder);
  } catch (cause) {
    const message =
      why(cause) === 'ENOENT' ? 'the folder does not exist' : `the folder cannot be read (${why(cause)})`;
    return { sources: [], errors: [fileDiagnostic(folder, { code: 'no-folder', message, fix: MAKE_ONE })] };
  }
  const policies = names.filter((name) => name.endsWith('.yaml')).sort(compareByCodePoint);
  // If such a file were ignored without an error, it would be missed only when a request expires.
  const misnamed = names.filter((name) => /\.ya?ml$/i.test(name) && !name.endsWith('.yaml'));
  const faults = misnamed.map((name) => fileDiagnostic(join(folder, name), misnaming(name)));
  const visited = new Set([realpathSync(folder)]);
  const below = names
    .filter((name) => name !== other)
    .sort(compareByCodePoint)
    .flatMap((name) => yamlBelow(join(folder, name), visited));
  faults.push(...below.map((file) => fileDiagnostic(file, inSubFolder(folder))));
  if (policies.length === 0 && faults.length === 0) {
    const message = 'the folder contains no policy';
    faults.push(fileDiagnostic(folder, { code: 'no-policy', message, fix: MAKE_ONE }));
  }
  const read = readFiles(
    policies.map((name) => join(folder, name)),
    isWaiting,
  );
  return { sources: read.sources, errors: sortDiagnostics([...faults, ...read.errors]) };
}

/**
 * The YAML files in a folder and in the folders below it; none if the path is not a folder. Hidden folders are skipped, because editors,
 * git and workflows keep their own YAML there, and so is `node_modules`: the folder of policies can be the root of a project.
 * @param visited real paths that were visited: links can lead to one folder in thousands of ways
 */
function yamlBelow(path: string, visited: Set<string>): string[] {
  if (basename(path) === 'node_modules' || !isFolder(path)) return [];
  const real = realpathSync(path);
  if (visited.has(real)) return [];
  visited.add(real);
  let names: string[];
  try {
    names = namesIn(path);
  } catch {
    // Fail closed: the folder may contain a policy.
    return [path];
  }
  return names
    .sort(compareByCodePoint)
    .flatMap((name) =>
      isFolder(join(path, name))
        ? yamlBelow(join(path, name), visited)
        : /\.ya?ml$/i.test(name)
          ? [join(path, name)]
          : [],
    );
}

/** Whether reading the entry could block or never end, as with a pipe or a device. One that is listed by name is read all the same. */
function isWaiting(file: string): boolean {
  const entry = entryAt(file);
  return entry !== null && !entry.isFile() && !entry.isDirectory();
}

function readFiles(files: readonly string[], isRefused = (_: string) => false): ReadFiles {
  const read = files.map((file) => (isRefused(file) ? fileDiagnostic(file, NO_FILE) : readOne(file)));
  return {
    sources: read.filter((one) => 'text' in one),
    errors: read.filter((one) => 'code' in one),
  };
}

function readOne(file: string): SourceFile | Diagnostic {
  try {
    const text = decodeUtf8(readFileSync(file));
    return typeof text === 'string' ? { file, text } : { ...fileDiagnostic(file, NOT_UTF8), ...text };
  } catch (cause) {
    return fileDiagnostic(file, {
      code: 'unreadable-file',
      ...whyUnreadable(cause),
    });
  }
}

const NO_FILE: Problem = {
  code: 'unreadable-file',
  message: 'not a regular file',
  fix: 'move it, or rename it without `.yaml`',
};

function whyUnreadable(cause: unknown): Pick<Problem, 'message' | 'fix'> {
  switch (why(cause)) {
    case 'ENOENT':
      return { message: 'the file does not exist', fix: 'check its path' };
    case 'ELOOP':
      return { message: 'its symbolic links form a loop', fix: 'remove it, or point it to a file' };
    case 'EISDIR':
      return { message: 'it is a folder, not a file', fix: 'move it, or rename it without `.yaml`' };
    default:
      return { message: `the file cannot be read (${why(cause)})`, fix: 'check its permissions' };
  }
}

/** The error code of the operating system. */
function why(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}

function misnaming(name: string): Problem {
  return {
    code: 'file-extension',
    message: `${quote(name)} does not end in \`.yaml\`, so it would be ignored`,
    fix: `rename it to \`${name.replace(/\.ya?ml$/i, '.yaml')}\``,
  };
}

function inSubFolder(folder: string): Problem {
  return {
    code: 'sub-folder',
    message: 'policy files in sub-folders are not read',
    fix: `move it up into ${quote(folder)}, or out of that folder if it is not one of its files`,
  };
}

const MAKE_ONE = `create a first policy with \`${COMMAND} policy init\`, or start from a file in examples/`;

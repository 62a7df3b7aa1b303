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
import { COMMAND } from './commandText.ts';
import {
  type CompiledPolicy,
  type CompileFailure,
  type CompileResults,
  compileEach,
} from './compilePolicies.ts';
import { type Diagnostic, fileDiagnostic, type Problem, sortDiagnostics } from './diagnostic.ts';
import type { SourceFile } from './readDocument.ts';

/** The text of a file in UTF-8, or the position of the first invalid byte, counted as in a `Diagnostic`. */
export function decodeUtf8(bytes: Uint8Array): string | Pick<Diagnostic, 'line' | 'column'> {
  let [good, end] = [0, bytes.length];
  while (good < end) {
    const middle = Math.ceil((good + end) / 2);
    if (decodeBeginning(bytes, middle) === null) end = middle - 1;
    else good = middle;
  }
  const before = decodeBeginning(bytes, good) ?? '';
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
function decodeBeginning(bytes: Uint8Array, length: number): string | null {
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
  const read = folderOrFiles.map((path) => (isFolder(path) ? readFolder(path, CASES) : readFiles([path])));
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
  const { policies, errors } = compileEachFile(folderOrFiles);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, policies };
}

/** Like `compileFiles`, but an invalid file does not stop the others: returns the valid policies and the errors of the rest. */
export function compileEachFile(folderOrFiles: string | readonly string[]): CompileResults {
  const { sources, errors } = readPolicyFiles(folderOrFiles);
  const compiled = compileEach(sources);
  return { policies: compiled.policies, errors: sortDiagnostics([...errors, ...compiled.errors]) };
}

/** Reads the policy tests of a folder of policies: `*.yaml` in its sub-folder `cases`, which is optional. Never throws. */
export function readPolicyTestFiles(policyFolder: string): ReadFiles {
  const folder = join(policyFolder, CASES);
  if (!existsSync(folder)) return { sources: [], errors: [] };
  const { sources, errors } = readFolder(folder, null);
  return { sources, errors: errors.filter(({ code }) => code !== 'no-policy') };
}

/** The sub-folder that contains policy tests. */
const CASES = 'cases';

/** @param excluded the sub-folder that is read separately */
function readFolder(folder: string, excluded: string | null): ReadFiles {
  let names: string[];
  try {
    names = namesIn(folder);
  } catch (cause) {
    const message =
      errorCodeOf(cause) === 'ENOENT'
        ? 'the folder does not exist'
        : `the folder cannot be read (${errorCodeOf(cause)})`;
    return {
      sources: [],
      errors: [fileDiagnostic(folder, { code: 'no-folder', message, fix: CREATE_POLICY })],
    };
  }
  const policies = names.filter((name) => name.endsWith('.yaml')).sort(compareByCodePoint);
  // If such a file were ignored without an error, it would be missed only when a request expires.
  const misnamed = names.filter((name) => /\.ya?ml$/i.test(name) && !name.endsWith('.yaml'));
  const errors = misnamed.map((name) => fileDiagnostic(join(folder, name), describeExtension(name)));
  const visited = new Set([realpathSync(folder)]);
  const below = names
    .filter((name) => name !== excluded)
    .sort(compareByCodePoint)
    .flatMap((name) => findYamlBelow(join(folder, name), visited));
  errors.push(...below.map((file) => fileDiagnostic(file, describeSubFolder(folder))));
  if (policies.length === 0 && errors.length === 0) {
    const message = 'the folder contains no policy';
    errors.push(fileDiagnostic(folder, { code: 'no-policy', message, fix: CREATE_POLICY }));
  }
  const read = readFiles(
    policies.map((name) => join(folder, name)),
    mayBlock,
  );
  return { sources: read.sources, errors: sortDiagnostics([...errors, ...read.errors]) };
}

/**
 * The YAML files in a folder and in the folders below it; none if the path is not a folder. Hidden folders are skipped, because editors,
 * git and workflows keep their own YAML there, and so is `node_modules`: the folder of policies can be the root of a project.
 * @param visited real paths that were visited: links can lead to one folder in thousands of ways
 */
function findYamlBelow(path: string, visited: Set<string>): string[] {
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
        ? findYamlBelow(join(path, name), visited)
        : /\.ya?ml$/i.test(name)
          ? [join(path, name)]
          : [],
    );
}

/** Whether reading the entry could block or never end, as with a pipe or a device. One that is listed by name is read all the same. */
function mayBlock(file: string): boolean {
  const entry = entryAt(file);
  return entry !== null && !entry.isFile() && !entry.isDirectory();
}

function readFiles(files: readonly string[], isRejected = (_: string) => false): ReadFiles {
  const read = files.map((file) => (isRejected(file) ? fileDiagnostic(file, NOT_A_FILE) : readFile(file)));
  return {
    sources: read.filter((one) => 'text' in one),
    errors: read.filter((one) => 'code' in one),
  };
}

function readFile(file: string): SourceFile | Diagnostic {
  try {
    const text = decodeUtf8(readFileSync(file));
    return typeof text === 'string' ? { file, text } : { ...fileDiagnostic(file, NOT_UTF8), ...text };
  } catch (cause) {
    return fileDiagnostic(file, {
      code: 'unreadable-file',
      ...describeReadError(cause),
    });
  }
}

const NOT_A_FILE: Problem = {
  code: 'unreadable-file',
  message: 'not a regular file',
  fix: 'move it, or rename it without `.yaml`',
};

function describeReadError(cause: unknown): Pick<Problem, 'message' | 'fix'> {
  switch (errorCodeOf(cause)) {
    case 'ENOENT':
      return { message: 'the file does not exist', fix: 'check its path' };
    case 'ELOOP':
      return { message: 'its symbolic links form a loop', fix: 'remove it, or point it to a file' };
    case 'EISDIR':
      return { message: 'it is a folder, not a file', fix: 'move it, or rename it without `.yaml`' };
    default:
      return { message: `the file cannot be read (${errorCodeOf(cause)})`, fix: 'check its permissions' };
  }
}

/** The error code of the operating system. */
function errorCodeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}

function describeExtension(name: string): Problem {
  return {
    code: 'file-extension',
    message: `${quote(name)} does not end in \`.yaml\`, so it would be ignored`,
    fix: `rename it to \`${name.replace(/\.ya?ml$/i, '.yaml')}\``,
  };
}

function describeSubFolder(folder: string): Problem {
  return {
    code: 'sub-folder',
    message: 'policy files in sub-folders are not read',
    fix: `move it up into ${quote(folder)}, or out of that folder if it is not one of its files`,
  };
}

const CREATE_POLICY = `create a first policy with \`${COMMAND} policy init\`, or start from a file in examples/`;

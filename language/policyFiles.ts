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

/** The text of a file in UTF-8, or the place of the first byte that is none: lines and columns as a `Fault` counts them. */
export function decodeUtf8(bytes: Uint8Array): string | Pick<Diagnostic, 'line' | 'column'> {
  let [good, end] = [0, bytes.length];
  while (good < end) {
    const middle = Math.ceil((good + end) / 2);
    if (beginning(bytes, middle) === null) end = middle - 1;
    else good = middle;
  }
  const before = beginning(bytes, good) ?? '';
  // A character may be cut at the very end.
  if (good === bytes.length && new TextEncoder().encode(before).length === bytes.length) return before;
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

export const NOT_UTF8: Problem = {
  code: 'not-utf-8',
  message: 'it is not text in UTF-8 from here on',
  fix: 'save the file as UTF-8',
};

/** What the first bytes say, less a character that they do not end; `null`: they are not in UTF-8. */
function beginning(bytes: Uint8Array, length: number): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return null;
  }
}

/** Policy files as found, and what kept others from being read. */
export interface ReadFiles {
  readonly sources: readonly SourceFile[];
  readonly errors: readonly Diagnostic[];
}

/**
 * Reads the policies of a folder (`*.yaml`; YAML in a sub-folder other than `cases` is a fault), or those named one by one, of which
 * each may be a folder too. Never throws.
 */
export function readPolicyFiles(folderOrFiles: string | readonly string[]): ReadFiles {
  if (typeof folderOrFiles === 'string') return readFolder(folderOrFiles, CASES);
  const read = folderOrFiles.map((named) =>
    isFolder(named) ? readFolder(named, CASES) : readFiles([named]),
  );
  const sources = new Map(read.flatMap((one) => one.sources).map((source) => [source.file, source]));
  const errors = read.flatMap((one) => one.errors);
  // A file that is named, and found in a folder that is named too, is read once.
  return { sources: [...sources.values()], errors };
}

function isFolder(path: string): boolean {
  return entryAt(path)?.isDirectory() ?? false;
}

/** What a path leads to. @returns `null`: nothing, or nothing that can be reached, as where links lead in a circle */
function entryAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/**
 * The names in a folder that are not hidden.
 * @throws also where its names can be read and what they stand for cannot: it would seem to have no folder
 */
function namesIn(folder: string): string[] {
  accessSync(folder, constants.R_OK | constants.X_OK);
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

/** Reads and compiles a folder, or files named one by one; without a policy it is refused, with how to make the first. */
export function compileFiles(
  folderOrFiles: string | readonly string[],
): { readonly ok: true; readonly policies: readonly CompiledPolicy[] } | CompileFailure {
  const { policies, errors: faults } = compileEachFile(folderOrFiles);
  return faults.length > 0 ? { ok: false, errors: faults } : { ok: true, policies };
}

/** The same, where a broken file is to stop no other: what is sound, and the faults of all others. */
export function compileEachFile(folderOrFiles: string | readonly string[]): CompileResults {
  const { sources, errors: faults } = readPolicyFiles(folderOrFiles);
  const compiled = compileEach(sources);
  return { policies: compiled.policies, errors: sortDiagnostics([...faults, ...compiled.errors]) };
}

/** Reads the cases of the policies in a folder: `*.yaml` in its sub-folder `cases`, which need not be there. Never throws. */
export function readPolicyTestFiles(policyFolder: string): ReadFiles {
  const folder = join(policyFolder, CASES);
  if (!existsSync(folder)) return { sources: [], errors: [] };
  const { sources, errors: faults } = readFolder(folder, null);
  return { sources, errors: faults.filter(({ code }) => code !== 'no-policy') };
}

/** The sub-folder that has what policies are tested by. */
const CASES = 'cases';

/** @param other the sub-folder that is read apart */
function readFolder(folder: string, other: string | null): ReadFiles {
  let names: string[];
  try {
    names = namesIn(folder);
  } catch (cause) {
    const message =
      why(cause) === 'ENOENT' ? 'there is no such folder' : `the folder cannot be read (${why(cause)})`;
    return { sources: [], errors: [fileDiagnostic(folder, { code: 'no-folder', message, fix: MAKE_ONE })] };
  }
  const policies = names.filter((name) => name.endsWith('.yaml')).sort(compareByCodePoint);
  // A policy that is passed over in silence would be missed only when a request expires.
  const misnamed = names.filter((name) => /\.ya?ml$/i.test(name) && !name.endsWith('.yaml'));
  const faults = misnamed.map((name) => fileDiagnostic(join(folder, name), misnaming(name)));
  const visited = new Set([realpathSync(folder)]);
  const below = names
    .filter((name) => name !== other)
    .sort(compareByCodePoint)
    .flatMap((name) => yamlBelow(join(folder, name), visited));
  faults.push(...below.map((file) => fileDiagnostic(file, inSubFolder(folder))));
  if (policies.length === 0 && faults.length === 0) {
    const message = 'there is no policy in it';
    faults.push(fileDiagnostic(folder, { code: 'no-policy', message, fix: MAKE_ONE }));
  }
  const read = readFiles(
    policies.map((name) => join(folder, name)),
    isWaiting,
  );
  return { sources: read.sources, errors: sortDiagnostics([...faults, ...read.errors]) };
}

/**
 * YAML files in a folder and in those below it; none of what is no folder. Hidden folders are left out, since editors, git and workflows
 * keep YAML of their own there, and `node_modules`, which is of packages: where policies stand in the folder of a whole project, these
 * stand beside them.
 * @param visited folders that need no other visit, as links can lead to them again, and in a few folders by thousands of ways
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
    // Fail closed: it may have a policy.
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

/** Whether reading it could wait for ever, or have no end, as of a pipe or a device. Where one is named, it is wanted. */
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
  message: 'it is no regular file',
  fix: 'move it, or rename it without `.yaml`',
};

function whyUnreadable(cause: unknown): Pick<Problem, 'message' | 'fix'> {
  switch (why(cause)) {
    case 'ENOENT':
      return { message: 'there is no such file', fix: 'check its path' };
    case 'ELOOP':
      return { message: 'its links lead in a circle', fix: 'remove it, or let it lead to a file' };
    case 'EISDIR':
      return { message: 'it is a folder', fix: 'move it, or rename it without `.yaml`' };
    default:
      return { message: `the file cannot be read (${why(cause)})`, fix: 'check its permissions' };
  }
}

/** The system's own code. */
function why(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}

function misnaming(name: string): Problem {
  return {
    code: 'file-extension',
    message: `${quote(name)} does not end in \`.yaml\`, so it would be passed over`,
    fix: `rename it to \`${name.replace(/\.ya?ml$/i, '.yaml')}\``,
  };
}

function inSubFolder(folder: string): Problem {
  return {
    code: 'sub-folder',
    message: 'it is in a sub-folder, where nothing reads it',
    fix: `move it up into ${quote(folder)}, or out of that folder if it is none of its files`,
  };
}

const MAKE_ONE = `make a first policy with \`${COMMAND} policy init\`, or start from a file in examples/`;

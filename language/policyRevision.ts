import { createHash } from 'node:crypto';
import { constants, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { escapeText } from '../core/printableText.ts';
import { git } from './git.ts';

/** The revision of a folder of policies. */
export interface Revision {
  /**
   * the output of `git describe`, with `-dirty` if tracked files of the work tree differ or the folder has untracked files; `unknown`
   * without git or a repository
   */
  readonly name: string;
  /** why the name is unknown, if there is a repository but git did not answer in time; else `null` */
  readonly problem: string | null;
}

/** The revision could not be determined in time. */
class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Time limit for comparing files, in milliseconds: every run waits for it, and the repository can be of any size. */
const COMPARING_MS = 5000;

/** Determines the revision without running programs that the repository names: see git.ts. @param limitMs limit for comparing files */
export function readRevision(folder: string, limitMs = COMPARING_MS): Revision {
  try {
    const described = output(folder, 'describe', '--always');
    if (described === null) return { name: 'unknown', problem: null };
    // A tag can have a name of any length with control characters of terminals: git does not check the name in its object.
    const name = escapeText(described.trim());
    // Fail closed: a revision that is not known to be clean is called dirty.
    const isClean = output(folder, ...UNTRACKED) === '' && isAsCommitted(folder, limitMs);
    return { name: isClean ? name : `${name}-dirty`, problem: null };
  } catch (error) {
    if (error instanceof TooLate) return { name: 'unknown', problem: error.message };
    throw error;
  }
}

/** Lists the untracked files in the folder that are not ignored. */
const UNTRACKED = ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'];

/** @returns `null` when git failed @throws TooLate */
function output(folder: string, ...args: readonly string[]): string | null {
  const { status, stdout, problem, timedOut } = git(folder, args);
  if (timedOut) throw new TooLate(problem);
  return status === 0 ? stdout : null;
}

/**
 * Whether the index equals the commit, and the files equal the index. The files are compared here, because git would run the filters
 * that the repository's configuration names.
 * @throws TooLate
 */
function isAsCommitted(folder: string, limitMs: number): boolean {
  const top = output(folder, 'rev-parse', '--show-toplevel')?.replace(/\n$/, '') ?? '';
  if (output(folder, 'diff-index', '--cached', '--quiet', 'HEAD', '--') === null) return false;
  const listed = output(folder, 'ls-files', '--stage', '-t', '-z', '--full-name', '--', ':/');
  if (top === '' || listed === null) return false;
  const end = performance.now() + limitMs;
  return listed.split('\0').every((entry) => {
    if (performance.now() >= end)
      throw new TooLate(`the files could not be compared with git within ${limitMs / 1000} s`);
    return entry === '' || isAsListed(top, entry);
  });
}

/** One entry of `ls-files --stage -t`: `TAG MODE HASH STAGE<tab>PATH`. */
const ENTRY = /^(\S) (\d{6}) ([0-9a-f]{40}|[0-9a-f]{64}) (\d)\t(.+)$/s;

function isAsListed(top: string, entry: string): boolean {
  const [, tag, mode, hash = '', stage, path = ''] = ENTRY.exec(entry) ?? [];
  if (stage !== '0') return false;
  // A file that is excluded from the work tree on purpose, or a submodule, which contains no policy of this folder.
  if (tag === 'S' || mode === '160000') return true;
  try {
    const content = contentOf(join(top, path), mode);
    const algorithm = hash.length === 40 ? 'sha1' : 'sha256';
    return [content, withoutCarriageReturns(content)].some((text) => blobHash(text, algorithm) === hash);
  } catch {
    return false;
  }
}

/** Larger files are not compared, because a file is read into memory. */
const MOST_BYTES = 100_000_000;

/** The content of a file, or the target of a link. @throws if it is neither, such as a pipe, which could block this process */
function contentOf(file: string, mode: string | undefined): Buffer {
  if (mode === '120000') return readlinkSync(file, 'buffer');
  const entry = lstatSync(file);
  if (!entry.isFile() || entry.size > MOST_BYTES) throw new Error(`${file} is not a file, or too large`);
  return readFileSync(file, { flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK });
}

/** The content as git stores it if its configuration converts the ends of lines. */
function withoutCarriageReturns(content: Buffer): Buffer {
  return content.includes('\r\n')
    ? Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    : content;
}

function blobHash(content: Buffer, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex');
}

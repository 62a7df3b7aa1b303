import { createHash } from 'node:crypto';
import { constants, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { escapeText } from '../core/printableText.ts';
import { git } from './git.ts';

/** The state of a folder of policies. */
export interface Revision {
  /**
   * As `git describe` calls it, with `-dirty` for tracked files of the work tree that differ, and for files of the folder that git does
   * not know of; `unknown` without git or a repository
   */
  readonly name: string;
  /** why it is unknown, where git would know it and did not answer in time; `null` otherwise */
  readonly problem: string | null;
}

/** It could not be found out in time. */
class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** How long files are compared, in milliseconds: every run waits for it, and anything may be in the repository. */
const COMPARING_MS = 5000;

/** Runs nothing that the repository names: see git.ts. @param limitMs how long its files are compared */
export function readRevision(folder: string, limitMs = COMPARING_MS): Revision {
  try {
    const described = output(folder, 'describe', '--always');
    if (described === null) return { name: 'unknown', problem: null };
    // A tag may have a name of any length, with characters that steer a terminal: git does not check what is in its object.
    const name = escapeText(described.trim());
    // Fail closed: what is not known to be clean is not called so.
    const isClean = output(folder, ...UNTRACKED) === '' && isAsCommitted(folder, limitMs);
    return { name: isClean ? name : `${name}-dirty`, problem: null };
  } catch (error) {
    if (error instanceof TooLate) return { name: 'unknown', problem: error.message };
    throw error;
  }
}

/** In the folder, unless they are ignored. */
const UNTRACKED = ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'];

/** @returns `null` when it failed @throws TooLate */
function output(folder: string, ...args: readonly string[]): string | null {
  const { status, stdout, problem, timedOut } = git(folder, args);
  if (timedOut) throw new TooLate(problem);
  return status === 0 ? stdout : null;
}

/**
 * Whether the index is what was committed, and the files are what the index says. The files are compared here: git would run the
 * filters that the repository's configuration names, to compare them.
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
      throw new TooLate(`its files could not be compared with git within ${limitMs / 1000} s`);
    return entry === '' || isAsListed(top, entry);
  });
}

/** `TAG MODE HASH STAGE<tab>PATH`, of `ls-files --stage -t` */
const ENTRY = /^(\S) (\d{6}) ([0-9a-f]{40}|[0-9a-f]{64}) (\d)\t(.+)$/s;

function isAsListed(top: string, entry: string): boolean {
  const [, tag, mode, hash = '', stage, path = ''] = ENTRY.exec(entry) ?? [];
  if (stage !== '0') return false;
  // Left out of the work tree on purpose, or a repository of its own, which has no policy of this one.
  if (tag === 'S' || mode === '160000') return true;
  try {
    const content = contentOf(join(top, path), mode);
    const algorithm = hash.length === 40 ? 'sha1' : 'sha256';
    return [content, withoutCarriageReturns(content)].some((text) => blobHash(text, algorithm) === hash);
  } catch {
    return false;
  }
}

/** A file of more bytes is not compared, since it would have to fit into memory. */
const MOST_BYTES = 100_000_000;

/** Of a link, where it leads. Never of what could keep this process waiting, such as a pipe. @throws when it is no file */
function contentOf(file: string, mode: string | undefined): Buffer {
  if (mode === '120000') return readlinkSync(file, 'buffer');
  const entry = lstatSync(file);
  if (!entry.isFile() || entry.size > MOST_BYTES) throw new Error(`${file} is no file, or too large`);
  return readFileSync(file, { flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK });
}

/** As git may have written the lines of a file, by its configuration. */
function withoutCarriageReturns(content: Buffer): Buffer {
  return content.includes('\r\n')
    ? Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    : content;
}

function blobHash(content: Buffer, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex');
}

import { codeOf } from './errorCode.ts';

const FILE_IN_PATH = 'a part of its path is a file; name a file in a folder';
const RIGHT = 'this user lacks the right; give it, or name another file';
const FULL = 'the disk is full; free some room';

/** What a code of the file system means, and what to do. */
const CAUSES: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder; name a file in it',
  ENOTDIR: FILE_IN_PATH,
  // Of a folder that was to be made.
  EEXIST: FILE_IN_PATH,
  ENOENT: 'its folder does not exist; make it, or name a file in another folder',
  EACCES: RIGHT,
  EPERM: RIGHT,
  EROFS: 'the file system is read-only; name a file on another one',
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: 'it would be larger than this process may write; raise the limit (`ulimit -f`)',
  ENAMETOOLONG: 'its name is too long; name a shorter one',
  ENXIO: 'no process reads the pipe; start its reader, or name a file',
  EAGAIN: 'the pipe is full, because its reader does not read; restart the reader, or name a file',
  EPIPE: 'the reader of the pipe ended; start it again, or name a file',
  ELOOP: 'its links lead in a circle; name another file',
};

/** Why a file cannot be read or written, for the end of a message: the code, its meaning and the fix. */
export function fileCause(error: unknown): string {
  const code = codeOf(error);
  return Object.hasOwn(CAUSES, code)
    ? `(${code}): ${CAUSES[code]}`
    : `(${code}); check the file and its folder`;
}

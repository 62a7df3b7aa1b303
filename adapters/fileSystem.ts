import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file atomically. If the process or the machine stops, or the disk is full, the file has the old or the new text,
 * never a part of one.
 * @param beforeReplacing called when the new text is on disk; may throw, which keeps the old text
 * @param mode the permissions of the new file, independent of the umask; without it, only its owner can read it
 */
export async function replaceFile(
  path: string,
  text: string | Buffer,
  beforeReplacing: () => void,
  mode?: number,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      // Not a single `write`, which on a full disk writes a part and reports success.
      await file.writeFile(text);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    beforeReplacing();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Waits until the entries of a folder are on disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Appends lines to a file that only its owner can read, and waits until they are on disk. If a crash cut the last line short,
 * the new lines start on a line of their own.
 */
export async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    const stats = await file.stat();
    const isCutShort = stats.isFile() && stats.size > 0 && (await lastByte(file, stats.size)) !== NEWLINE;
    await file.writeFile(`${isCutShort ? '\n' : ''}${lines.map((line) => `${line}\n`).join('')}`);
    // A device cannot be synced.
    if (stats.isFile()) await file.sync();
  } finally {
    await file.close();
  }
}

const NEWLINE = 0x0a;

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}

/**
 * Creates a folder and its missing parents. Node's own option `recursive` never returns where a folder cannot be
 * created, such as below /proc; here each folder is tried at most twice.
 * @throws the system's error, `EEXIST` if a file has the name
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (readErrorCode(error) !== 'ENOENT' || parent === path) throw error;
    await makeFolder(parent, mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    throw error;
  }
}

/** Returns the code of a Node.js error, such as `ENOENT`. */
export function readErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

const FILE_IN_PATH = 'a part of its path is a file; name a file in a folder';
const RIGHT = 'this user lacks the permission; grant it, or name another file';
const FULL = 'the disk is full; free some room';

/** What an error code of the file system means, and how to fix it. */
const CAUSES: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder; name a file in it',
  ENOTDIR: FILE_IN_PATH,
  // When a folder is created.
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

/** Describes why a file cannot be read or written, for the end of a message: the code, its meaning and the fix. */
export function describeFileError(error: unknown): string {
  const code = readErrorCode(error);
  return Object.hasOwn(CAUSES, code)
    ? `(${code}): ${CAUSES[code]}`
    : `(${code}); check the file and its folder`;
}

import { randomUUID } from 'node:crypto';
import { chmodSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../exitCodes.ts';

export interface PageFile {
  /**
   * Replaces the file as a whole: a reader has the old page or the new one.
   * @returns why it could not be written; `null` when it was
   */
  write(text: string): string | null;
}

/**
 * Where a page is to stand. It is readable by its owner only, for it tells who may enter the network; whoever
 * publishes it gives it other permissions once, and they stay.
 * @throws UsageError when its folder does not exist, or something else than a file is there
 */
export function pageFile(path: string): PageFile {
  const folder = dirname(path);
  if (!look(folder)?.isDirectory())
    throw new UsageError(`--html: folder \`${folder}\` does not exist; make it first, or name another file`);
  const present = look(path);
  // A device would be replaced by a file.
  if (present !== null && !present.isFile())
    throw new UsageError(`--html: \`${path}\` is there and no file; name another`);
  const place = present === null ? path : realpathSync(path);
  const mode = present === null ? 0o600 : present.mode & 0o777;
  return { write: (text) => replace(place, text, mode) };
}

function replace(path: string, text: string, mode: number): string | null {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
    return null;
  } catch (error) {
    discard(temporary);
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `\`${path}\` cannot be written (${code}); mend its folder's permissions, or free some room`;
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Why it could not be written is what to tell.
  }
}

/** `null`: it is not there, or may not be looked at. */
function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

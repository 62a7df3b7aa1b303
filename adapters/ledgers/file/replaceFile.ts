import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file as a whole, readable by its owner only: whenever the process, the machine or the disk's room ends,
 * the old or the new text is there, never a part of one.
 * @param beforeReplacing called when the new text is safe on disk; throws to keep the old one
 */
export async function replaceFile(
  path: string,
  text: string | Buffer,
  beforeReplacing: () => void,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      // Not one `write`, which on a full disk writes a part and calls that success.
      await file.writeFile(text);
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

/** Waits until the names in a folder are on disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

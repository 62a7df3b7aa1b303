import { type FileHandle, open } from 'node:fs/promises';

/**
 * Adds text to a file, readable by its owner only, and waits until it is on disk. A line that a crash cut short before
 * stays a line of its own.
 */
export async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    const stats = await file.stat();
    const isCutShort = stats.isFile() && stats.size > 0 && (await lastByte(file, stats.size)) !== NEWLINE;
    await file.writeFile(`${isCutShort ? '\n' : ''}${lines.map((line) => `${line}\n`).join('')}`);
    // A device has no disk.
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

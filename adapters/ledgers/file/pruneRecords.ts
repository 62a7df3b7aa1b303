import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readErrorCode, replaceFile, syncFolder } from '../../fileSystem.ts';
import { resolveLinks, withFileLock } from './fileLock.ts';
import { isExpiredLine, openRecords, readLines, recordsPath } from './historyFiles.ts';
import { wrapWriteErrors } from './ledgerFile.ts';

/** Minimum time between two prunings, in milliseconds. */
const PRUNED_EVERY_MS = 24 * 3_600_000;

/**
 * Deletes ended requests past their retention period from the history file of a ledger, at most once a day. Unreadable lines and
 * lines of unknown kinds are kept. Other processes can read and write meanwhile: the lock is held only while the lines that
 * they added are copied.
 * @returns whether the file was replaced
 * @throws LedgerFailure
 */
export async function pruneRecords(ledger: string, at: Date): Promise<boolean> {
  const place = await resolveLinks(ledger);
  // The history file may be a link to another disk. The link is kept.
  const path = await resolveLinks(recordsPath(place));
  const file = await openRecords(path);
  if (file === null) return false;
  try {
    let isReplaced = false;
    await wrapWriteErrors(path, async () => {
      if (await claimPruning(place, path, at)) isReplaced = await copyAndReplace(place, path, file, at);
    });
    return isReplaced;
  } finally {
    await file.close();
  }
}

/** Records the time of this pruning, unless there was one within a day, so that only one process prunes. */
async function claimPruning(place: string, path: string, at: Date): Promise<boolean> {
  const marker = place.replace(/(\.json)?$/, '.records.pruned');
  if (!(await isDue(marker, at))) return false;
  let isOurs = false;
  await withFileLock(place, async (assertHeld) => {
    if (!(await isDue(marker, at))) return;
    for (const file of [place, path]) await removeLeftovers(file);
    await replaceFile(marker, `${at.toISOString()}\n`, assertHeld);
    isOurs = true;
  });
  return isOurs;
}

/** Whether a pruning is due. A recorded time in the future was written by a clock that was fast, and is ignored. */
async function isDue(marker: string, at: Date): Promise<boolean> {
  try {
    const passed = at.getTime() - Date.parse((await readFile(marker, 'utf8')).trim());
    return !(passed >= 0 && passed < PRUNED_EVERY_MS);
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return true;
    throw cause;
  }
}

/** The suffix of temporary files. Copies that a person made do not have it. */
const TEMPORARY = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Deletes temporary files of killed processes. No other process has one now: this process holds the lock, and no pruning lasts a day. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  const names = (await readdir(folder)).filter(
    (name) => TEMPORARY.test(name) && name.startsWith(`${basename(file)}.`),
  );
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

async function copyAndReplace(place: string, path: string, file: FileHandle, at: Date): Promise<boolean> {
  const first = await findFirstExpired(file, at);
  if (first === null) return false;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const copy = await open(temporary, 'wx', 0o600);
    try {
      await copyRange(file, 0, first, copy);
      const end = await copyKeptLines(file, first, copy, at);
      // Most data is synced to disk before the lock makes others wait.
      await copy.sync();
      return await replaceInLock({ place, path, file, end, temporary, copy });
    } finally {
      await copy.close();
    }
  } finally {
    await rm(temporary, { force: true });
  }
}

interface Replacement {
  readonly place: string;
  readonly path: string;
  /** the file that was copied up to the offset `end` */
  readonly file: FileHandle;
  readonly end: number;
  readonly temporary: string;
  readonly copy: FileHandle;
}

async function replaceInLock(given: Replacement): Promise<boolean> {
  const { place, path, file, end, temporary, copy } = given;
  let isReplaced = false;
  await withFileLock(place, async (assertHeld) => {
    const [read, now] = await Promise.all([file.stat({ bigint: true }), stat(path, { bigint: true })]);
    // Release 0.1.0 replaces the file when it deletes ended requests. Then there is nothing to do until tomorrow.
    if (read.dev !== now.dev || read.ino !== now.ino || now.size < BigInt(end)) return;
    await copyRange(file, end, Number(now.size), copy);
    await copy.sync();
    assertHeld();
    await rename(temporary, path);
    isReplaced = true;
  });
  if (isReplaced) await syncFolder(dirname(path));
  return isReplaced;
}

/** The offset of the first line to delete; `null` when there is none. */
async function findFirstExpired(file: FileHandle, at: Date): Promise<number | null> {
  let begin = 0;
  for await (const lines of readLines(file)) {
    for (const { bytes, next } of lines) {
      if (next === null) return null;
      if (isExpiredLine(bytes, at)) return begin;
      begin = next;
    }
  }
  return null;
}

/** Copies the lines to keep, from the offset `from` on. @returns the offset after the last complete line */
async function copyKeptLines(file: FileHandle, from: number, copy: FileHandle, at: Date): Promise<number> {
  let end = from;
  for await (const lines of readLines(file, from)) {
    const whole = lines.filter(({ next }) => next !== null);
    const kept = whole.filter(({ bytes }) => !isExpiredLine(bytes, at));
    await copy.writeFile(Buffer.concat(kept.flatMap(({ bytes }) => [bytes, NEWLINE])));
    end = whole.at(-1)?.next ?? end;
  }
  return end;
}

const NEWLINE = Buffer.from('\n');

async function copyRange(file: FileHandle, from: number, to: number, copy: FileHandle): Promise<void> {
  for (let at = from; at < to; ) {
    const size = Math.min(1 << 20, to - at);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, at);
    if (bytesRead === 0) throw new Error('the history file became shorter while it was read');
    await copy.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

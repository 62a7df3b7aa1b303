import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readErrorCode, replaceFile, syncFolder } from '../../fileSystem.ts';
import { withFileLock } from './fileLock.ts';
import { isExpiredLine, openRecords, readLines, recordsPath } from './historyFiles.ts';
import { wrapWriteErrors } from './ledgerFile.ts';
import { resolveLinks } from './ledgerPath.ts';

/** How long after one pruning the next may begin, in milliseconds. */
const PRUNED_EVERY_MS = 24 * 3_600_000;

/**
 * Deletes the ends that were kept long enough from the records beside a ledger, once a day. Lines that cannot be read, or
 * are of later kinds, stay. Other processes go on reading and writing: the lock is held only while what they added
 * meanwhile is copied.
 * @returns whether the file was replaced
 * @throws LedgerFailure
 */
export async function pruneRecords(ledger: string, at: Date): Promise<boolean> {
  const place = await resolveLinks(ledger);
  // They may be on another disk: the link stays.
  const path = await resolveLinks(recordsPath(place));
  const file = await openRecords(path);
  if (file === null) return false;
  try {
    let isReplaced = false;
    await wrapWriteErrors(path, async () => {
      if (await claim(place, path, at)) isReplaced = await pruned(place, path, file, at);
    });
    return isReplaced;
  } finally {
    await file.close();
  }
}

/** Puts on record that the records are pruned now, unless they were within a day: so one process does it. */
async function claim(place: string, path: string, at: Date): Promise<boolean> {
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

/** A time in the future was written by a clock that ran ahead, and delays nothing. */
async function isDue(marker: string, at: Date): Promise<boolean> {
  try {
    const passed = at.getTime() - Date.parse((await readFile(marker, 'utf8')).trim());
    return !(passed >= 0 && passed < PRUNED_EVERY_MS);
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return true;
    throw cause;
  }
}

/** Ends as the names of temporary files do, and as those of a person's copies do not. */
const TEMPORARY = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Temporary files of processes that were killed. Whoever has the lock writes none now, and no pruning lasts a day. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  const names = (await readdir(folder)).filter(
    (name) => TEMPORARY.test(name) && name.startsWith(`${basename(file)}.`),
  );
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

async function pruned(place: string, path: string, file: FileHandle, at: Date): Promise<boolean> {
  const first = await firstPast(file, at);
  if (first === null) return false;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const copy = await open(temporary, 'wx', 0o600);
    try {
      await copyRange(file, 0, first, copy);
      const end = await copyKept(file, first, copy, at);
      // Most of it is safe on disk before others are made to wait.
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
  /** what was read, up to `end` */
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
    // Release 0.1.0 replaces the file when it deletes ends: then nothing is left to do until tomorrow.
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

/** Where the first line begins that is to be deleted; `null`: there is none. */
async function firstPast(file: FileHandle, at: Date): Promise<number | null> {
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

/** Copies the lines from `from` on that are kept. @returns where they end; a last line whose end is missing is left out */
async function copyKept(file: FileHandle, from: number, copy: FileHandle, at: Date): Promise<number> {
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
    if (bytesRead === 0) throw new Error('the file of records became shorter while it was read');
    await copy.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

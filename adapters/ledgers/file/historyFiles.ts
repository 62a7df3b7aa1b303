import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as d from '../../../core/decode.ts';
import { digestOf } from '../../../core/json.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { LedgerRecords } from '../../../run/ports.ts';
import { appendLines, describeFileError, makeFolder, readErrorCode, replaceFile } from '../../fileSystem.ts';
import {
  collectRecords,
  decodeRecord,
  isExpiredRecord,
  type LedgerRecord,
  readOrReason,
  recordsOfChange,
} from '../historyRecords.ts';
import { readFormat, toStored } from '../storedForm.ts';
import { readTextFile, wrapWriteErrors } from './ledgerFile.ts';

/** How much of a file is read at once, in bytes. */
const CHUNK = 1 << 20;

/** One line of a file, as its bytes. */
export interface Line {
  readonly number: number;
  /** without its end */
  readonly bytes: Buffer;
  /** where the next line begins; `null`: its end is missing */
  readonly next: number | null;
}

/**
 * Reads a file line by line, some lines at a time, so that one of any size takes little memory.
 * @param from where a line begins; it is number 1
 */
export async function* readLines(file: FileHandle, from = 0): AsyncGenerator<readonly Line[]> {
  let pieces: Buffer[] = [];
  let number = 0;
  let position = from;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    const lines: Line[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      number += 1;
      const last = chunk.subarray(begin, end);
      const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      lines.push({ number, bytes, next: position + end + 1 });
      pieces = [];
      begin = end + 1;
    }
    if (begin < bytesRead) pieces.push(chunk.subarray(begin));
    position += bytesRead;
    yield lines;
  }
  if (pieces.length > 0) yield [{ number: number + 1, bytes: Buffer.concat(pieces), next: null }];
}

const NEWLINE = 0x0a;

/** Writes the compiled text of a policy beside the ledger, once. @throws LedgerFailure */
export async function archivePolicy(ledger: string, digest: string, text: string): Promise<void> {
  const path = pathOf(ledger, digest);
  if ((await readTextFile(path)) === text) return;
  await wrapWriteErrors(path, async () => {
    await makeFolder(dirname(path), 0o700);
    // No other text has this digest, so whoever else writes it writes the same.
    await replaceFile(path, text, () => undefined);
  });
}

/** @returns `null` when there is none of that digest. @throws LedgerFailure */
export async function readPolicyText(ledger: string, digest: string): Promise<string | null> {
  const path = pathOf(ledger, digest);
  const text = await readTextFile(path);
  if (text !== null && digestOf(text) !== digest)
    throw new LedgerFailure(`policy ${path} is damaged: it is not of that digest; restore it`);
  return text;
}

/** Of `ledger.json`: `ledger.policies/HEX.json`. */
function pathOf(ledger: string, digest: string): string {
  return join(ledger.replace(/(\.json)?$/, '.policies'), `${digest.replace(/^sha256:/, '')}.json`);
}

/**
 * What a line of the file of records is, or why it cannot be read; `null` in place of a record of a kind that only later
 * releases know.
 */
type Read = { readonly target: string; readonly record: LedgerRecord | null } | string;

/** Adds a line for each record of these changes. Nothing of the file is read: it may have a million lines. @throws LedgerFailure */
export async function appendRecords(
  ledger: string,
  key: string,
  changes: readonly LedgerChange[],
): Promise<void> {
  const added = changes.flatMap(recordsOfChange).map((record) => lineOf(key, record));
  if (added.length === 0) return;
  const path = recordsPath(ledger);
  await wrapWriteErrors(path, () => appendLines(path, added));
}

/** @throws LedgerFailure */
export async function readRecords(
  ledger: string,
  key: string,
  since: Date,
  at: Date,
): Promise<LedgerRecords> {
  const path = recordsPath(ledger);
  const own: LedgerRecord[] = [];
  const damaged: string[] = [];
  const keep = (read: Read, number: number): void => {
    if (typeof read === 'string') damaged.push(`line ${number} of ${path} ${read}`);
    else if (read.target === key && read.record !== null && !isExpiredRecord(read.record, at))
      own.push(read.record);
  };
  const file = await openRecords(path);
  try {
    for await (const lines of file === null ? [] : readLines(file))
      for (const { number, bytes } of lines) if (bytes.length > 0) keep(readLine(bytes), number);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
  return collectRecords(own, since, at, damaged);
}

/** @returns `null`: there is no such file. @throws LedgerFailure */
export async function openRecords(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw unreadable(path, cause);
  }
}

/** Of `ledger.json`: `ledger.records.jsonl`. */
export function recordsPath(ledger: string): string {
  return ledger.replace(/(\.json)?$/, '.records.jsonl');
}

/** Whether a line is an end that was kept long enough. A line that cannot be read is none: `readRecords` reports it. */
export function isExpiredLine(line: Buffer, at: Date): boolean {
  // What is kept for ever need not be decoded: a receipt is many times as long as an end.
  if (line.length === 0 || line.indexOf(RECEIPT) === 0) return false;
  const read = readLine(line);
  return typeof read === 'object' && read.record !== null && isExpiredRecord(read.record, at);
}

const RECEIPT = Buffer.from('{"kind":"receipt",');

/** `value` has the keys that release 0.1.0 reads, which ignores the others of the line. */
function lineOf(target: string, { kind, value }: LedgerRecord): string {
  const { format, needs, data, more } = toStored(kind, value);
  return JSON.stringify({
    ...{ kind, target, value: data, format },
    ...(needs > 1 ? { needs } : {}),
    ...(more === null ? {} : { more }),
  });
}

function readLine(line: Buffer): Read {
  const recordOf = () => {
    const { kind, target, value, format, needs, more } = d.record(JSON.parse(line.toString()), '');
    const stored = {
      format: readFormat(format, 'format'),
      needs: readFormat(needs, 'needs'),
      data: value,
      more: more === undefined ? null : d.record(more, 'more'),
    };
    return { target: d.string(target, 'target'), record: decodeRecord(kind, stored) };
  };
  return readOrReason(recordOf);
}

function unreadable(path: string, cause: unknown): LedgerFailure {
  return new LedgerFailure(`ledger ${path} cannot be read ${describeFileError(cause)}`, { cause });
}

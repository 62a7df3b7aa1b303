import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as d from '../../../core/decoders.ts';
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

/** Size of a read, in bytes. */
const CHUNK = 1 << 20;

/** One line of a file. */
export interface HistoryLine {
  readonly number: number;
  /** without the line break */
  readonly bytes: Buffer;
  /** offset of the next line; `null` when the line break is missing */
  readonly next: number | null;
}

/**
 * Reads the lines of a file in groups, so that memory use does not depend on the size of the file.
 * @param from offset of the line that gets number 1
 */
export async function* readLines(file: FileHandle, from = 0): AsyncGenerator<readonly HistoryLine[]> {
  let pieces: Buffer[] = [];
  let number = 0;
  let position = from;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    const lines: HistoryLine[] = [];
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

/** Writes the compiled text of a policy beside the ledger, unless it is already there. @throws LedgerFailure */
export async function archivePolicy(ledger: string, digest: string, text: string): Promise<void> {
  const path = policyPath(ledger, digest);
  if ((await readTextFile(path)) === text) return;
  await wrapWriteErrors(path, async () => {
    await makeFolder(dirname(path), 0o700);
    // No lock: a concurrent writer writes the same text, because the digest is the same.
    await replaceFile(path, text, () => undefined);
  });
}

/** @returns `null` when no policy has that digest. @throws LedgerFailure */
export async function readPolicyText(ledger: string, digest: string): Promise<string | null> {
  const path = policyPath(ledger, digest);
  const text = await readTextFile(path);
  if (text !== null && digestOf(text) !== digest)
    throw new LedgerFailure(`policy ${path} is damaged: its content does not match its digest; restore it`);
  return text;
}

/** For `ledger.json`: `ledger.policies/HEX.json`. */
function policyPath(ledger: string, digest: string): string {
  return join(ledger.replace(/(\.json)?$/, '.policies'), `${digest.replace(/^sha256:/, '')}.json`);
}

/**
 * A line of the history file, or the reason why it cannot be read. The record is `null` if only later releases know its
 * kind.
 */
type DecodedLine = { readonly target: string; readonly record: LedgerRecord | null } | string;

/** Appends a line for each record of these changes. The file is not read, because it may have a million lines. @throws LedgerFailure */
export async function appendRecords(
  ledger: string,
  key: string,
  changes: readonly LedgerChange[],
): Promise<void> {
  const added = changes.flatMap(recordsOfChange).map((record) => encodeRecord(key, record));
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
  const keep = (read: DecodedLine, number: number): void => {
    if (typeof read === 'string') damaged.push(`line ${number} of ${path} ${read}`);
    else if (read.target === key && read.record !== null && !isExpiredRecord(read.record, at))
      own.push(read.record);
  };
  const file = await openRecords(path);
  try {
    for await (const lines of file === null ? [] : readLines(file))
      for (const { number, bytes } of lines) if (bytes.length > 0) keep(decodeLine(bytes), number);
  } catch (cause) {
    throw readFailure(path, cause);
  } finally {
    await file?.close();
  }
  return collectRecords(own, since, at, damaged);
}

/** @returns `null` when there is no such file. @throws LedgerFailure */
export async function openRecords(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw readFailure(path, cause);
  }
}

/** For `ledger.json`: `ledger.records.jsonl`. */
export function recordsPath(ledger: string): string {
  return ledger.replace(/(\.json)?$/, '.records.jsonl');
}

/** Whether a line is an ended request past its retention period. An unreadable line is not; `readRecords` reports it. */
export function isExpiredLine(line: Buffer, at: Date): boolean {
  // Receipts are kept for ever and are much longer than ended requests, so they are not decoded.
  if (line.length === 0 || line.indexOf(RECEIPT) === 0) return false;
  const read = decodeLine(line);
  return typeof read === 'object' && read.record !== null && isExpiredRecord(read.record, at);
}

const RECEIPT = Buffer.from('{"kind":"receipt",');

/** Release 0.1.0 reads `value`, and ignores the other keys of the line. */
function encodeRecord(target: string, { kind, value }: LedgerRecord): string {
  const { format, needs, data, more } = toStored(kind, value);
  return JSON.stringify({
    ...{ kind, target, value: data, format },
    ...(needs > 1 ? { needs } : {}),
    ...(more === null ? {} : { more }),
  });
}

function decodeLine(line: Buffer): DecodedLine {
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

function readFailure(path: string, cause: unknown): LedgerFailure {
  return new LedgerFailure(`ledger ${path} cannot be read ${describeFileError(cause)}`, { cause });
}

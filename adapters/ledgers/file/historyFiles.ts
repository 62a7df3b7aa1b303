import { type FileHandle, open } from 'node:fs/promises';
import * as d from '../../../core/decode.ts';
import type { LedgerChange } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Records } from '../../../run/ports.ts';
import { appendLines } from '../../appendLines.ts';
import { codeOf } from '../../errorCode.ts';
import { fileCause } from '../../fileSystem.ts';
import { decodeRecord, type LedgerRecord, recordsOf } from '../historyRecords.ts';
import { gather, isPast, readOr } from '../records.ts';
import { formatOf, toStored } from '../storedForm.ts';
import { writing } from './ledgerFile.ts';
import { linesOf } from './readLines.ts';

/**
 * What a line of the file of records is, or why it cannot be read; `null` in place of a record of a kind that only later
 * releases know.
 */
type Read = { readonly target: string; readonly record: LedgerRecord | null } | string;

/** Adds a line for each record of these changes. Nothing of the file is read: it may have a million lines. @throws LedgerFailure */
export async function keepRecords(
  ledger: string,
  key: string,
  changes: readonly LedgerChange[],
): Promise<void> {
  const added = changes.flatMap(recordsOf).map((record) => lineOf(key, record));
  if (added.length === 0) return;
  const path = recordsPath(ledger);
  await writing(path, () => appendLines(path, added));
}

/** @throws LedgerFailure */
export async function readRecords(ledger: string, key: string, since: Date, at: Date): Promise<Records> {
  const path = recordsPath(ledger);
  const own: LedgerRecord[] = [];
  const damaged: string[] = [];
  const keep = (read: Read, number: number): void => {
    if (typeof read === 'string') damaged.push(`line ${number} of ${path} ${read}`);
    else if (read.target === key && read.record !== null && !isPast(read.record, at)) own.push(read.record);
  };
  const file = await openedRecords(path);
  try {
    for await (const lines of file === null ? [] : linesOf(file))
      for (const { number, bytes } of lines) if (bytes.length > 0) keep(readLine(bytes), number);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
  return gather(own, since, at, damaged);
}

/** @returns `null`: there is no such file. @throws LedgerFailure */
export async function openedRecords(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw unreadable(path, cause);
  }
}

/** Of `ledger.json`: `ledger.records.jsonl`. */
export function recordsPath(ledger: string): string {
  return ledger.replace(/(\.json)?$/, '.records.jsonl');
}

/** Whether a line is an end that was kept long enough. A line that cannot be read is none: `readRecords` reports it. */
export function isPastLine(line: Buffer, at: Date): boolean {
  // What is kept for ever need not be decoded: a receipt is many times as long as an end.
  if (line.length === 0 || line.indexOf(RECEIPT) === 0) return false;
  const read = readLine(line);
  return typeof read === 'object' && read.record !== null && isPast(read.record, at);
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
      format: formatOf(format, 'format'),
      needs: formatOf(needs, 'needs'),
      data: value,
      more: more === undefined ? null : d.record(more, 'more'),
    };
    return { target: d.string(target, 'target'), record: decodeRecord(kind, stored) };
  };
  return readOr(recordOf);
}

function unreadable(path: string, cause: unknown): LedgerFailure {
  return new LedgerFailure(`ledger ${path} cannot be read ${fileCause(cause)}`, { cause });
}

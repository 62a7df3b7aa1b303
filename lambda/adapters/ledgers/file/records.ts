import * as d from '../../../core/decode.ts';
import type { LedgerChange } from '../../../core/ledger.ts';
import type { Records } from '../../../ports.ts';
import { appendLines } from '../../appendLines.ts';
import { decodeRecord, type LedgerRecord, recordsOf } from '../codec/records.ts';
import { gather, isPast, readOr } from '../records.ts';
import { formatOf, toStored } from '../storedForm.ts';
import { textOf, writing } from './format.ts';
import { replaceFile } from './replaceFile.ts';

/** One line of the file of records. */
interface Line {
  readonly text: string;
  /** what it is, or why it cannot be read; `null` in place of a record of a kind that only later releases know */
  readonly read: { readonly target: string; readonly record: LedgerRecord | null } | string;
}

/** Adds a line for each record of these changes. Ends that were kept long enough go; lines that cannot be read, or are of later kinds, stay. */
export async function keepRecords(
  ledger: string,
  key: string,
  changes: readonly LedgerChange[],
  at: Date,
): Promise<void> {
  const records = changes.flatMap(recordsOf);
  if (records.length === 0) return;
  const path = pathOf(ledger);
  const added = records.map((record) => lineOf(key, record));
  const before = linesOf((await textOf(path)) ?? '');
  const kept = before.filter(
    ({ read }) => typeof read === 'string' || read.record === null || !isPast(read.record, at),
  );
  await writing(path, () =>
    kept.length < before.length
      ? replaceFile(path, asText([...kept.map(({ text }) => text), ...added]), () => undefined)
      : appendLines(path, added),
  );
}

/** @throws LedgerFailure */
export async function readRecords(ledger: string, key: string, since: Date, at: Date): Promise<Records> {
  const path = pathOf(ledger);
  const lines = linesOf((await textOf(path)) ?? '');
  const own = lines.flatMap(({ read }) =>
    typeof read === 'object' && read.target === key && read.record !== null ? [read.record] : [],
  );
  const damaged = lines.flatMap(({ read }, i) =>
    typeof read === 'string' ? [`line ${i + 1} of ${path} ${read}`] : [],
  );
  return gather(own, since, at, damaged);
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ text: line, read: readLine(line) }));
}

/** `value` has the keys that release 0.1.0 reads, which ignores the others of the line. */
function lineOf(target: string, { kind, value }: LedgerRecord): string {
  const { format, needs, data, more } = toStored(kind, value);
  return JSON.stringify({
    ...{ kind, target, value: data, format },
    ...(needs > 1 ? { needs } : {}),
    ...(more === null ? {} : { more }),
  });
}

/** A line that cannot be read is reported by `readRecords`, and kept. */
function readLine(line: string): Line['read'] {
  const recordOf = () => {
    const { kind, target, value, format, needs, more } = d.record(JSON.parse(line), '');
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

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Of `ledger.json`: `ledger.records.jsonl`. */
function pathOf(ledger: string): string {
  return ledger.replace(/(\.json)?$/, '.records.jsonl');
}

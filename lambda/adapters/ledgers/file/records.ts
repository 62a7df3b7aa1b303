import * as d from '../../../core/decode.ts';
import type { LedgerChange } from '../../../core/ledger.ts';
import { quote } from '../../../core/text.ts';
import type { Records } from '../../../ports.ts';
import { appendLines } from '../../appendLines.ts';
import { decodeRecord, type LedgerRecord, recordsOf } from '../codec/records.ts';
import { gather, isPast } from '../records.ts';
import { textOf, writing } from './format.ts';
import { replaceFile } from './replaceFile.ts';

/** One line of the file of records; `null`: it cannot be read. */
interface Line {
  readonly text: string;
  readonly read: { readonly target: string; readonly record: LedgerRecord } | null;
}

/** Adds a line for each record of these changes. Ends that were kept long enough go; lines that cannot be read stay. */
export async function keepRecords(
  ledger: string,
  key: string,
  changes: readonly LedgerChange[],
  at: Date,
): Promise<void> {
  const records = changes.flatMap(recordsOf);
  if (records.length === 0) return;
  const path = pathOf(ledger);
  const added = records.map(({ kind, value }) => JSON.stringify({ kind, target: key, value }));
  const before = linesOf((await textOf(path)) ?? '');
  const kept = before.filter(({ read }) => read === null || !isPast(read.record, at));
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
  const own = lines.flatMap(({ read }) => (read !== null && read.target === key ? [read.record] : []));
  const damaged = lines.flatMap(({ text, read }, i) =>
    read === null
      ? [`line ${i + 1} of ${path} is damaged (${quote(text.slice(0, 40))}); restore it, or take it out`]
      : [],
  );
  return gather(own, since, at, damaged);
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ text: line, read: readLine(line) }));
}

function readLine(line: string): Line['read'] {
  try {
    const { kind, target, value } = d.record(JSON.parse(line), '');
    return { target: d.string(target, 'target'), record: decodeRecord(kind, value) };
  } catch (error) {
    // Whatever it is, it is told by `readRecords`, and kept.
    if (error instanceof d.Malformed || error instanceof SyntaxError) return null;
    throw error;
  }
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Of `ledger.json`: `ledger.records.jsonl`. */
function pathOf(ledger: string): string {
  return ledger.replace(/(\.json)?$/, '.records.jsonl');
}

import { printableJson } from '../../core/printable.ts';
import type { PassReport } from '../../core/runReport.ts';
import type { Paint } from './paint.ts';

/** Of every document that a command prints. Within a format, keys are only added; docs/*.schema.json describe those of reports. */
const FORMAT = 1;

/** Prints what `--json` asks for: one document, alone on standard output. */
export function printDocument(document: object): void {
  process.stdout.write(`${printableJson({ format: FORMAT, ...document }, 2)}\n`);
}

/** A target, as far as something is wrong with its run or its ledger. */
interface Troubled extends Pick<PassReport, 'target' | 'failures' | 'warnings'> {
  /** items of the ledger that cannot be read */
  readonly damaged?: readonly string[];
}

/**
 * What a person must see although a program reads the report: errors and warnings, a line each. Empty when all is well.
 * @param lock what kept the run from its work; `null`: nothing did
 */
export function describeProblems(
  { target, failures, warnings, damaged = [] }: Troubled,
  paint: Paint,
  lock: string | null = null,
): string {
  const known = new Set(failures.map(({ message }) => message));
  return [
    ...failures.map(({ code, message }) => `${paint.bad('error:')} ${target}: ${code}: ${message}`),
    ...damaged
      .filter((message) => !known.has(message))
      .map((message) => `${paint.bad('error:')} ${target}: ${message}`),
    ...(lock === null ? [] : [`${paint.warn('warning:')} ${target}: ${lock}`]),
    ...warnings.map(({ code, message }) => `${paint.warn('warning:')} ${target}: ${code}: ${message}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

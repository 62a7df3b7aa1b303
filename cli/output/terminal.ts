import { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import { printableJson } from '../../core/json.ts';
import type { RunReport } from '../../core/runReport.ts';

/** Of every document that a command prints. Within a format, keys are only added; docs/*.schema.json describe those of reports. */
const FORMAT = 1;

/** Prints what `--json` asks for: one document, alone on standard output. */
export function printDocument(document: object): void {
  process.stdout.write(`${printableJson({ format: FORMAT, ...document }, 2)}\n`);
}

/** A target, as far as something is wrong with its run or its ledger. */
interface Troubled extends Pick<RunReport, 'target' | 'failures' | 'warnings'> {
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

type Style = (text: string) => string;
export type PaintTone = 'good' | 'bad' | 'warn' | 'faint';
export interface Paint extends Readonly<Record<PaintTone, Style>> {
  /** how wide the terminal is; endless where there is none, so that what a program reads has a line for each thing */
  readonly columns: number;
}

/** Colour only where the stream is a terminal that wants it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const isColoured = wantsColour(stream);
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      isColoured ? styleText(format, text, { validateStream: false }) : text;
  const columns = stream.isTTY ? Math.max(stream.columns, 40) : Number.POSITIVE_INFINITY;
  return {
    good: style('green'),
    bad: style(['red', 'bold']),
    warn: style('yellow'),
    faint: style('dim'),
    columns,
  };
}

/** Asked by us: `styleText` of Node 22.12 colours a pipe where it is given two formats. */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  const isForced = process.env.FORCE_COLOR !== undefined;
  // Of the variables, FORCE_COLOR too, and the terminal's name.
  return (isForced || stream.isTTY) && WriteStream.prototype.getColorDepth() > 2;
}

/** What a person copies into a shell: it stays one line, whatever the width. */
const COMMAND = /(?:osc )?aws [a-z]/;
const AT_START = new RegExp(`^\\s*${COMMAND.source}`);
const AFTER_WORDS = new RegExp(`(?<=: )${COMMAND.source}`);

/**
 * Wraps long lines between words, so that a terminal does not cut words in two. A continued line is indented by two more spaces than
 * what it continues.
 * @param columns how wide the terminal is
 */
export function wrapLines(text: string, columns: number): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split('\n')
    .flatMap((line) => fitLine(line, columns))
    .join('\n');
}

function fitLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  if (AT_START.test(stripVTControlCharacters(line))) return [line];
  const at = AFTER_WORDS.exec(line)?.index ?? null;
  if (at === null) return wrap(line, columns);
  return [...wrap(line.slice(0, at).trimEnd(), columns), `${indentOf(line)}  ${line.slice(at)}`];
}

function wrap(line: string, columns: number): string[] {
  const indent = `${indentOf(line)}  `;
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S)(?= )/)) {
    if (current === '' || widthOf(current + word) <= columns) current += word;
    else {
      lines.push(current);
      current = indent + word.trimStart();
    }
  }
  return [...lines, current];
}

function indentOf(line: string): string {
  return /^ */.exec(stripVTControlCharacters(line))?.[0] ?? '';
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** `6 d 4 h`, `3 h 20 min`, `45 s`: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    { name: 'd', size: 86_400 },
    { name: 'h', size: 3600 },
    { name: 'min', size: 60 },
    { name: 's', size: 1 },
  ];
  const first = units.findIndex(({ size }) => whole >= size);
  if (first === -1) return '0 s';
  let rest = whole;
  const parts = units.slice(first, first + 2).map(({ name, size }) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count} ${name}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

const GAP = '  ';
/** How far the second line of a row is indented. */
const INDENT = '    ';

/**
 * Plain columns, each as wide as its widest cell; the last one runs free. Where they do not fit side by side, a row takes several lines.
 * @param columns how wide the terminal is
 * @returns a text a row, the header first; each may hold several lines
 */
export function formatTableRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ''))));
  const groups = grouped(widths, columns);
  return lines.map((line) =>
    groups
      .map((group, i) => {
        const cells = group.map((column) => pad(line[column] ?? '', widths[column] ?? 0));
        return `${i === 0 ? '' : INDENT}${cells.join(GAP)}`.trimEnd();
      })
      .filter((text, i) => i === 0 || text !== '')
      .join('\n'),
  );
}

/** The same as one text, each row on one line. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return formatTableRows(header, rows, Number.POSITIVE_INFINITY).join('\n');
}

/** Which columns stand side by side: as many as fit, in their order. */
function grouped(widths: readonly number[], columns: number): number[][] {
  const groups: number[][] = [[]];
  let used = 0;
  for (const [column, width] of widths.entries()) {
    const fits = used + GAP.length + width <= columns;
    if (used > 0 && !fits) {
      groups.push([]);
      used = INDENT.length;
    }
    used += (used > 0 ? GAP.length : 0) + width;
    groups.at(-1)?.push(column);
  }
  return groups;
}

/** By characters, not UTF-16 units. */
function lengthOf(cell: string): number {
  return [...cell].length;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

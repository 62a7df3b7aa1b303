import { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import { printableJson } from '../../core/json.ts';
import type { RunReport } from '../../core/runReport.ts';

type Style = (text: string) => string;
export type PaintTone = 'good' | 'bad' | 'warn' | 'faint';
export interface Paint extends Readonly<Record<PaintTone, Style>> {
  /** width of the terminal; infinite when there is none, so that a program reads one line per item */
  readonly columns: number;
}

/** The colours and the width for a stream. Colours are used only for a terminal that supports them. */
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

const unpainted = (text: string): string => text;

/** No colours, and no line breaks for a terminal: for files and comments. */
export const PLAIN: Paint = {
  good: unpainted,
  bad: unpainted,
  warn: unpainted,
  faint: unpainted,
  columns: Number.POSITIVE_INFINITY,
};

/** Format number of every JSON document. Within a format, keys are only added; docs/*.schema.json describe the report documents. */
const FORMAT = 1;

/** Prints the JSON document of `--json`, the only output on standard output. */
export function printDocument(document: object): void {
  printJson({ format: FORMAT, ...document });
}

/** Prints a JSON document of a foreign format. */
export function printJson(document: object): void {
  process.stdout.write(`${printableJson(document, 2)}\n`);
}

/** Prints the texts about targets, with an empty line between two. */
export function printTexts(texts: readonly string[]): void {
  if (texts.length > 0) process.stdout.write(`${texts.join('\n\n')}\n`);
}

/** Prints an error that ended the command, on standard error. */
export function printError(message: string): void {
  const paint = paintFor(process.stderr);
  process.stderr.write(wrapLines(`${paint.bad('error:')} ${message}\n`, paint.columns));
}

/** Prints the errors of policy files, one per line, and their number, on standard error. */
export function printErrorLines(lines: string, count: number): void {
  const paint = paintFor(process.stderr);
  process.stderr.write(`${lines}\n${paint.bad(formatCount(count, 'error'))}\n`);
}

/** The problems of a target: those of its run and of its ledger. */
interface TargetProblems extends Pick<RunReport, 'target' | 'failures' | 'warnings'> {
  /** ledger items that cannot be read, one sentence each */
  readonly damaged?: readonly string[];
}

/**
 * Lists errors and warnings, one per line, for standard error: with `--json` a person must still see them. Empty when there are none.
 * @param lock describes the lease that kept the run from its target; `null`: none did
 */
export function describeProblems(
  { target, failures, warnings, damaged = [] }: TargetProblems,
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

/** Whether to colour. Not left to `styleText`: that of Node 22.12 colours a pipe when it is given two formats. */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  const isForced = process.env.FORCE_COLOR !== undefined;
  // `getColorDepth` reads the variables, FORCE_COLOR among them, and the name of the terminal.
  return (isForced || stream.isTTY) && WriteStream.prototype.getColorDepth() > 2;
}

/** Commands that a person copies into a shell stay on one line, so that the copy works. */
const COMMAND = /(?:osc )?aws [a-z]/;
const AT_START = new RegExp(`^\\s*${COMMAND.source}`);
const AFTER_WORDS = new RegExp(`(?<=: )${COMMAND.source}`);

/**
 * Wraps long lines between words, so that a terminal does not cut words in two. Continuation lines are indented by two more spaces.
 * @param columns width of the terminal
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

/** Formats a duration with its two largest units: `6 d 4 h`, `3 h 20 min`, `45 s`. */
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
/** Indentation of the second and further lines of a row. */
const INDENT = '    ';

/**
 * Formats a table with columns as wide as their widest cells. When they do not fit side by side, a row takes several lines.
 * @param columns width of the terminal
 * @returns one text per row, the header first; each may have several lines
 */
export function formatTableRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ''))));
  const groups = groupColumns(widths, columns);
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

/** Formats a table as one text, with one line per row. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return formatTableRows(header, rows, Number.POSITIVE_INFINITY).join('\n');
}

/** Groups columns into lines: as many per line as fit, in their order. */
function groupColumns(widths: readonly number[], columns: number): number[][] {
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

/** The length in characters, not in UTF-16 units. */
function lengthOf(cell: string): number {
  return [...cell].length;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

/** `1 grant`, `2 grants`. */
export function formatCount(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

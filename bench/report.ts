import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** On what the figures were measured, without which they say nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly os: string;
  readonly at: string;
  /** of the checkout */
  readonly revision: string;
}

export function machine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    os: `${type()} ${release()}`,
    at: new Date().toISOString(),
    revision: revision(),
  };
}

function revision(): string {
  try {
    const [cwd, encoding] = [import.meta.dirname, 'utf8'] as const;
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd, encoding }).trim();
  } catch {
    return 'unknown';
  }
}

/** What a figure may be: by its median. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table. */
export interface Row {
  readonly part: string;
  readonly what: string;
  readonly unit: 'ms' | 'MB' | '/s' | 'KB';
  readonly ours: Spread;
  /** what it is held against; `null`: only the limit */
  readonly bound: Spread | null;
  readonly ratio: Spread | null;
  /** of the ratio, or of `ours` where there is none; `null`: only told */
  readonly limit: Limit | null;
}

/** What could not be measured here. */
export interface Unmeasured {
  readonly part: string;
  readonly what: string;
  readonly why: string;
}

export type Line = Row | Unmeasured;

export function missesLimit(line: Line): boolean {
  if ('why' in line || line.limit === null) return false;
  const { median } = line.ratio ?? line.ours;
  // What is no number meets nothing.
  return 'atMost' in line.limit ? !(median <= line.limit.atMost) : !(median >= line.limit.atLeast);
}

/** Of several runs: the one in the middle, the least and the most. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function summarize(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** What came of one pair of runs, ours and right after it the bound's. */
export type Pair = readonly [ours: number, bound: number];

/** What a row says of its pairs: the ratio is of each pair, so that what slows both down for a while does not show. */
export function comparePairs(pairs: readonly Pair[]): { ours: Spread; bound: Spread; ratio: Spread } {
  return {
    ours: summarize(pairs.map(([ours]) => ours)),
    bound: summarize(pairs.map(([, bound]) => bound)),
    ratio: summarize(pairs.map(([ours, bound]) => ours / bound)),
  };
}

/** One after the other, `count` times. */
export async function repeatInOrder<T>(count: number, once: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i += 1) results.push(await once(i));
  return results;
}

/** The table for people. */
export function renderTable(machine: Machine, lines: readonly Line[]): string {
  const { cpu, cores, memoryGb, node, os, at, revision } = machine;
  const head = `${cores} × ${cpu}, ${memoryGb} GB, Node ${node}, ${os}, ${at}, revision ${revision}`;
  const rows = [COLUMNS, ...lines.flatMap((line) => ('why' in line ? [] : [cells(line)]))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const printed = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const left = lines.flatMap((line) =>
    'why' in line ? [`${line.part}: ${line.what}: not measured: ${line.why}`] : [],
  );
  return [head, '', ...printed, ...left, ''].join('\n');
}

const COLUMNS = ['part', 'what', 'ours', 'bound', 'ratio (least to most)', 'limit', 'met'];

function cells(row: Row): string[] {
  const { part, what, unit, ours, bound, ratio, limit } = row;
  return [
    part,
    what,
    amount(ours, unit),
    bound === null ? '-' : amount(bound, unit),
    ratio === null ? '-' : spread(ratio, 2),
    limit === null ? '-' : 'atMost' in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`,
    limit === null ? '-' : missesLimit(row) ? 'NO' : 'yes',
  ];
}

function amount(figures: Spread, unit: Row['unit']): string {
  return `${spread(figures, figures.median < 100 ? 1 : 0)} ${unit}`;
}

function spread({ median, least, most }: Spread, digits: number): string {
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(digits));
  return from === to ? `${middle}` : `${middle} (${from} to ${to})`;
}

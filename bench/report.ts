import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** The machine of the measurements, without which the figures mean nothing. */
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

/** Limit of a figure's median. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table. */
export interface Row {
  readonly part: string;
  readonly what: string;
  readonly unit: 'ms' | 'MB' | '/s' | 'KB';
  readonly ours: Spread;
  /** the lower bound; `null`: only the limit applies */
  readonly bound: Spread | null;
  readonly ratio: Spread | null;
  /** of the ratio, or of `ours` if there is no ratio; `null`: only reported */
  readonly limit: Limit | null;
}

/** A measurement that is not possible on this machine. */
export interface Unmeasured {
  readonly part: string;
  readonly what: string;
  readonly why: string;
}

export type ReportLine = Row | Unmeasured;

export function missesLimit(line: ReportLine): boolean {
  if ('why' in line || line.limit === null) return false;
  const { median } = line.ratio ?? line.ours;
  // NaN fails every limit.
  return 'atMost' in line.limit ? !(median <= line.limit.atMost) : !(median >= line.limit.atLeast);
}

/** Median, minimum and maximum of several measurements. */
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

/** Two measurements, one right after the other: this product and the lower bound. */
export type Pair = readonly [ours: number, bound: number];

/** Compares pairs. The ratio is computed per pair, so that a temporary slowdown of both has no effect. */
export function comparePairs(pairs: readonly Pair[]): { ours: Spread; bound: Spread; ratio: Spread } {
  return {
    ours: summarize(pairs.map(([ours]) => ours)),
    bound: summarize(pairs.map(([, bound]) => bound)),
    ratio: summarize(pairs.map(([ours, bound]) => ours / bound)),
  };
}

/** Calls a function `count` times, one after the other. */
export async function repeatInOrder<T>(count: number, once: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i += 1) results.push(await once(i));
  return results;
}

/** Renders the results as a text table. */
export function renderTable(machine: Machine, lines: readonly ReportLine[]): string {
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

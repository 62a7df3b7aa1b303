import type { Machine } from './machine.ts';
import type { Spread } from './measure.ts';
import { isMissed, type Line, type Row } from './row.ts';

/** The table for people. */
export function tableOf(machine: Machine, lines: readonly Line[]): string {
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
    limit === null ? '-' : isMissed(row) ? 'NO' : 'yes',
  ];
}

function amount(figures: Spread, unit: Row['unit']): string {
  return `${spread(figures, figures.median < 100 ? 1 : 0)} ${unit}`;
}

function spread({ median, least, most }: Spread, digits: number): string {
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(digits));
  return from === to ? `${middle}` : `${middle} (${from} to ${to})`;
}

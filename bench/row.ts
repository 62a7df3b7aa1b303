import type { Spread } from './measure.ts';

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

export function isMissed(line: Line): boolean {
  if ('why' in line || line.limit === null) return false;
  const { median } = line.ratio ?? line.ours;
  // What is no number meets nothing.
  return 'atMost' in line.limit ? !(median <= line.limit.atMost) : !(median >= line.limit.atLeast);
}

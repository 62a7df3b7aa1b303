import { CALL_FAULT_KINDS } from './plan/callFaults.ts';

/** The counts of many lives. */
export interface Counters {
  readonly lives: number;
  readonly weeks: number;
  readonly passes: number;
  readonly cleanPasses: number;
  readonly requests: number;
  readonly accepted: number;
  readonly announced: number;
  readonly violations: number;
  readonly faults: Readonly<Record<string, number>>;
}

export const NO_COUNTS: Counters = {
  lives: 0,
  weeks: 0,
  passes: 0,
  cleanPasses: 0,
  requests: 0,
  accepted: 0,
  announced: 0,
  violations: 0,
  faults: {},
};

export function addCounters(a: Counters, b: Counters): Counters {
  const kinds = new Set([...Object.keys(a.faults), ...Object.keys(b.faults)]);
  return {
    lives: a.lives + b.lives,
    weeks: a.weeks + b.weeks,
    passes: a.passes + b.passes,
    cleanPasses: a.cleanPasses + b.cleanPasses,
    requests: a.requests + b.requests,
    accepted: a.accepted + b.accepted,
    announced: a.announced + b.announced,
    violations: a.violations + b.violations,
    faults: Object.fromEntries(
      [...kinds].map((kind) => [kind, (a.faults[kind] ?? 0) + (b.faults[kind] ?? 0)]),
    ),
  };
}

/** Formats the counts as a table. */
export function countersTable(tally: Counters, seed: number, seconds: number): string {
  const isHarm = (kind: string): boolean => CALL_FAULT_KINDS.some((harm) => harm === kind);
  const kinds = Object.entries(tally.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = (some: typeof kinds) =>
    some.map(([kind, times]) => `  ${kind.padEnd(16)}${String(times).padStart(9)}`);
  const harms = kinds.filter(([kind]) => isHarm(kind));
  const { lives, passes, cleanPasses, requests, accepted, announced } = tally;
  return [
    `${tally.weeks} weeks, from seed ${seed} on, in ${Math.round(seconds)} s: ${lives} lives, ${passes} passes (${cleanPasses} that nothing went wrong with),`,
    `${requests} requests, ${accepted} accepted, ${announced} announcements`,
    `faults of calls: ${harms.reduce((sum, [, times]) => sum + times, 0)}`,
    ...lines(harms),
    'what else happened',
    ...lines(kinds.filter(([kind]) => !isHarm(kind))),
    `${tally.violations} violations`,
  ].join('\n');
}

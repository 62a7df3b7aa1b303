import { CALL_FAULT_KINDS } from './plan/callFaults.ts';

/** The counts of many lives. */
export interface Counters {
  readonly lives: number;
  readonly weeks: number;
  readonly runs: number;
  readonly cleanRuns: number;
  readonly requests: number;
  readonly accepted: number;
  readonly published: number;
  readonly violations: number;
  readonly faults: Readonly<Record<string, number>>;
}

export const NO_COUNTS: Counters = {
  lives: 0,
  weeks: 0,
  runs: 0,
  cleanRuns: 0,
  requests: 0,
  accepted: 0,
  published: 0,
  violations: 0,
  faults: {},
};

export function addCounters(a: Counters, b: Counters): Counters {
  const kinds = new Set([...Object.keys(a.faults), ...Object.keys(b.faults)]);
  return {
    lives: a.lives + b.lives,
    weeks: a.weeks + b.weeks,
    runs: a.runs + b.runs,
    cleanRuns: a.cleanRuns + b.cleanRuns,
    requests: a.requests + b.requests,
    accepted: a.accepted + b.accepted,
    published: a.published + b.published,
    violations: a.violations + b.violations,
    faults: Object.fromEntries(
      [...kinds].map((kind) => [kind, (a.faults[kind] ?? 0) + (b.faults[kind] ?? 0)]),
    ),
  };
}

/** Formats the counts as a table. */
export function countersTable(counters: Counters, seed: number, seconds: number): string {
  const isFaultKind = (kind: string): boolean => CALL_FAULT_KINDS.some((faultKind) => faultKind === kind);
  const kinds = Object.entries(counters.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = (some: typeof kinds) =>
    some.map(([kind, times]) => `  ${kind.padEnd(16)}${String(times).padStart(9)}`);
  const faultKinds = kinds.filter(([kind]) => isFaultKind(kind));
  const { lives, runs, cleanRuns, requests, accepted, published } = counters;
  return [
    `${counters.weeks} weeks, from seed ${seed} on, in ${Math.round(seconds)} s: ${lives} lives, ${runs} runs (${cleanRuns} without faults),`,
    `${requests} requests, ${accepted} accepted, ${published} events`,
    `faults of calls: ${faultKinds.reduce((sum, [, times]) => sum + times, 0)}`,
    ...lines(faultKinds),
    'what else happened',
    ...lines(kinds.filter(([kind]) => !isFaultKind(kind))),
    `${counters.violations} violations`,
  ].join('\n');
}

import { MINUTE, START, WEEK } from './plan/constants.ts';
import type { LifePlan } from './plan/lifePlan.ts';

const MAX_RUNS_PER_WEEK = 28;
const BURSTS = 2;

/** The times of runs: evenly spaced if the interval is long, otherwise in bursts, so that the number in a week is limited. */
export function runTimes({ interval, weeks, seed }: LifePlan): number[] {
  const week = WEEK / MINUTE;
  const isSeldom = Math.floor(week / interval) <= MAX_RUNS_PER_WEEK;
  const bursts = isSeldom ? 1 : BURSTS;
  const many = isSeldom ? Math.floor(week / interval) : MAX_RUNS_PER_WEEK / BURSTS;
  const times: number[] = [];
  for (let part = 0; part < weeks * bursts; part += 1) {
    const begin = part * (week / bursts) + (seed % 97);
    for (let i = 0; i < many; i += 1) times.push(START + (begin + i * interval) * MINUTE);
  }
  return times.filter((at) => at < START + weeks * WEEK);
}

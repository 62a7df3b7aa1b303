import { MINUTE, START, WEEK } from './plan/constants.ts';
import type { LifePlan } from './plan/lifePlan.ts';

/** Passes a week at most. */
const MOST = 28;
const BURSTS = 2;

/** When passes are: all the time where they are seldom, else in bursts, so that a week has no more than so many. */
export function runTimes({ interval, weeks, seed }: LifePlan): number[] {
  const week = WEEK / MINUTE;
  const isSeldom = Math.floor(week / interval) <= MOST;
  const bursts = isSeldom ? 1 : BURSTS;
  const many = isSeldom ? Math.floor(week / interval) : MOST / BURSTS;
  const times: number[] = [];
  for (let part = 0; part < weeks * bursts; part += 1) {
    const begin = part * (week / bursts) + (seed % 97);
    for (let i = 0; i < many; i += 1) times.push(START + (begin + i * interval) * MINUTE);
  }
  return times.filter((at) => at < START + weeks * WEEK);
}

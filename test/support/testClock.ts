import type { Clock } from '../../run/ports.ts';
import { NOW } from './builders.ts';

/** A clock that only advances when a test says so. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(): TestClock {
  let passed = 0;
  return {
    now: () => new Date(NOW.getTime() + passed),
    monotonic: () => passed,
    advance: (ms) => {
      passed += ms;
    },
  };
}

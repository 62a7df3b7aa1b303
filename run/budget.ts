import type { Clock } from './ports.ts';

/** How much longer work may go on, in milliseconds. */
export type Budget = () => number;

/** The least of what several budgets leave. */
export function leastOf(...budgets: readonly Budget[]): Budget {
  return () => Math.min(...budgets.map((left) => left()));
}

/** `ms` from now by the clock that never steps. */
export function fromNow(clock: Clock, ms: number): Budget {
  const end = clock.monotonic() + ms;
  return () => end - clock.monotonic();
}

import { Misread } from './decoders.ts';

/** The time of the emulated world. Requests are signed by the real clock: see signature.ts. */
export interface Clock {
  now(): Date;
  /** Throws `Misread` for what goes backwards or leaves the calendar. */
  advance(milliseconds: number): void;
}

/** With a start the clock stands still until advanced, so that tests repeat; with `null` it runs on from the real time. */
export function createClock(start: Date | null): Clock {
  let ahead = 0;
  const now = () => new Date((start ?? new Date()).getTime() + ahead);
  return {
    now,
    advance: (milliseconds) => {
      const then = new Date(now().getTime() + milliseconds);
      if (!(milliseconds >= 0) || Number.isNaN(then.getTime())) {
        throw new Misread('advance', 'a time ahead that a calendar has', milliseconds);
      }
      ahead += milliseconds;
    },
  };
}

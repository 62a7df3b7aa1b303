import { InvalidInput } from './decoders.ts';

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const PATTERN =
  /^P(?=.)(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$/;

/** Parses an ISO 8601 duration of weeks, days, hours, minutes and seconds to milliseconds; `null` if it is invalid. */
export function parseDuration(text: string): number | null {
  const found = PATTERN.exec(text);
  if (found === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  return weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

/** The latest date to which the clock can be advanced: later ones have years of more than four digits, and times after the last one fail. */
const LATEST = Date.UTC(9999, 0, 1);

/** The emulated time. Requests are signed with the real time: see authenticate.ts. */
export interface Clock {
  now(): Date;
  /** Throws `InvalidInput` for a negative amount or a date after the year 9998. */
  advance(milliseconds: number): void;
}

/** With a start, the clock changes only when it is advanced, so that tests are repeatable; with `null` it follows the real time. */
export function createClock(start: Date | null): Clock {
  let ahead = 0;
  const now = () => new Date((start ?? new Date()).getTime() + ahead);
  return {
    now,
    advance: (milliseconds) => {
      const then = now().getTime() + milliseconds;
      if (!(milliseconds >= 0 && then <= LATEST)) {
        throw new InvalidInput('advance', 'a positive amount that ends before the year 9999', milliseconds);
      }
      ahead += milliseconds;
    },
  };
}

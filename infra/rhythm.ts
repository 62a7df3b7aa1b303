import { Duration } from 'aws-cdk-lib';

/** How often passes run, and over how long they are judged together. */
export interface Rhythm {
  /** from one pass over a target to the next */
  readonly interval: Duration;
  /** of so many passes */
  readonly window: Duration;
  readonly passes: number;
}

/**
 * Passes are judged over an hour, and over three of them at least: short against the 6 hours of the last warning before a
 * deadline, long against the bad moment of an API, and never on the word of a single pass.
 */
export function rhythmOf(interval: Duration): Rhythm {
  const minutes = interval.toMinutes();
  const passes = Math.max(3, Math.ceil(60 / minutes));
  return { interval, passes, window: Duration.minutes(passes * minutes) };
}

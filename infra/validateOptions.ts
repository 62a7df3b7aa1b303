import type { Duration } from 'aws-cdk-lib';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import { isRecord, shown } from './given.ts';

/** What may be chosen, in whole minutes, and what is taken when it is not. */
export interface Choice {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
}

/** A time-out is a minute less and at least one; an hour is long enough to be told late. */
export const INTERVAL: Choice = { usual: 5, least: 2, most: 60 };

/** A week is how long a request waits at most: what takes longer than that to come up was forgotten. */
export const AVAILABLE_WITHIN: Choice = {
  usual: AVAILABLE_WITHIN_MS / 60_000,
  least: 1,
  most: 7 * 24 * 60,
};

/** @param what is how the choice is called where it was made */
export function faultsOfMinutes(
  what: string,
  given: number,
  { least, most }: Choice,
  text = String(given),
): string[] {
  if (Number.isInteger(given) && given >= least && given <= most) return [];
  return [`${what} must be a whole number from ${least} to ${most}, got \`${text}\``];
}

export function faultsOfDuration(what: string, given: unknown, choice: Choice): string[] {
  if (!isDuration(given)) {
    return [
      `${what} must be a Duration of aws-cdk-lib, such as \`Duration.minutes(${choice.usual})\`, got ${shown(given)}`,
    ];
  }
  return faultsOfMinutes(`${what} in minutes`, given.toMinutes({ integral: false }), choice);
}

/** By what it can do: an app may have a CDK of its own beside ours. */
function isDuration(given: unknown): given is Duration {
  return isRecord(given) && typeof given.toMinutes === 'function';
}

import type { Duration } from 'aws-cdk-lib';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';

/** What must not be deployed: all reasons at once, each a line for people. */
export class DeploymentRefused extends Error {
  override readonly name = 'DeploymentRefused';
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(reasons.join('\n'));
    this.reasons = reasons;
  }
}

/** Values that a program in plain JavaScript gives, whose types no compiler has checked. */

/** A value for a message. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `\`${value}\``;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : `an object with ${keysOf(value)}`;
  return typeof value === 'function' ? 'a function' : `\`${String(value)}\``;
}

function keysOf(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'no keys' : `the keys ${keys.map((key) => `\`${key}\``).join(', ')}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param such what it may be, for people */
export function validateText(what: string, value: unknown, such: string): string[] {
  return typeof value === 'string' && value !== ''
    ? []
    : [`${what} must be ${such}, got ${formatValue(value)}`];
}

/** What may be chosen, in whole minutes, and what is taken when it is not. */
export interface MinutesRange {
  readonly defaultMinutes: number;
  readonly min: number;
  readonly max: number;
}

/** A time-out is a minute less and at least one; an hour is long enough to be told late. */
export const INTERVAL_RANGE: MinutesRange = { defaultMinutes: 5, min: 2, max: 60 };

/** A week is how long a request waits at most: what takes longer than that to come up was forgotten. */
export const AVAILABLE_WITHIN_RANGE: MinutesRange = {
  defaultMinutes: AVAILABLE_WITHIN_MS / 60_000,
  min: 1,
  max: 7 * 24 * 60,
};

/** @param what is how the choice is called where it was made */
export function validateMinutes(
  what: string,
  given: number,
  { min, max }: MinutesRange,
  text = String(given),
): string[] {
  if (Number.isInteger(given) && given >= min && given <= max) return [];
  return [`${what} must be a whole number from ${min} to ${max}, got \`${text}\``];
}

export function validateDuration(what: string, given: unknown, choice: MinutesRange): string[] {
  if (!isDuration(given)) {
    return [
      `${what} must be a Duration of aws-cdk-lib, such as \`Duration.minutes(${choice.defaultMinutes})\`, got ${formatValue(given)}`,
    ];
  }
  return validateMinutes(`${what} in minutes`, given.toMinutes({ integral: false }), choice);
}

/** By what it can do: an app may have a CDK of its own beside ours. */
function isDuration(given: unknown): given is Duration {
  return isRecord(given) && typeof given.toMinutes === 'function';
}

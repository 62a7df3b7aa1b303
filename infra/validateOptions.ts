import type { Duration } from 'aws-cdk-lib';
import { isRecord } from '../core/decoders.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';

/** The deployment is refused. Has all reasons, each a line of text. */
export class DeploymentRefused extends Error {
  override readonly name = 'DeploymentRefused';
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(reasons.join('\n'));
    this.reasons = reasons;
  }
}

/** Allowed values of an option, in whole minutes. */
export interface MinutesRange {
  readonly defaultMinutes: number;
  readonly min: number;
  readonly max: number;
}

/** The function's time-out is a minute less, and at least one minute; an hour is the longest acceptable delay. */
export const INTERVAL_RANGE: MinutesRange = { defaultMinutes: 5, min: 2, max: 60 };

/** At most a week, which is the lifetime of a request at OUTSCALE. */
export const AVAILABLE_WITHIN_RANGE: MinutesRange = {
  defaultMinutes: AVAILABLE_WITHIN_MS / 60_000,
  min: 1,
  max: 7 * 24 * 60,
};

/** @param what names the option in the message */
export function validateMinutes(
  what: string,
  value: number,
  { min, max }: MinutesRange,
  text = String(value),
): string[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [`${what} must be a whole number from ${min} to ${max}, got \`${text}\``];
}

export function validateDuration(what: string, value: unknown, range: MinutesRange): string[] {
  if (!isDuration(value)) {
    return [
      `${what} must be a Duration of aws-cdk-lib, such as \`Duration.minutes(${range.defaultMinutes})\`, got ${formatValue(value)}`,
    ];
  }
  return validateMinutes(`${what} in minutes`, value.toMinutes({ integral: false }), range);
}

/** Duck typing: the user's app may have another copy of aws-cdk-lib. */
function isDuration(value: unknown): value is Duration {
  return isRecord(value) && typeof value.toMinutes === 'function';
}

export function validateBoolean(what: string, value: unknown): string[] {
  return typeof value === 'boolean' ? [] : [`${what} must be true or false, got ${formatValue(value)}`];
}

/** @param expected describes the allowed values in the message */
export function validateText(what: string, value: unknown, expected: string): string[] {
  return typeof value === 'string' && value !== ''
    ? []
    : [`${what} must be ${expected}, got ${formatValue(value)}`];
}

/** Formats a value of any type for a message. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `\`${value}\``;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : `an object with ${formatKeys(value)}`;
  return typeof value === 'function' ? 'a function' : `\`${String(value)}\``;
}

function formatKeys(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'no keys' : `the keys ${keys.map((key) => `\`${key}\``).join(', ')}`;
}

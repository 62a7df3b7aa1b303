import { quote } from '../core/printableText.ts';
import type { Problem } from './diagnostic.ts';
import { patternHint, type SchemaHints } from './scalarSchemas.ts';

const DURATION = /^P(?:(\d+)W|(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/;
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const WRITE_DURATION =
  'write days, hours, minutes and seconds as in `P7D` or `P1DT12H`; months and years have no fixed length';

/** A duration that is not zero. JSON Schema cannot check the maximum, and its own format `duration` rejects `PT1H1S`. */
export const DURATION_HINTS: SchemaHints = {
  ...patternHint(DURATION.source, WRITE_DURATION),
  allOf: [patternHint('[1-9]', WRITE_DURATION)],
};

/** Ten years: more is certainly a mistake, and sums of such times are out of the range of dates. */
const LONGEST = 3650 * DAY;

/** The seconds of an ISO 8601 duration in weeks, or in days, hours, minutes and seconds; `null` when it is invalid or too long. */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text);
  if (parts === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const total = (weeks * 7 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds;
  return total > 0 && total <= LONGEST ? total : null;
}

/** The problem with a text that is not a valid duration. */
export function checkDuration(text: string): Problem | null {
  if (parseDuration(text) !== null) return null;
  return {
    code: 'duration',
    message: `${quote(text)} is not a duration between one second and ten years`,
    fix: WRITE_DURATION,
  };
}

const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d{1,3})?(Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

const WRITE_INSTANT = 'write date, time and offset, such as `2026-11-01T00:00:00Z`';

/** A date-time whose day exists in some year. JSON Schema's own format `date-time` rejects times without seconds. */
export const INSTANT_HINTS: SchemaHints = patternHint(
  '^\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|[12]\\d))' +
    'T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?(\\.\\d{1,3})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$',
  WRITE_INSTANT,
);

/** The instant as `toISOString` writes it; `null` when the text is not a date-time with an offset, or the day does not exist. */
export function parseInstant(text: string): string | null {
  const [, date, time, seconds = ':00', fraction = '', offset, sign, hours = '0', minutes = '0'] =
    INSTANT.exec(text) ?? [];
  if (date === undefined || offset === undefined) return null;
  const local = new Date(`${date}T${time}${seconds}${fraction}Z`);
  // A 30th of February rolls over into March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${date}T${time}${seconds}`))
    return null;
  const ahead = (Number(hours) * HOUR + Number(minutes) * MINUTE) * (sign === '-' ? -1 : 1);
  return new Date(local.getTime() - ahead * 1000).toISOString();
}

/** The problem with a text that is not a valid instant. */
export function checkInstant(text: string): Problem | null {
  if (parseInstant(text) !== null) return null;
  const quoted = quote(text);
  for (const [rest, what] of [
    ['Z', 'an offset'],
    ['T00:00:00Z', 'time and offset'],
  ]) {
    if (parseInstant(`${text}${rest}`) === null) continue;
    return {
      code: 'instant',
      message: `${quoted} lacks ${what}`,
      fix: `write \`${text}${rest}\`, or another offset such as \`+02:00\``,
    };
  }
  return {
    code: 'instant',
    message: INSTANT.test(text)
      ? `${quoted} does not exist in the calendar`
      : `${quoted} is not a date and time`,
    fix: WRITE_INSTANT,
  };
}

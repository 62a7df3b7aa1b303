import { createHash } from 'node:crypto';
import { CI_COMMAND, compareByCodePoint, escapeCharacter } from './printableText.ts';

/** Control and invisible characters that `JSON.stringify` does not escape, and the start of a command to a CI system. */
const RAW_IN_JSON = new RegExp(
  `[\\u{7f}-\\u{9f}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Default_Ignorable_Code_Point}\\p{Zl}\\p{Zp}]|${CI_COMMAND.source}`,
  'gu',
);

/** JSON that is safe to print: the same data, with control and invisible characters written as `\uXXXX`. */
export function printableJson(value: unknown, indent = 0): string {
  const units = (c: string): string =>
    [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, null, indent).replace(RAW_IN_JSON, units);
}

/**
 * A replacer for `JSON.stringify`, where its output cannot be processed: texts become safe to print, but differ from the
 * original.
 */
export function printableValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(RAW_IN_JSON, escapeCharacter) : value;
}

/**
 * JSON without white space, with sorted keys (whole numbers first, then by UTF-16 code unit): equal data gives equal text.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => compareByCodePoint(a, b)))
      : part,
  );
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

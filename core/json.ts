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
  // A replacer of `JSON.stringify` would do the same, several times slower.
  return JSON.stringify(withSortedKeys(value));
}

/** The same data with the keys of every object in order; an object whose keys are in order already is not copied. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(withSortedKeys);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const entries = Object.entries(value);
  const inner = entries.map(([key, part]): [string, unknown] => [key, withSortedKeys(part)]);
  const isSorted = entries.every(
    ([key], i) => i === 0 || compareByCodePoint(entries[i - 1]?.[0] ?? '', key) < 0,
  );
  const isSame = inner.every(([, part], i) => part === entries[i]?.[1]);
  return isSorted && isSame ? value : Object.fromEntries(inner.sort(([a], [b]) => compareByCodePoint(a, b)));
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

import { createHash } from 'node:crypto';
import { compareByCodePoint, escapeCharacter } from './printableText.ts';

/** What steers or hides and JSON leaves as it is; line breaks and the like it writes as escapes of its own. */
const RAW_IN_JSON = /[\u{7f}-\u{9f}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

/** JSON that may be printed: the same data, with what steers a terminal or hides from a reader written as `\uXXXX`. */
export function printableJson(value: unknown, indent = 0): string {
  const units = (c: string): string =>
    [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, null, indent).replace(RAW_IN_JSON, units);
}

/** For `JSON.stringify` where its text cannot be had: texts come out printable, though not the same. */
export function printableValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(RAW_IN_JSON, escapeCharacter) : value;
}

/** JSON without white space, keys by UTF-16 code unit, whole numbers among them first: equal data gives equal text. */
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

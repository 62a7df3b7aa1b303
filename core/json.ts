import { createHash } from 'node:crypto';
import { byCodePoint } from './printableText.ts';

/** JSON without white space, keys by UTF-16 code unit, whole numbers among them first: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => byCodePoint(a, b)))
      : part,
  );
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

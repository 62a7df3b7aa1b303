import { byCodePoint } from '../core/printableText.ts';

/** By code point, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(byCodePoint);
}

/** A map's entries by key. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => byCodePoint(a, b));
}

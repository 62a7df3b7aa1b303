import { isRecord } from '../../core/decoders.ts';

/** The most calls of one look-up, so that it takes a limited time: what is not on these pages is not found. */
export const MOST_CALLS = 6;

/** The longest text that is kept of a log. */
const MAX_TEXT = 500;

/** Reads a text of a log; `null`: it has none. Control characters and cut halves of a character are replaced, so that the ledger can keep it. */
export function readText(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  return value
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, MAX_TEXT)
    .toWellFormed();
}

/** Reads an instant, to milliseconds; `null`: it is none. */
export function readInstant(value: unknown): string | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Reads an object that the log has as JSON text; empty: it is none. */
export function parseObject(text: unknown): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

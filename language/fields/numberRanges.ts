import * as z from 'zod';
import type { Range } from '../../core/fields/matchField.ts';
import { quote } from '../../core/printableText.ts';
import type { DiagnosticCode, Problem } from '../diagnostic.ts';
import { describePossibleKey } from '../possibleKeys.ts';
import { refineWith, type SchemaHints } from '../scalarSchemas.ts';

/** Maximum of each half: 16 bits. */
const HALF = 65535;

/** The plain number of an ASN in asdot notation (RFC 5396), such as `65000.100`; `null` when the text is not one. */
export function parseAsdot(text: string): number | null {
  const [, high, low] = /^(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return null;
  const [a, b] = [Number(high), Number(low)];
  const plain = a * (HALF + 1) + b;
  return a > HALF || b > HALF || plain === 0 ? null : plain;
}

/** The plain form of an ASN, or a range of ASNs, in asdot notation or with the prefix `AS`; `null` when the text is neither. */
export function toPlainAsn(written: string): string | null {
  const ends = written.split('-').map((end) => {
    const text = end.trim().replace(/^AS/i, '');
    return parseAsdot(text) ?? (/^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : null);
  });
  const [from, to, ...others] = ends;
  if (from === undefined || from === null || to === null || others.length > 0) return null;
  return to === undefined ? String(from) : `${from}-${to}`;
}

const RANGE = /^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$/;

/** A kind of number: its name and its bounds. */
export interface NumberKind {
  readonly code: DiagnosticCode;
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** the number or range that an invalid text was meant as, if that is known */
  readonly meant?: (written: string) => string | null;
  /** whether an invalid text can be shown in a message; absent: every text can */
  readonly canBeShown?: (written: string) => boolean;
}

/** A number, or a range such as `100-199`, both ends inclusive. */
export function numberOrRange(kind: NumberKind, description: string) {
  const errorMessage = describeExample(kind);
  const number = z.number().meta({ type: 'integer', minimum: kind.least, maximum: kind.most, errorMessage });
  const text = z.string().meta({ ...rangeUpTo(kind.most), errorMessage });
  return z
    .union([number, text])
    .superRefine(refineWith((value) => checkRange(kind, value)))
    .meta({ description });
}

/** A pattern for two numbers from 1 to `most`. JSON Schema cannot compare them. */
function rangeUpTo(most: number): SchemaHints {
  const number = `(${[...patternsOfFewerDigits(most), ...patternsOfEqualDigits(String(most))].join('|')})`;
  return { pattern: `^${number}-${number}$` };
}

function patternsOfFewerDigits(most: number): string[] {
  const digits = String(most).length - 1;
  return digits === 0 ? [] : [`[1-9][0-9]{0,${digits - 1}}`];
}

/** Patterns for the numbers up to `most` with as many digits: those that share its first digits and have a lower one next, and itself. */
function patternsOfEqualDigits(most: string): string[] {
  const lesser = [...most].flatMap((digit, i) => {
    const [from, to] = [i === 0 ? 1 : 0, Number(digit) - 1];
    if (to < from) return [];
    return [`${most.slice(0, i)}[${from}-${to}][0-9]{${most.length - i - 1}}`];
  });
  return [...lesser, most];
}

/** The ranges sorted, with overlapping and adjacent ones merged. */
export function mergeRanges(written: readonly (number | string)[]): Range[] {
  const merged: Range[] = [];
  for (const [from, to] of written.map(readRange).sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1] + 1) merged.push([from, to]);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return merged;
}

/** Reads a range that the schema accepted. */
function readRange(written: number | string): Range {
  if (typeof written === 'number') return [written, written];
  const [from, to] = written.split('-').map(Number);
  return [from ?? Number.NaN, to ?? Number.NaN];
}

function describeExample({ least }: NumberKind): string {
  return `write a number such as \`${least + 99}\`, or a range such as \`${least + 99}-${least + 198}\``;
}

function checkRange(kind: NumberKind, written: number | string): Problem | null {
  const { code, name, least, most } = kind;
  if (typeof written === 'string' && !RANGE.test(written)) {
    const meant = kind.meant?.(written) ?? null;
    const fix = /^[1-9][0-9]*$/.test(written)
      ? `write it without quotes: ${written}`
      : meant === null
        ? describeExample(kind)
        : `write it in plain digits: ${meant}`;
    const canBeShown = kind.canBeShown?.(written) ?? true;
    return {
      code,
      message: describePossibleKey(written, canBeShown, `is neither a valid ${name} nor a range`),
      fix,
    };
  }
  const [from, to] = readRange(written);
  const quoted = quote(String(written));
  if (from < least || to > most || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    return {
      code,
      message: `${quoted} is not a valid ${name}`,
      fix: `write numbers from ${least} to ${most}`,
    };
  }
  if (from > to) return { code, message: `range ${quoted} is reversed`, fix: `write \`${to}-${from}\`` };
  return null;
}

import * as z from 'zod';
import type { Range } from '../../lambda/core/fields/range.ts';
import { quote } from '../../lambda/core/text.ts';
import type { Complaint, FaultCode } from '../fault.ts';
import { complaining } from '../leaf.ts';

const RANGE = /^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$/;

/** What numbers of a kind are called, and between which they lie. */
export interface Kind {
  readonly code: FaultCode;
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** A number, or a range as `100-199`: both ends belong to it. */
export function numberOrRange(kind: Kind, description: string) {
  const number = z.number().meta({ type: 'integer', minimum: kind.least, maximum: kind.most });
  const text = z.string().meta({ pattern: RANGE.source });
  return z
    .union([number, text])
    .superRefine(complaining((value) => fault(kind, value)))
    .meta({ description });
}

/** Sorted, overlapping and adjacent ranges made one. */
export function mergedRanges(written: readonly (number | string)[]): Range[] {
  const merged: Range[] = [];
  for (const [from, to] of written.map(readRange).sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1] + 1) merged.push([from, to]);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return merged;
}

/** Of what the schema accepted. */
function readRange(written: number | string): Range {
  if (typeof written === 'number') return [written, written];
  const [from, to] = written.split('-').map(Number);
  return [from ?? Number.NaN, to ?? Number.NaN];
}

function fault({ code, name, least, most }: Kind, written: number | string): Complaint | null {
  if (typeof written === 'string' && !RANGE.test(written)) {
    const mend = /^[1-9][0-9]*$/.test(written)
      ? `write it without quotes: ${written}`
      : `write a number such as \`${least + 99}\`, or a range such as \`${least + 99}-${least + 198}\``;
    return { code, message: `${quote(written)} is no ${name} and no range of them`, mend };
  }
  const [from, to] = readRange(written);
  const told = quote(String(written));
  if (from < least || to > most || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    return { code, message: `${told} is no ${name}`, mend: `write numbers from ${least} to ${most}` };
  }
  if (from > to) return { code, message: `range ${told} is reversed`, mend: `write \`${to}-${from}\`` };
  return null;
}

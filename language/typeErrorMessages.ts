import { escapeText, formatList, quote } from '../core/printableText.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import type { Path, Problem } from './diagnostic.ts';
import { parseAsdot } from './fields/numberRanges.ts';
import { findNearest } from './unknownKeys.ts';
import type { SourceNode } from './yaml/sourceNode.ts';

/** @param expected what zod calls it, or `number or text` */
export function describeWrongType(expected: string, place: SourceNode, path: Path): Problem {
  const wantsNumber = ['number', 'int', 'number or text'].includes(expected);
  if (wantsNumber && place.kind === 'scalar' && Number.isNaN(place.value))
    return oddNumber(place.source, path);
  if (isAccount(path) && isUnquoted(place)) return unquotedAccount(place.source);
  const message = `must be ${TYPES[expected] ?? expected}, is ${described(place)}`;
  return { code: 'wrong-type', message, fix: mend(expected, place) };
}

/** One of a few values was wanted. */
export function describeWrongValue(values: readonly string[], place: SourceNode): Problem {
  const wanted = formatList(values.map((value) => `\`${value}\``)).replace(' and ', ' or ');
  const written = place.kind === 'scalar' ? place.source : '';
  const slip = values.find((value) => value === written) ?? findNearest(written, values);
  // The right word may stand in quotes where a number is wanted.
  const fix =
    slip === written
      ? `write it without quotes: ${slip}`
      : slip === null
        ? `write ${wanted}`
        : `did you mean \`${slip}\`?`;
  return { code: 'wrong-value', message: `must be ${wanted}, is ${described(place)}`, fix };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  'number or text': 'a number or a range',
};

function described(place: SourceNode): string {
  switch (place.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'unreadable':
      return 'unreadable';
    case 'scalar':
      if (place.source === '' && place.value === null) return 'empty';
      return `${typeof place.value === 'string' ? 'the text ' : ''}${quote(place.source)}`;
    default:
      return place satisfies never;
  }
}

function mend(expected: string, place: SourceNode): string {
  if (place.kind === 'scalar' && place.value === null) return 'write a value, or remove the key';
  const written = place.kind === 'scalar' ? escapeText(place.source) : null;
  switch (expected) {
    case 'string':
      return isUnquoted(place)
        ? `write it in quotes: "${written}"`
        : (colonInText(place) ?? 'write one text');
    case 'array':
      return written === null
        ? 'write its items in brackets, as in `[a, b]`'
        : `write it in brackets: [${written}]`;
    case 'object':
    case 'record':
      return 'write `key: value` lines under it, indented';
    case 'boolean':
      return 'write `true` or `false`';
    default:
      return written !== null && /^[0-9]+$/.test(written)
        ? `write it without quotes: ${written}`
        : 'write one number in plain digits';
  }
}

/** YAML reads a text that ends in a colon, or has one before a blank, as a key; `null`: the map is none of these. */
function colonInText(place: SourceNode): string | null {
  const [[key, value] = [], ...others] = place.kind === 'map' ? [...place.children] : [];
  if (key === undefined || value?.kind !== 'scalar' || others.length > 0) return null;
  const isEnd = value.source === '';
  const meant = escapeText(isEnd ? `${key}:` : `${key}: ${value.source}`);
  // Nobody means a key by an address.
  if (isEnd && key.endsWith(':'))
    return `put it in quotes: "${meant}", since \`::\` at the end makes it a key`;
  return `write one text; a colon ${isEnd ? 'at its end' : 'before a blank'} makes it a key: put it in quotes if that is meant, "${meant}"`;
}

function isAccount(path: Path): boolean {
  if (path.at(-1) === 'ownerAccount') return true;
  const [top, ...below] = path;
  return below.at(-1) === 'account' && below.length === (top === 'recipient' ? 1 : top === 'owners' ? 2 : -1);
}

/** A number, `true` or `false`: texts in the eyes of most people. */
function isUnquoted(place: SourceNode): place is Extract<SourceNode, { kind: 'scalar' }> {
  return place.kind === 'scalar' && (typeof place.value === 'number' || typeof place.value === 'boolean');
}

function unquotedAccount(source: string): Problem {
  return {
    code: 'unquoted-account',
    message: `account ID ${quote(source)} is not in quotes, so YAML reads a number and may lose digits`,
    fix: ACCOUNT.test(source)
      ? `write it in quotes: "${source}"`
      : 'write its 12 digits in quotes, as in "012345678901"',
  };
}

function oddNumber(source: string, path: Path): Problem {
  const value = Number(source);
  if (/^-?[0-9]+$/.test(source) && !Number.isSafeInteger(value)) {
    const message = `is too long a number: ${quote(source)}`;
    return { code: 'number-range', message, fix: 'write one of up to 15 digits' };
  }
  // Of `65010.0`, YAML's number would be another autonomous system.
  const asn = path.findLast((step) => typeof step === 'string') === 'asn' ? parseAsdot(source) : null;
  if (asn !== null) {
    const message = `must be a whole number in plain digits, is asdot ${quote(source)}`;
    return { code: 'number-spelling', message, fix: `write it in plain digits: ${asn}` };
  }
  return {
    code: 'number-spelling',
    message: `must be a whole number in plain digits, is ${quote(source)}`,
    fix: Number.isSafeInteger(value) ? `write ${value}, if that is meant` : 'write it in plain digits',
  };
}

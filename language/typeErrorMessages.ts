import { escapeText, formatList, quote } from '../core/printableText.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import type { Path, Problem } from './diagnostic.ts';
import { parseAsdot } from './fields/numberRanges.ts';
import { findNearest } from './unknownKeys.ts';
import type { SourceNode } from './yaml/sourceNode.ts';

/** @param expected zod's name of the type, or `number or text` */
export function describeWrongType(expected: string, place: SourceNode, path: Path): Problem {
  const wantsNumber = ['number', 'int', 'number or text'].includes(expected);
  if (wantsNumber && place.kind === 'scalar' && Number.isNaN(place.value))
    return oddNumber(place.source, path);
  if (isAccount(path) && isUnquoted(place)) return unquotedAccount(place.source);
  const message = `must be ${TYPES[expected] ?? expected}, is ${described(place)}`;
  return { code: 'wrong-type', message, fix: mend(expected, place) };
}

/** The value is not one of those that are allowed. */
export function describeWrongValue(values: readonly string[], place: SourceNode): Problem {
  const wanted = formatList(values.map((value) => `\`${value}\``)).replace(' and ', ' or ');
  const written = place.kind === 'scalar' ? place.source : '';
  const slip = values.find((value) => value === written) ?? findNearest(written, values);
  // The value can be right but in quotes, where a number is required.
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

/** YAML reads a text with a colon at its end or before a space as a map. @returns the fix, or `null` if the map is not such a text */
function colonInText(place: SourceNode): string | null {
  const [[key, value] = [], ...others] = place.kind === 'map' ? [...place.children] : [];
  if (key === undefined || value?.kind !== 'scalar' || others.length > 0) return null;
  const isEnd = value.source === '';
  const meant = escapeText(isEnd ? `${key}:` : `${key}: ${value.source}`);
  // Such as an IPv6 address: it was certainly meant as a text.
  if (isEnd && key.endsWith(':'))
    return `put it in quotes: "${meant}", because \`::\` at the end makes it a key`;
  return `write one text; a colon ${isEnd ? 'at its end' : 'before a space'} makes it a key: put it in quotes if it is meant as a text, "${meant}"`;
}

function isAccount(path: Path): boolean {
  if (path.at(-1) === 'ownerAccount') return true;
  const [top, ...below] = path;
  return below.at(-1) === 'account' && below.length === (top === 'recipient' ? 1 : top === 'owners' ? 2 : -1);
}

/** Whether it is a number, `true` or `false`, which may have been meant as a text. */
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
    const message = `has too many digits: ${quote(source)}`;
    return { code: 'number-range', message, fix: 'write a number of up to 15 digits' };
  }
  // YAML reads `65010.0` as 65010, which is another autonomous system.
  const asn = path.findLast((step) => typeof step === 'string') === 'asn' ? parseAsdot(source) : null;
  if (asn !== null) {
    const message = `must be a whole number in plain digits, is asdot ${quote(source)}`;
    return { code: 'number-spelling', message, fix: `write it in plain digits: ${asn}` };
  }
  return {
    code: 'number-spelling',
    message: `must be a whole number in plain digits, is ${quote(source)}`,
    fix: Number.isSafeInteger(value)
      ? `write ${value} if that is the value meant`
      : 'write it in plain digits',
  };
}

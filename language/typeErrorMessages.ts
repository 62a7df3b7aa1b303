import { escapeText, quote } from '../core/printableText.ts';
import { formatAlternatives, type Path, type Problem } from './diagnostic.ts';
import { findNearest } from './didYouMean.ts';
import { isInBgpPart, isShowable, NOT_SHOWN, withoutKey } from './possibleKeys.ts';
import type { SourceNode } from './yaml/sourceNode.ts';

/** The value is of another type than expected. @param expected zod's name of the type, or `number or text` */
export function describeWrongType(expected: string, path: Path, node: SourceNode): Problem {
  const shown = node.kind === 'scalar' ? node.source : textOfMap(node);
  if (shown !== null && isInBgpPart(path) && !isShowable(shown, path))
    return describeHiddenType(expected, node);
  const wantsNumber = ['number', 'int', 'number or text'].includes(expected);
  if (wantsNumber && node.kind === 'scalar' && Number.isNaN(node.value))
    return describeOddNumber(node.source);
  const message = `must be ${TYPES[expected] ?? expected}, is ${describeNode(node)}`;
  const hasKey = node.kind === 'scalar' && withoutKey(node.source) !== node.source;
  return {
    code: 'wrong-type',
    message,
    fix: hasKey ? 'write a space after the colon' : fixFor(expected, node),
  };
}

/** The problem with a value of the wrong type that may be a BGP key. */
function describeHiddenType(expected: string, node: SourceNode): Problem {
  const isText = node.kind === 'scalar' && typeof node.value === 'string';
  const is = node.kind === 'map' ? 'a map' : isText ? 'a text' : 'a number';
  const message = `must be ${TYPES[expected] ?? expected}, is ${is}; ${NOT_SHOWN}`;
  const fix = expected === 'string' && is === 'a number' ? 'write it in quotes' : usualFix(expected);
  return { code: 'wrong-type', message, fix };
}

/** The value is not one of those that are allowed. */
export function describeWrongValue(values: readonly string[], node: SourceNode): Problem {
  const allowed = formatAlternatives(values.map((value) => `\`${value}\``));
  const written = node.kind === 'scalar' ? node.source : '';
  const meant = values.find((value) => value === written) ?? findNearest(written, values);
  // The value can be right but in quotes, where a number is required.
  const fix =
    meant === written
      ? `write it without quotes: ${meant}`
      : meant === null
        ? `write ${allowed}`
        : `did you mean \`${meant}\`?`;
  return { code: 'wrong-value', message: `must be ${allowed}, is ${describeNode(node)}`, fix };
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

function describeNode(node: SourceNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'unreadable':
      return 'unreadable';
    case 'scalar':
      if (node.source === '' && node.value === null) return 'empty';
      return `${typeof node.value === 'string' ? 'the text ' : ''}${quote(withoutKey(node.source))}`;
    default:
      return node satisfies never;
  }
}

function fixFor(expected: string, node: SourceNode): string {
  if (node.kind === 'scalar' && node.value === null) return 'write a value, or remove the key';
  const written = node.kind === 'scalar' ? escapeText(node.source) : null;
  switch (expected) {
    case 'string':
      return isUnquoted(node)
        ? `write it in quotes: "${written}"`
        : (colonInText(node) ?? usualFix(expected));
    case 'array':
      return written === null ? usualFix(expected) : `write it in brackets: [${written}]`;
    case 'object':
    case 'record':
    case 'boolean':
      return usualFix(expected);
    default:
      return written !== null && /^[0-9]+$/.test(written)
        ? `write it without quotes: ${written}`
        : usualFix(expected);
  }
}

/** The fix without the value. */
function usualFix(expected: string): string {
  return FIXES[expected] ?? 'write one number in plain digits';
}

const FIXES: Readonly<Record<string, string>> = {
  string: 'write one text',
  array: 'write its items in brackets, as in `[a, b]`',
  object: 'write `key: value` lines under it, indented',
  record: 'write `key: value` lines under it, indented',
  boolean: 'write `true` or `false`',
};

/** YAML reads a text with a colon at its end or before a space as a map. @returns that text, or `null` if the map is not such a text */
function textOfMap(node: SourceNode): string | null {
  const [[key, value] = [], ...others] = node.kind === 'map' ? [...node.children] : [];
  if (key === undefined || value?.kind !== 'scalar' || others.length > 0) return null;
  return value.source === '' ? `${key}:` : `${key}: ${value.source}`;
}

/** The fix for a text that YAML reads as a map, or `null` if the map is not such a text. */
function colonInText(node: SourceNode): string | null {
  const text = textOfMap(node);
  if (text === null) return null;
  const meant = escapeText(text);
  const isEnd = text.endsWith(':');
  // Such as an IPv6 address: it was certainly meant as a text.
  if (text.endsWith('::')) return `put it in quotes: "${meant}", because \`::\` at the end makes it a key`;
  return `write one text; a colon ${isEnd ? 'at its end' : 'before a space'} makes it a key: put it in quotes if it is meant as a text, "${meant}"`;
}

/** Whether it is a number, `true` or `false`, which may have been meant as a text. */
function isUnquoted(node: SourceNode): node is Extract<SourceNode, { kind: 'scalar' }> {
  return node.kind === 'scalar' && (typeof node.value === 'number' || typeof node.value === 'boolean');
}

/** A number that YAML accepts and we do not, because of its spelling or its length. */
function describeOddNumber(source: string): Problem {
  const value = Number(source);
  if (/^-?[0-9]+$/.test(source) && !Number.isSafeInteger(value)) {
    const message = `has too many digits: ${quote(source)}`;
    return { code: 'number-range', message, fix: 'write a number of up to 15 digits' };
  }
  return {
    code: 'number-spelling',
    message: `must be a whole number in plain digits, is ${quote(source)}`,
    fix: Number.isSafeInteger(value)
      ? `write ${value} if that is the value meant`
      : 'write it in plain digits',
  };
}

import { isScalar, type ParsedNode } from 'yaml';
import { escapeText, quote } from '../../core/printableText.ts';
import type { Complaint } from '../diagnostic.ts';

/** A key as text, for paths even where it is none. */
export function nameOf(key: ParsedNode): string {
  if (!isScalar(key)) return '?';
  return typeof key.value === 'string' ? key.value : key.source;
}

/** Keys that no place can have. */
export function keyRefusal(key: ParsedNode): Complaint | null {
  if (!isScalar(key) || typeof key.value !== 'string') return keyNotText(nameOf(key));
  if (key.value === '<<') return MERGE_KEY;
  return key.value === '__proto__' ? PROTO_KEY : null;
}

/** @param line where the key stands first */
export function duplicateKey(name: string, line: number): Complaint {
  return {
    code: 'duplicate-key',
    message: `key ${quote(name)} stands in line ${line} already`,
    mend: 'merge the two, or rename one',
  };
}

function keyNotText(name: string): Complaint {
  const mend = name === '?' || name === '' ? 'write a name' : `write it in quotes: "${escapeText(name)}"`;
  return { code: 'key-not-text', message: 'a key must be a text', mend };
}

const MERGE_KEY: Complaint = {
  code: 'merge-key',
  message: 'merge key `<<` is not allowed',
  mend: 'write the keys out, so that each place shows what it says',
};

const PROTO_KEY: Complaint = {
  code: 'unknown-key',
  message: '`__proto__` is a key nowhere',
  mend: 'remove it',
};

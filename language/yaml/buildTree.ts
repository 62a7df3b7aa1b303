import { isMap, isScalar, isSeq, type LineCounter, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { escapeText, quote } from '../../core/printableText.ts';
import type { Path, Problem } from '../diagnostic.ts';
import { spendSteps } from '../stepLimit.ts';
import {
  appendNode,
  mergeDuplicateKeys,
  type ProblemAtOffset,
  type ScalarValue,
  type SourceNode,
} from './sourceNode.ts';

/** A key as text for paths, even if it is not a text. */
function keyText(key: ParsedNode): string {
  if (!isScalar(key)) return '?';
  return typeof key.value === 'string' ? key.value : key.source;
}

/** The problem with a key that no map can have. */
function refuseKey(key: ParsedNode): Problem | null {
  if (!isScalar(key) || typeof key.value !== 'string') return keyNotText(keyText(key));
  if (key.value === '<<') return MERGE_KEY;
  return key.value === '__proto__' ? PROTO_KEY : null;
}

/** @param line of the first occurrence of the key */
function duplicateKey(name: string, line: number): Problem {
  return {
    code: 'duplicate-key',
    message: `key ${quote(name)} is already in line ${line}`,
    fix: 'merge the two, or rename one',
  };
}

function keyNotText(name: string): Problem {
  const fix = name === '?' || name === '' ? 'write a name' : `write it in quotes: "${escapeText(name)}"`;
  return { code: 'key-not-text', message: 'a key must be a text', fix };
}

const MERGE_KEY: Problem = {
  code: 'merge-key',
  message: 'merge key `<<` is not allowed',
  fix: 'write the keys out, so that each part of the file can be read by itself',
};

const PROTO_KEY: Problem = {
  code: 'unknown-key',
  message: '`__proto__` is not a valid key',
  fix: 'remove it',
};

/** A problem at an offset of the text and a path of the data. */
export interface ProblemAtPath extends ProblemAtOffset {
  readonly path: Path;
}

export interface SourceTree {
  readonly root: SourceNode;
  readonly problems: readonly ProblemAtPath[];
}

/**
 * Turns one document into plain data with positions.
 * @param refused problems of tokens, by position: each gets the path of the node that it belongs to
 */
export function buildTree(
  top: ParsedNode | null,
  refused: readonly ProblemAtOffset[],
  lines: LineCounter,
): SourceTree {
  const growth: Growth = { refused, lines, claimed: 0, located: [] };
  const root = walk(growth, top, [], null);
  claim(growth, [], Number.POSITIVE_INFINITY);
  return { root, problems: growth.located };
}

interface Growth {
  readonly refused: readonly ProblemAtOffset[];
  readonly lines: LineCounter;
  /** how many of `refused` have their path */
  claimed: number;
  readonly located: ProblemAtPath[];
}

/** Anchors and tags come directly before their node. */
function claim(growth: Growth, path: Path, upTo: number): void {
  const { refused, located } = growth;
  for (let next = refused[growth.claimed]; next && next.offset <= upTo; next = refused[++growth.claimed]) {
    spendSteps();
    located.push({ ...next, path });
  }
}

function walk(growth: Growth, node: ParsedNode | null, path: Path, key: number | null): SourceNode {
  spendSteps();
  if (node === null) {
    const start = key ?? 0;
    return { kind: 'scalar', value: null, source: '', key, start, end: start };
  }
  const [from, end] = node.range;
  claim(growth, path, from);
  // If nothing is written after a key, the position is that of the key.
  const span = { key, start: from === end ? (key ?? from) : from, end };
  if (isMap(node)) {
    const isPartial = node.items.some(({ key: name }) => refuseKey(name) !== null);
    return { kind: 'map', children: walkMap(growth, node, path), isPartial, ...span };
  }
  if (isSeq(node)) {
    const children = node.items.map((item, i) => walk(growth, item, [...path, i], null));
    return { kind: 'list', children, ...span };
  }
  // A tag can turn a text into anything.
  if (isScalar(node) && node.tag === undefined)
    return { kind: 'scalar', value: scalarOf(node), source: node.source, ...span };
  return { kind: 'unreadable', ...span };
}

function walkMap(growth: Growth, map: YAMLMap.Parsed, path: Path): Map<string, SourceNode> {
  const written = new Map<string, SourceNode[]>();
  for (const { key, value } of map.items) {
    const [offset] = key.range;
    const name = keyText(key);
    const here = [...path, name];
    claim(growth, here, offset);
    // A map can be a key: this finds the refused tokens in it.
    walk(growth, key, here, offset);
    const refusal = refuseKey(key);
    const complaint = refusal ?? repetition(growth, name, written.get(name)?.[0]);
    if (complaint !== null) growth.located.push({ ...complaint, offset, path: here });
    const place = walk(growth, value, here, offset);
    if (refusal === null) appendNode(written, name, place);
  }
  return mergeDuplicateKeys(written);
}

function repetition({ lines }: Growth, name: string, first: SourceNode | undefined): Problem | null {
  return first === undefined ? null : duplicateKey(name, lines.linePos(first.key ?? first.start).line);
}

/** Each number has one spelling: `1e3`, `0x10`, `010`, `1.0` and `.inf` are refused, and so are numbers that would lose digits. */
function scalarOf({ value, source }: Scalar.Parsed): ScalarValue {
  if (typeof value === 'number')
    return /^(0|-?[1-9][0-9]*)$/.test(source) && Number.isSafeInteger(value) ? value : Number.NaN;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

import { isMap, isScalar, isSeq, type LineCounter, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { escapeText, quote } from '../../core/printableText.ts';
import type { Path, Problem } from '../diagnostic.ts';
import { isPossibleKeyName } from '../possibleKeys.ts';
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

/** The problem with a key that no map can have. @param path of the key */
function refuseKey(key: ParsedNode, path: Path): Problem | null {
  if (!isScalar(key) || typeof key.value !== 'string') return describeKeyNotText(path);
  if (key.value === '<<') return MERGE_KEY;
  return key.value === '__proto__' ? PROTO_KEY : null;
}

/** The problem of a repeated key. @param line of the first occurrence of the key */
function describeDuplicateKey(path: Path, line: number): Problem {
  const what = isPossibleKeyName(path) ? 'a key of this name' : `key ${quote(String(path.at(-1)))}`;
  return {
    code: 'duplicate-key',
    message: `${what} is already in line ${line}`,
    fix: 'merge the two, or rename one',
  };
}

function describeKeyNotText(path: Path): Problem {
  const name = String(path.at(-1));
  const fix =
    name === '?' || name === '' || isPossibleKeyName(path)
      ? 'write a name'
      : `write it in quotes: "${escapeText(name)}"`;
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

/** The data of a document, and the problems found in it. */
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
  const state: BuildState = { refused, lines, assigned: 0, problems: [] };
  const root = buildNode(state, top, [], null);
  assignPaths(state, [], Number.POSITIVE_INFINITY);
  return { root, problems: state.problems };
}

/** The state of building a tree. */
interface BuildState {
  readonly refused: readonly ProblemAtOffset[];
  readonly lines: LineCounter;
  /** how many of `refused` have their path */
  assigned: number;
  readonly problems: ProblemAtPath[];
}

/** Anchors and tags come directly before their node. */
function assignPaths(state: BuildState, path: Path, upTo: number): void {
  const { refused, problems } = state;
  for (let next = refused[state.assigned]; next && next.offset <= upTo; next = refused[++state.assigned]) {
    spendSteps();
    problems.push({ ...next, path });
  }
}

function buildNode(state: BuildState, node: ParsedNode | null, path: Path, key: number | null): SourceNode {
  spendSteps();
  if (node === null) {
    const start = key ?? 0;
    return { kind: 'scalar', value: null, source: '', key, start, end: start };
  }
  const [from, end] = node.range;
  assignPaths(state, path, from);
  // If nothing is written after a key, the position is that of the key.
  const span = { key, start: from === end ? (key ?? from) : from, end };
  if (isMap(node)) {
    const isPartial = node.items.some(({ key: name }) => refuseKey(name, [...path, keyText(name)]) !== null);
    return { kind: 'map', children: buildMap(state, node, path), isPartial, ...span };
  }
  if (isSeq(node)) {
    const children = node.items.map((item, i) => buildNode(state, item, [...path, i], null));
    return { kind: 'list', children, ...span };
  }
  // A tag can turn a text into anything.
  if (isScalar(node) && node.tag === undefined)
    return { kind: 'scalar', value: readScalar(node), source: node.source, ...span };
  return { kind: 'unreadable', ...span };
}

function buildMap(state: BuildState, map: YAMLMap.Parsed, path: Path): Map<string, SourceNode> {
  const written = new Map<string, SourceNode[]>();
  for (const { key, value } of map.items) {
    const [offset] = key.range;
    const name = keyText(key);
    const here = [...path, name];
    assignPaths(state, here, offset);
    // A map can be a key: this finds the refused tokens in it.
    buildNode(state, key, here, offset);
    const refusal = refuseKey(key, here);
    const problem = refusal ?? findRepetition(state, here, written.get(name)?.[0]);
    if (problem !== null) state.problems.push({ ...problem, offset, path: here });
    const child = buildNode(state, value, here, offset);
    if (refusal === null) appendNode(written, name, child);
  }
  return mergeDuplicateKeys(written);
}

function findRepetition({ lines }: BuildState, path: Path, first: SourceNode | undefined): Problem | null {
  return first === undefined
    ? null
    : describeDuplicateKey(path, lines.linePos(first.key ?? first.start).line);
}

/** Each number has one spelling: `1e3`, `0x10`, `010`, `1.0` and `.inf` are refused, and so are numbers that would lose digits. */
function readScalar({ value, source }: Scalar.Parsed): ScalarValue {
  if (typeof value === 'number')
    return /^(0|-?[1-9][0-9]*)$/.test(source) && Number.isSafeInteger(value) ? value : Number.NaN;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

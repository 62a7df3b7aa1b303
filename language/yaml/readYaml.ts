import { Composer, isScalar, LineCounter, type ParsedNode, type YAMLParseError } from 'yaml';
import { escapeText } from '../../core/printableText.ts';
import type { Problem } from '../diagnostic.ts';
import { buildTree, type ProblemAtPath } from './buildTree.ts';
import { scanTokens } from './refusedSyntax.ts';
import type { ProblemAtOffset, SourceNode } from './sourceNode.ts';

export interface ParsedYaml {
  readonly lines: LineCounter;
  /** `null` when there is nothing to check */
  readonly root: SourceNode | null;
  readonly problems: readonly ProblemAtPath[];
  /** the offset up to which the text was certainly read as meant; infinite without an error of syntax */
  readonly reliableUpTo: number;
}

/** Maximum length of a file in UTF-16 units: four times that of a policy with a thousand owners. */
const LARGEST = 2_000_000;

/** Reads one document of plain YAML 1.2: maps, lists and scalars. Never throws. */
export function readYaml(text: string): ParsedYaml {
  if (text.length > LARGEST) return emptyResult({ lines: new LineCounter() }, [{ ...TOO_LARGE, offset: 0 }]);
  const source = scanTokens(text);
  if (source.tooDeep !== null) return emptyResult(source, [source.tooDeep]);
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false } as const;
  const [first, second] = new Composer(options).compose(source.tokens, true, text.length);
  const errors = first === undefined ? [] : [...first.errors, ...(second?.errors ?? [])];
  const problems: ProblemAtOffset[] = errors.map(describeSyntaxError);
  if (second !== undefined) problems.push({ ...SECOND_DOCUMENT, offset: second.range[0] });
  if (first === undefined || isEmptyNode(first.contents)) {
    // A second document, or an error of syntax, is more useful than the message that the file is empty.
    const empty = problems.length === 0 && source.refused.length === 0 ? [{ ...EMPTY, offset: 0 }] : problems;
    return emptyResult(source, [...empty, ...source.refused]);
  }
  const tree = buildTree(first.contents, source.refused, source.lines);
  return {
    lines: source.lines,
    root: tree.root,
    problems: [...problems.map((problem) => ({ ...problem, path: [] })), ...tree.problems],
    reliableUpTo: findReliableEnd(text, errors),
  };
}

/** The line of the first error of syntax is not certain, nor is the last line with content before it, which may continue there. */
function findReliableEnd(text: string, errors: readonly YAMLParseError[]): number {
  if (errors.length === 0) return Number.POSITIVE_INFINITY;
  const firstError = errors.reduce((least, { pos }) => Math.min(least, pos[0]), text.length);
  const lines = text.slice(0, firstError).split('\n').slice(0, -1);
  const last = lines.findLastIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.slice(0, Math.max(last, 0)).reduce((length, line) => length + line.length + 1, 0);
}

function emptyResult({ lines }: { lines: LineCounter }, problems: readonly ProblemAtOffset[]): ParsedYaml {
  return { lines, root: null, problems: problems.map((one) => ({ ...one, path: [] })), reliableUpTo: 0 };
}

function isEmptyNode(contents: ParsedNode | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

function describeSyntaxError({ code, message, pos: [offset] }: YAMLParseError): ProblemAtOffset {
  // The text that the parser quotes is not shown: it may be a BGP key, such as one that begins with `|` or `!`.
  const plain =
    code === 'TAG_RESOLVE_FAILED' || code === 'BAD_DIRECTIVE'
      ? 'an invalid tag or directive'
      : message.replace(/(?<! ): .*$|(?<=^Invalid escape sequence) .*$/s, '');
  const [first = '', ...rest] = escapeText(plain);
  return {
    code: 'yaml-syntax',
    message: `not YAML: ${first.toLowerCase()}${rest.join('')}`,
    fix: FIXES[code] ?? 'check that the indentation is consistent and that quotes and brackets are closed',
    offset,
  };
}

const FIXES: { readonly [Code in YAMLParseError['code']]?: string } = {
  TAB_AS_INDENT: 'indent with spaces',
  MISSING_CHAR: 'add it, or put the value in quotes; the mistake can be in an earlier line',
  BAD_INDENT: 'indent it like the lines beside it; a bracket may be open above',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put each key in a line of its own, or the value in quotes',
  MULTILINE_IMPLICIT_KEY: 'check that the line above is complete and that the indentation is consistent',
};

const TOO_LARGE: Problem = {
  code: 'too-large',
  message: `larger than ${LARGEST} characters`,
  fix: 'check that this is the right file: such a file has some kilobytes',
};

const EMPTY: Problem = {
  code: 'empty-file',
  message: 'the file is empty',
  fix: 'start from a file in examples/, or remove it',
};

const SECOND_DOCUMENT: Problem = {
  code: 'several-documents',
  message: 'a second document begins here',
  fix: 'move it to a file of its own',
};

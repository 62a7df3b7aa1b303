import { Composer, isScalar, LineCounter, type ParsedNode, type YAMLParseError } from 'yaml';
import { escapeText } from '../../core/printableText.ts';
import type { Complaint } from '../diagnostic.ts';
import { grow, type Located } from './buildTree.ts';
import { tokenise } from './refusedSyntax.ts';
import type { Place, Spotted } from './sourceNode.ts';

export interface ReadYaml {
  readonly lines: LineCounter;
  /** `null` when there is nothing to judge */
  readonly root: Place | null;
  readonly located: readonly Located[];
  /** up to where the text was certainly understood; infinite without a slip of syntax */
  readonly soundUpTo: number;
}

/** In UTF-16 units. A policy of a thousand owners is a quarter of it. */
const LARGEST = 2_000_000;

/** Reads one document of plain YAML 1.2: maps, lists and scalars. Never throws, whatever the text. */
export function readYaml(text: string): ReadYaml {
  if (text.length > LARGEST) return nothing({ lines: new LineCounter() }, [{ ...TOO_LARGE, offset: 0 }]);
  const source = tokenise(text);
  if (source.tooDeep !== null) return nothing(source, [source.tooDeep]);
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false } as const;
  const [first, second] = new Composer(options).compose(source.tokens, true, text.length);
  const errors = first === undefined ? [] : [...first.errors, ...(second?.errors ?? [])];
  const spotted: Spotted[] = errors.map(syntaxFault);
  if (second !== undefined) spotted.push({ ...SEVERAL, offset: second.range[0] });
  if (first === undefined || isEmpty(first.contents)) {
    // A second document, or what YAML could not read, says more than that nothing was found.
    const empty = spotted.length === 0 && source.refused.length === 0 ? [{ ...EMPTY, offset: 0 }] : spotted;
    return nothing(source, [...empty, ...source.refused]);
  }
  const { root, located } = grow(first.contents, source.refused, source.lines);
  return {
    lines: source.lines,
    root,
    located: [...spotted.map((one) => ({ ...one, path: [] })), ...located],
    soundUpTo: soundUpTo(text, errors),
  };
}

/** Neither the line of the first slip is certain, nor the last that says something before it: it may go on there. */
function soundUpTo(text: string, errors: readonly YAMLParseError[]): number {
  if (errors.length === 0) return Number.POSITIVE_INFINITY;
  const slip = errors.reduce((least, { pos }) => Math.min(least, pos[0]), text.length);
  const lines = text.slice(0, slip).split('\n').slice(0, -1);
  const last = lines.findLastIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.slice(0, Math.max(last, 0)).reduce((length, line) => length + line.length + 1, 0);
}

function nothing({ lines }: { lines: LineCounter }, spotted: readonly Spotted[]): ReadYaml {
  return { lines, root: null, located: spotted.map((one) => ({ ...one, path: [] })), soundUpTo: 0 };
}

function isEmpty(contents: ParsedNode | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

function syntaxFault({ code, message, pos: [offset] }: YAMLParseError): Spotted {
  const [first = '', ...rest] = escapeText(message);
  return {
    code: 'yaml-syntax',
    message: `not YAML: ${first.toLowerCase()}${rest.join('')}`,
    mend: MENDS[code] ?? 'see that indents line up and that quotes and brackets close',
    offset,
  };
}

const MENDS: { readonly [Code in YAMLParseError['code']]?: string } = {
  TAB_AS_INDENT: 'indent with spaces',
  MISSING_CHAR: 'add it, or put the value in quotes; the slip may stand in an earlier line',
  BAD_INDENT: 'indent it like its neighbours; a bracket may be open above',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put each key in a line of its own, or the value in quotes',
  MULTILINE_IMPLICIT_KEY: 'see that the line above ends as it should, and that indents line up',
};

const TOO_LARGE: Complaint = {
  code: 'too-large',
  message: `larger than ${LARGEST} characters`,
  mend: 'a policy is some kilobytes; see that this is the right file',
};

const EMPTY: Complaint = {
  code: 'empty-file',
  message: 'there is nothing in it',
  mend: 'start from a file in examples/, or remove it',
};

const SEVERAL: Complaint = {
  code: 'several-documents',
  message: 'a second document begins here',
  mend: 'put it in a file of its own',
};

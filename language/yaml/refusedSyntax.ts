import { type CST, LineCounter, Parser } from 'yaml';
import type { Problem } from '../diagnostic.ts';
import { spendSteps } from '../stepLimit.ts';
import { findHiddenCharacters } from './hiddenCharacters.ts';
import type { ProblemAtOffset } from './sourceNode.ts';

/** The tokens of a text, and the problems found in them. */
export interface ScannedTokens {
  readonly tokens: readonly CST.Token[];
  readonly lines: LineCounter;
  /** syntax that YAML allows and we do not, by position */
  readonly refused: readonly ProblemAtOffset[];
  /** where the nesting becomes too deep to continue */
  readonly tooDeep: ProblemAtOffset | null;
}

const DEEPEST = 50;

/** Splits YAML into tokens, before anchors, tags and keys are resolved. Never throws. */
export function scanTokens(text: string): ScannedTokens {
  const lines = new LineCounter();
  const tokens = parseTokens(text, lines);
  if (tokens === null) return { tokens: [], lines, refused: [], tooDeep: { offset: 0, ...TOO_DEEP } };
  const refused: ProblemAtOffset[] = [];
  let tooDeep: ProblemAtOffset | null = null;
  const scan = (token: CST.Token, depth: number): void => {
    spendSteps();
    const problem = describeRefusal(token);
    if (problem !== null) refused.push({ offset: token.offset, ...problem });
    if (depth > DEEPEST) {
      if (tooDeep === null || token.offset < tooDeep.offset) tooDeep = { offset: token.offset, ...TOO_DEEP };
      return;
    }
    const below = depth + ('items' in token ? 1 : 0);
    forEachChild(token, (part) => scan(part, below));
  };
  for (const token of tokens) scan(token, 0);
  return {
    tokens,
    lines,
    refused: [...refused, ...findHiddenCharacters(text)].sort((a, b) => a.offset - b.offset),
    tooDeep,
  };
}

/** `null` when the text is nested too deep even for the parser: thousands of levels. */
function parseTokens(text: string, lines: LineCounter): CST.Token[] | null {
  try {
    return [...new Parser(lines.addNewLine).parse(text)];
  } catch (cause) {
    // The call stack was full, and is unwound by now.
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}

/** Calls a function for each token directly inside another one, in the order of the text. */
function forEachChild(token: CST.Token, act: (child: CST.Token) => void): void {
  switch (token.type) {
    case 'document':
      token.start.forEach(act);
      if (token.value) act(token.value);
      break;
    case 'block-map':
    case 'block-seq':
    case 'flow-collection':
      for (const { start, key, sep, value } of token.items) {
        start.forEach(act);
        if (key) act(key);
        sep?.forEach(act);
        if (value) act(value);
      }
      break;
    case 'block-scalar':
      token.props.forEach(act);
      break;
    default:
  }
}

const TOO_DEEP: Problem = {
  code: 'too-deep',
  message: `nested deeper than ${DEEPEST} levels`,
  fix: 'check brackets and indentation: no file needs more than ten levels',
};

/** The text of an anchor, alias, tag or directive is not shown: it may be a BGP key that begins with such a character. */
function describeRefusal(token: CST.Token): Problem | null {
  switch (token.type) {
    case 'anchor':
      return {
        code: 'anchor',
        message: 'an anchor (`&…`) is not allowed here',
        fix: 'remove it and write the value out wherever it is needed, so that each part of the file can be read by itself',
      };
    case 'alias':
      return {
        code: 'alias',
        message: 'an alias (`*…`) is not allowed here',
        fix: 'write the value out here',
      };
    case 'tag':
      return {
        code: 'tag',
        message: 'a tag (`!…`) is not allowed here',
        fix: 'remove it; write a text that looks like a number in quotes',
      };
    case 'directive':
      return {
        code: 'directive',
        message: 'a directive (`%…`) is not allowed',
        fix: 'remove the line; the file is always read as YAML 1.2',
      };
    default:
      return null;
  }
}

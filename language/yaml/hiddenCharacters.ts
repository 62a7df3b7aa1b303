import { CST, Lexer } from 'yaml';
import { quote } from '../../core/printableText.ts';
import type { Problem } from '../diagnostic.ts';
import type { ProblemAtOffset } from './sourceNode.ts';

/** Control and invisible characters, as a class of a regular expression. Variation selectors are not among them: they are part of many signs. */
export const INVISIBLE_CHARACTERS =
  '\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0';
const INVISIBLE = new RegExp(`[${INVISIBLE_CHARACTERS}]`, 'u');

/** The problem with a text that has invisible characters: a reviewer would not see them. */
export function findInvisibleCharacter(value: string): Problem | null {
  if (!INVISIBLE.test(value)) return null;
  return {
    code: 'invisible-character',
    message: `${quote(value)} contains a control or invisible character`,
    fix: 'write it in one line, without the characters shown as `\\u{…}`',
  };
}

/**
 * Finds invisible characters in comments. Comments have no effect on a policy, but a character that reverses the direction of text can
 * make a reviewer read another policy than the compiled one.
 */
export function findHiddenCharacters(text: string): ProblemAtOffset[] {
  // Most files have none anywhere, and then need not be split into tokens once more.
  if (!INVISIBLE.test(text.replaceAll(/\r?\n|\t/g, ' '))) return [];
  const problems: ProblemAtOffset[] = [];
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'comment' && !isScalar) {
      // Tabs are allowed in comments.
      const problem = findInvisibleCharacter(lexeme.replaceAll('\t', ' ').trimEnd());
      if (problem !== null) problems.push({ offset, ...problem });
    }
    // Marker tokens for the start of a document or scalar have no source text, so they do not advance the offset.
    const isMarker = type === 'doc-mode' || type === 'flow-error-end' || lexeme === CST.SCALAR;
    if (!isMarker || isScalar) offset += lexeme.length;
    isScalar = lexeme === CST.SCALAR && !isScalar;
  }
  return problems;
}

import { CST, Lexer } from 'yaml';
import { findInvisibleCharacter } from '../scalarSchemas.ts';
import type { ProblemAtOffset } from './sourceNode.ts';

/**
 * Finds invisible characters in comments. Comments have no effect on a policy, but a character that reverses the direction of text can
 * make a reviewer read another policy than the compiled one.
 */
export function findHiddenCharacters(text: string): ProblemAtOffset[] {
  const spotted: ProblemAtOffset[] = [];
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'comment' && !isScalar) {
      // Tabs are allowed in comments.
      const complaint = findInvisibleCharacter(lexeme.replaceAll('\t', ' ').trimEnd());
      if (complaint !== null) spotted.push({ offset, ...complaint });
    }
    // Marker tokens for the start of a document or scalar have no source text, so they do not advance the offset.
    const isSign = type === 'doc-mode' || type === 'flow-error-end' || lexeme === CST.SCALAR;
    if (!isSign || isScalar) offset += lexeme.length;
    isScalar = lexeme === CST.SCALAR && !isScalar;
  }
  return spotted;
}

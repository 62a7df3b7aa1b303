import { CST, Lexer } from 'yaml';
import { findInvisibleCharacter } from '../scalarSchemas.ts';
import type { ProblemAtOffset } from './sourceNode.ts';

/**
 * Comments in which something cannot be seen: they decide nothing, but with a turned direction a reviewer reads another policy than
 * the one that is compiled.
 */
export function findHiddenCharacters(text: string): ProblemAtOffset[] {
  const spotted: ProblemAtOffset[] = [];
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'comment' && !isScalar) {
      // A tab may stand in a comment.
      const complaint = findInvisibleCharacter(lexeme.replaceAll('\t', ' ').trimEnd());
      if (complaint !== null) spotted.push({ offset, ...complaint });
    }
    // What says that a document or a scalar begins stands for no text.
    const isSign = type === 'doc-mode' || type === 'flow-error-end' || lexeme === CST.SCALAR;
    if (!isSign || isScalar) offset += lexeme.length;
    isScalar = lexeme === CST.SCALAR && !isScalar;
  }
  return spotted;
}

import { stripVTControlCharacters } from 'node:util';

/** What a person copies into a shell: it stays one line, whatever the width. */
const COMMAND = /(?:osc )?aws [a-z]/;
const AT_START = new RegExp(`^\\s*${COMMAND.source}`);
const AFTER_WORDS = new RegExp(`(?<=: )${COMMAND.source}`);

/**
 * Wraps long lines between words, so that a terminal does not cut words in two. A continued line is indented by two more spaces than
 * what it continues.
 * @param columns how wide the terminal is
 */
export function wrapped(text: string, columns: number): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split('\n')
    .flatMap((line) => fitLine(line, columns))
    .join('\n');
}

function fitLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  if (AT_START.test(stripVTControlCharacters(line))) return [line];
  const at = AFTER_WORDS.exec(line)?.index ?? null;
  if (at === null) return wrap(line, columns);
  return [...wrap(line.slice(0, at).trimEnd(), columns), `${indentOf(line)}  ${line.slice(at)}`];
}

function wrap(line: string, columns: number): string[] {
  const indent = `${indentOf(line)}  `;
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S)(?= )/)) {
    if (current === '' || widthOf(current + word) <= columns) current += word;
    else {
      lines.push(current);
      current = indent + word.trimStart();
    }
  }
  return [...lines, current];
}

function indentOf(line: string): string {
  return /^ */.exec(stripVTControlCharacters(line))?.[0] ?? '';
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

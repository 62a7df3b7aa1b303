import type { Place } from '../yaml/sourceNode.ts';

/** One entry of a map, as YAML in one line and in several. */
export interface Entry {
  readonly key: string;
  readonly flow: string;
  /** below the key, without indentation */
  readonly block: readonly string[];
}

/** The text with one more entry at the end of a map; everything else stays as it is. */
export function inserted(text: string, map: Place, entry: Entry): string {
  return text[map.start] === '{' ? intoFlow(text, map, entry) : intoBlock(text, map, entry);
}

function intoFlow(text: string, { end }: Place, { key, flow }: Entry): string {
  const before = text.slice(0, end).trimEnd();
  if (!before.endsWith('}')) throw new Error('a map in braces ends with a brace');
  const inside = before.slice(0, -1).trimEnd();
  const comma = inside.endsWith('{') || inside.endsWith(',') ? '' : ',';
  return `${inside}${comma} ${key}: ${flow} }${text.slice(before.length)}`;
}

function intoBlock(text: string, map: Place, { key, block }: Entry): string {
  // Behind whatever follows the last value in its line, such as a comment.
  const last = text.slice(0, map.end).trimEnd().length;
  const end = text.indexOf('\n', last);
  const at = end === -1 ? text.length : end;
  const indent = ' '.repeat(map.start - (text.lastIndexOf('\n', map.start - 1) + 1));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text.slice(0, at).replace(/\r$/, '');
  const lines = [`${indent}${key}:`, ...block.map((line) => `${indent}  ${line}`)];
  const after = text.slice(at);
  return `${before}${newline}${lines.join(newline)}${after === '' ? newline : after.startsWith('\n') && newline === '\r\n' ? `\r${after}` : after}`;
}

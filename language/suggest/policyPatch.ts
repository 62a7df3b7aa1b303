import type { SourceNode } from '../yaml/sourceNode.ts';

/** How many lines of context a patch shows before and after a change. */
const CONTEXT = 3;

/** The change of a text as a unified diff of one hunk, for `git apply` and `patch -p1`. */
export function unifiedDiff(path: string, old: string, now: string): string {
  // A name with a space ends in a tab, because patch would read the rest of it as a date.
  const name = path.includes(' ') ? `${path}\t` : path;
  const [before, after] = [splitLines(old), splitLines(now)];
  const head = commonLength(before, after);
  const tail = Math.min(
    commonLength(before.toReversed(), after.toReversed()),
    before.length - head,
    after.length - head,
  );
  const from = Math.max(0, head - CONTEXT);
  const end = (lines: readonly string[]): number => Math.min(lines.length, lines.length - tail + CONTEXT);
  const [oldEnd, newEnd] = [end(before), end(after)];
  return [
    `--- a/${name}`,
    `+++ b/${name}`,
    `@@ -${from + 1},${oldEnd - from} +${from + 1},${newEnd - from} @@`,
    ...before.slice(from, head).map((line) => ` ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `-${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+${line}`),
    ...before.slice(before.length - tail, oldEnd).map((line) => ` ${line}`),
  ]
    .map((line) => `${line}\n`)
    .join('')
    .replaceAll(`${NO_END}\n`, '\n\\ No newline at end of file\n');
}

/** Marks a last line without a line end. */
const NO_END = '\u{0}';

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}${NO_END}`];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, i) => line !== b[i]);
  return differs === -1 ? Math.min(a.length, b.length) : differs;
}

/** An entry of a map, as YAML in one line and in several. */
export interface MapEntry {
  readonly key: string;
  readonly flow: string;
  /** below the key, without indentation */
  readonly block: readonly string[];
}

/** Adds an entry at the end of a map and leaves the rest of the text unchanged. */
export function insertEntry(text: string, map: SourceNode, entry: MapEntry): string {
  return text[map.start] === '{' ? insertIntoFlow(text, map, entry) : insertIntoBlock(text, map, entry);
}

/** Adds an item at the end of a list and leaves the rest of the text unchanged. @param item in one line, and in several */
export function insertItem(text: string, list: SourceNode, item: Omit<MapEntry, 'key'>): string {
  return text[list.start] === '['
    ? insertIntoBrackets(text, list, item.flow)
    : insertLines(text, list, item.block);
}

function insertIntoFlow(text: string, map: SourceNode, { key, flow }: MapEntry): string {
  return insertIntoBrackets(text, map, `${key}: ${flow}`);
}

/** Adds an entry before the closing bracket of a map or a list. */
function insertIntoBrackets(text: string, { start, end }: SourceNode, entry: string): string {
  const [open = '', close = ''] = text[start] === '{' ? '{}' : '[]';
  const before = text.slice(0, end).trimEnd();
  if (!before.endsWith(close)) throw new Error(`what begins with ${open} ends with ${close}`);
  const inside = before.slice(0, -1).trimEnd();
  const comma = inside.endsWith(open) || inside.endsWith(',') ? '' : ',';
  return `${inside}${comma} ${entry} ${close}${text.slice(before.length)}`;
}

function insertIntoBlock(text: string, map: SourceNode, { key, block }: MapEntry): string {
  return insertLines(text, map, [`${key}:`, ...block.map((line) => `  ${line}`)]);
}

/** Adds lines after the last line of a node, indented like it. */
function insertLines(text: string, node: SourceNode, added: readonly string[]): string {
  // After everything that follows the last value in its line, such as a comment.
  const last = text.slice(0, node.end).trimEnd().length;
  const end = text.indexOf('\n', last);
  const at = end === -1 ? text.length : end;
  const indent = ' '.repeat(node.start - (text.lastIndexOf('\n', node.start - 1) + 1));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text.slice(0, at).replace(/\r$/, '');
  const lines = added.map((line) => `${indent}${line}`);
  const after = text.slice(at);
  return `${before}${newline}${lines.join(newline)}${after === '' ? newline : after.startsWith('\n') && newline === '\r\n' ? `\r${after}` : after}`;
}

/** Lines before and after a change that a patch shows. */
const CONTEXT = 3;

/** What becomes of one text, as a unified diff of one hunk that `git apply` and `patch -p1` take. */
export function unifiedDiff(path: string, old: string, now: string): string {
  // A name with a blank ends in a tab, or a date would be looked for in it.
  const name = path.includes(' ') ? `${path}\t` : path;
  const [before, after] = [linesOf(old), linesOf(now)];
  const head = shared(before, after);
  const tail = Math.min(
    shared(before.toReversed(), after.toReversed()),
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

/** Marks a last line without its end. */
const NO_END = '\u{0}';

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}${NO_END}`];
}

function shared(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, i) => line !== b[i]);
  return differs === -1 ? Math.min(a.length, b.length) : differs;
}

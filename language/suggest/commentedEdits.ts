import { compilePolicy } from '../compilePolicies.ts';
import type { SourceFile } from '../readDocument.ts';

/** An edit that a person may choose: what it is for, and the whole text of the file after it. */
export interface CommentedEdit {
  /** without line breaks */
  readonly heading: string;
  readonly text: string;
}

/**
 * Adds edits to a policy as comments, one below the other: a person chooses one and removes its `# `. The new text means what the old one
 * means.
 * @returns `null` when the edits cannot be written as comments in this file
 */
export function insertComments(source: SourceFile, edits: readonly CommentedEdit[]): string | null {
  const before = compilePolicy(source);
  const changes = edits.map(({ heading, text }) => ({ heading, change: findChange(source.text, text) }));
  const [first] = changes;
  if (!before.ok || first === undefined) return null;
  const lines = source.text.split('\n');
  const at = Math.max(...changes.map(({ change }) => change.at + change.removed.length));
  const newline = source.text.includes('\r\n') ? '\r' : '';
  const comments = changes.flatMap(({ heading, change }) => formatComment(heading, change));
  const text = [
    ...lines.slice(0, at),
    ...comments.map((line) => `${line}${newline}`),
    ...lines.slice(at),
  ].join('\n');
  const after = compilePolicy({ file: source.file, text });
  // Fail closed: a file of comments that let somebody in, or shut somebody out, is no proposal.
  return after.ok && after.digest === before.digest ? text : null;
}

/** The lines that an edit replaces. */
interface LineChange {
  readonly at: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function findChange(old: string, now: string): LineChange {
  const [before, after] = [withLastLine(old), withLastLine(now)];
  const head = commonLength(before, after);
  const tail = Math.min(
    commonLength(before.toReversed(), after.toReversed()),
    before.length - head,
    after.length - head,
  );
  return {
    at: head,
    removed: before.slice(head, before.length - tail),
    added: after.slice(head, after.length - tail),
  };
}

/** The lines of a text, whose last one is empty also in a file without a final line end. */
function withLastLine(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.at(-1) === '' ? lines : [...lines, ''];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, i) => line !== b[i]);
  return differs === -1 ? Math.min(a.length, b.length) : differs;
}

function formatComment(heading: string, { removed, added }: LineChange): string[] {
  const indent = Math.min(...added.filter((line) => line !== '').map((line) => line.search(/\S/)));
  const margin = ' '.repeat(Number.isFinite(indent) ? indent : 0);
  const place = removed.length === 0 ? '' : `, instead of the ${removed.length} line(s) above`;
  return [
    `${margin}# ${heading}${place}:`,
    ...added.map((line) => `${margin}# ${line.slice(margin.length)}`.trimEnd()),
  ];
}

import { visible } from '../../core/printableText.ts';
import type { DiffDocument } from '../diff/diffDocument.ts';
import { sectionsOf, verdictOf } from '../diff/diffText.ts';

/** A diff as a comment on a pull request. What stands in it word by word stands in fences that nothing in it closes. */
export function diffMarkdown(diff: DiffDocument): string {
  const sections = sectionsOf(diff).flatMap(({ title, opens, items }) => [
    `**${title}**${opens ? ' ⚠' : ''}`,
    fenced(items.flat().join('\n')),
  ]);
  return [
    `### Policy of ${codeOf(diff.new.file)}`,
    verdictOf(diff),
    ...sections,
    `<sub>digest ${codeOf(diff.old.digest)} → ${codeOf(diff.new.digest)}, as of ${diff.at}</sub>`,
  ].join('\n\n');
}

/** Text as it is, whatever is in it. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** File names come from whoever wrote the change: one must neither end the code early nor begin a line. */
export function codeOf(text: string): string {
  return `\`${visible(text.replaceAll('`', "'"))}\``;
}

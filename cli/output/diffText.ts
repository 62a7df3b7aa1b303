import type { DiffDocument } from '../diff/document.ts';
import { sectionsOf, verdictOf } from './diff.ts';
import type { Paint } from './paint.ts';

/** A diff for a terminal. */
export function describeDiff(diff: DiffDocument, paint: Paint): string {
  const { old, new: now, opens } = diff;
  const sections = sectionsOf(diff).map(({ title, opens: lets, items }) =>
    [
      (lets ? paint.warn : paint.faint)(title),
      ...items.flatMap(([first = '', ...others]) => [`  ${first}`, ...others.map((line) => `  ${line}`)]),
    ].join('\n'),
  );
  const verdict = (opens ? paint.bad : paint.good)(verdictOf(diff));
  return [`${old.file} → ${now.file}`, ...sections, verdict].join('\n\n');
}

/** The same as a comment on a pull request. What stands in it word by word stands in fences that nothing in it closes. */
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

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** File names are the caller's own; a backtick in one would only end the code early. */
function codeOf(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

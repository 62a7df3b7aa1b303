import type { DiffDocument } from '../diff/diffDocument.ts';
import { sectionsOf, verdictOf } from '../diff/diffText.ts';
import type { Paint } from './paint.ts';
import { wrapped } from './wrapped.ts';

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
  return wrapped([`${old.file} → ${now.file}`, ...sections, verdict].join('\n\n'), paint.columns);
}

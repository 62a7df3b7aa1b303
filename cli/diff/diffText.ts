import { escapeInvisible, escapeText } from '../../core/printableText.ts';
import { type Paint, wrapLines } from '../output/terminal.ts';
import type { ChangeDocument, DiffDocument, PendingDocument } from './diffDocument.ts';

/** A diff as a comment on a pull request. What stands in it word by word stands in fences that nothing in it closes. */
export function diffMarkdown(diff: DiffDocument): string {
  const sections = buildSections(diff).flatMap(({ title, opens, items }) => [
    `**${title}**${opens ? ' ⚠' : ''}`,
    fenceMarkdown(items.flat().join('\n')),
  ]);
  return [
    `### Policy of ${markdownCode(diff.new.file)}`,
    describeVerdict(diff),
    ...sections,
    `<sub>digest ${markdownCode(diff.old.digest)} → ${markdownCode(diff.new.digest)}, as of ${diff.at}</sub>`,
  ].join('\n\n');
}

/** Text as it is, whatever is in it. */
export function fenceMarkdown(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** File names come from whoever wrote the change: one must neither end the code early nor begin a line. */
export function markdownCode(text: string): string {
  return `\`${escapeInvisible(text.replaceAll('`', "'"))}\``;
}

/** A diff for a terminal. */
export function describeDiff(diff: DiffDocument, paint: Paint): string {
  const { old, new: now, opens } = diff;
  const sections = buildSections(diff).map(({ title, opens: lets, items }) =>
    [
      (lets ? paint.warn : paint.faint)(title),
      ...items.flatMap(([first = '', ...others]) => [`  ${first}`, ...others.map((line) => `  ${line}`)]),
    ].join('\n'),
  );
  const verdict = (opens ? paint.bad : paint.good)(describeVerdict(diff));
  return wrapLines([`${old.file} → ${now.file}`, ...sections, verdict].join('\n\n'), paint.columns);
}

/** Part of a diff: what it is about, and a line or more of each thing in it. */
interface Section {
  readonly title: string;
  /** whether it lets anything in */
  readonly opens: boolean;
  readonly items: readonly (readonly string[])[];
}

const KINDS = [
  { kind: 'added', title: 'become acceptable', opens: true },
  { kind: 'moved', title: 'get another gateway', opens: true },
  { kind: 'removed', title: 'are no longer acceptable', opens: false },
] as const;

/** The diff in parts, those with nothing in them left out; of each line everything is safe to print. */
function buildSections({ changes, limits, pending, notes }: DiffDocument): Section[] {
  const ofKinds = KINDS.map(({ kind, title, opens }) => ({
    title: `Requests that ${title}`,
    opens,
    items: changes.filter((change) => change.kind === kind).map(changeLines),
  }));
  const ofLimits = (['looser', 'tighter'] as const).map((effect) => ({
    title: `Limits that are ${effect}`,
    opens: effect === 'looser',
    items: limits
      .filter((limit) => limit.effect === effect)
      .map(({ owner, grant, old, new: now }) => [
        `${grant === null ? owner : `${owner}.${grant}`}: ${limitWords(effect, old, now)}`,
      ]),
  }));
  const sections: Section[] = [
    { title: 'To know first', opens: false, items: notes.map((note) => [note]) },
    ...ofKinds,
    ...ofLimits,
    ...(pending === null ? [] : [pendingSection(pending)]),
  ];
  return sections.filter(({ items }) => items.length > 0);
}

/** The same number may count more, or less, than before. */
function limitWords(effect: 'looser' | 'tighter', old: number | null, now: number | null): string {
  if (old !== now) return `${old ?? 'none'} → ${now ?? 'none'}`;
  return `${now ?? 'none'}, of ${effect === 'looser' ? 'less' : 'more'} than before`;
}

function describeVerdict({ opens, changes, limits, notes }: DiffDocument): string {
  if (opens) return 'The new policy lets in what the old one does not: a second pair of eyes should see why.';
  return changes.length + limits.length + notes.length === 0
    ? 'The policies accept the same, for the same gateways.'
    : 'Nothing becomes newly acceptable.';
}

function changeLines({ owner, grant, gateways, requestSet, witness }: ChangeDocument): string[] {
  const to = [gateways.old, gateways.new].filter((gateway) => gateway !== null).join(' ⇒ ');
  return [
    `${owner}.${grant} on ${requestSet.on}: ${requestSet.fields.join(', ')} → ${to}`,
    ...requestSet.except.map((one) => `  except ${one}`),
    `  such as ${witness.words}`,
  ];
}

function pendingSection({ evaluated, unchecked, changed }: PendingDocument): Section {
  const items = changed.map(({ id, words, old, new: now }) => [
    `${escapeText(id)}: ${old} → ${now}`,
    `  ${words}`,
  ]);
  const none = [`none of ${evaluated} that are pending is decided otherwise`];
  return {
    title: 'Requests that are pending now',
    opens: changed.some(({ opens }) => opens),
    items: [...(items.length > 0 ? items : [none]), ...unchecked.map((one) => [`not checked: ${one}`])],
  };
}

import { escapeInvisible, escapeText, formatFirst } from '../../core/printableText.ts';
import { type Paint, wrapLines } from '../output/terminal.ts';
import type { ChangeDocument, DiffDocument, PendingDocument } from './diffDocument.ts';

/** Formats a diff for a terminal. */
export function describeDiff(diff: DiffDocument, paint: Paint): string {
  const { old, new: now, opens } = diff;
  const sections = buildSections(diff).map(({ title, opens: isOpening, items }) =>
    [
      (isOpening ? paint.warn : paint.faint)(title),
      ...items.flatMap(([first = '', ...others]) => [`  ${first}`, ...others.map((line) => `  ${line}`)]),
    ].join('\n'),
  );
  const verdict = (opens ? paint.bad : paint.good)(describeVerdict(diff));
  return wrapLines([`${old.file} → ${now.file}`, ...sections, verdict].join('\n\n'), paint.columns);
}

/** Formats a diff as a comment on a pull request. Quoted text is in code fences that it cannot close. */
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

/** Puts text into a code fence that is longer than any in the text, so that the text cannot close it. */
export function fenceMarkdown(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Formats a file name as inline code. The author of the change chose it: it must neither end the code nor begin a line. */
export function markdownCode(text: string): string {
  return `\`${escapeInvisible(text.replaceAll('`', "'"))}\``;
}

/** A part of a diff: its title, and one or more lines per item. */
interface Section {
  readonly title: string;
  /** whether an item accepts more than before */
  readonly opens: boolean;
  readonly items: readonly (readonly string[])[];
}

const KINDS = [
  { kind: 'added', title: 'become acceptable', opens: true },
  { kind: 'moved', title: 'get another gateway', opens: true },
  { kind: 'removed', title: 'are no longer acceptable', opens: false },
] as const;

/** Splits a diff into its non-empty sections. Every line is safe to print. */
function buildSections({ changes, limits, pending, notes }: DiffDocument): Section[] {
  const changeSections = KINDS.map(({ kind, title, opens }) => ({
    title: `Requests that ${title}`,
    opens,
    items: changes.filter((change) => change.kind === kind).map(formatChange),
  }));
  const limitSections = (['looser', 'tighter'] as const).map((effect) => ({
    title: `Limits that become ${effect}`,
    opens: effect === 'looser',
    items: formatLimits(limits.filter((limit) => limit.effect === effect)),
  }));
  const sections: Section[] = [
    { title: 'Notes', opens: false, items: notes.map((note) => [note]) },
    ...changeSections,
    ...limitSections,
    ...(pending === null ? [] : [buildPendingSection(pending)]),
  ];
  return sections.filter(({ items }) => items.length > 0);
}

type ChangedLimits = DiffDocument['limits'];

/** A line for each changed limit, and one for all that only count other interfaces on shared connections: a carrier has many customers. */
function formatLimits(limits: ChangedLimits): string[][] {
  const nameOf = ({ owner, grant }: ChangedLimits[number]): string =>
    grant === null ? owner : `${owner}.${grant}`;
  const attributed = limits.filter((limit) => limit.attributed);
  const more = attributed[0]?.effect === 'looser' ? 'fewer' : 'more';
  return [
    ...limits
      .filter((limit) => !limit.attributed)
      .map((limit) => [`${nameOf(limit)}: ${describeLimit(limit)}`]),
    ...(attributed.length === 0
      ? []
      : [
          [
            `${formatFirst(attributed.map(nameOf), 10)}: ${more} interfaces on shared connections count than before, because pins there changed`,
          ],
        ]),
  ];
}

/** Describes a changed limit. A limit with the same number may still apply to more, or fewer, requests than before. */
function describeLimit({ effect, old, new: now }: ChangedLimits[number]): string {
  if (old !== now) return `${old ?? 'none'} → ${now ?? 'none'}`;
  return `${now ?? 'none'}, but applies to ${effect === 'looser' ? 'fewer' : 'more'} requests than before`;
}

function describeVerdict({ opens, changes, limits, notes }: DiffDocument): string {
  if (opens)
    return 'The new policy accepts requests that the old one does not: a second person should review why.';
  return changes.length + limits.length + notes.length === 0
    ? 'Both policies accept the same requests, for the same gateways.'
    : 'Nothing becomes newly acceptable.';
}

function formatChange({ owner, grant, gateways, requestSet, example }: ChangeDocument): string[] {
  const to = [gateways.old, gateways.new].filter((gateway) => gateway !== null).join(' ⇒ ');
  return [
    `${owner}.${grant} on ${requestSet.on}: ${requestSet.fields.join(', ')} → ${to}`,
    ...requestSet.except.map((one) => `  except ${one}`),
    `  example: ${example.words}`,
  ];
}

function buildPendingSection({ evaluated, unchecked, changed }: PendingDocument): Section {
  const items = changed.map(({ id, words, old, new: now }) => [
    `${escapeText(id)}: ${old} → ${now}`,
    `  ${words}`,
  ]);
  const none = [`none of ${evaluated} pending requests is decided differently`];
  return {
    title: 'Requests pending now',
    opens: changed.some(({ opens }) => opens),
    items: [...(items.length > 0 ? items : [none]), ...unchecked.map((one) => [`not checked: ${one}`])],
  };
}

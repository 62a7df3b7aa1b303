import { VERIFY } from '../../core/operatorAdvice.ts';
import { escapeText, visible } from '../../core/printableText.ts';
import { type Suggestion, wordsOfRequest } from '../../language/index.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import type { Paint } from './paint.ts';

type Patch = Extract<Suggestion, { kind: 'patch' }>;

/**
 * What is printed beside a suggested patch: for whom it is, what to confirm first, and what it does not say.
 * @param folder where `git apply` must run; `null`: here
 */
export function describeSuggestion(
  suggestion: Suggestion,
  read: ReadRequest,
  folder: string | null,
  paint: Paint,
): string {
  const { request, deadline } = read;
  const about = `${escapeText(request.id)}: ${wordsOfRequest({ request })}`;
  const warnings = warningsOn(suggestion, read, folder, paint);
  switch (suggestion.kind) {
    case 'accepted':
      return `${about}\n${paint.good('nothing to edit:')} \`${suggestion.owner}.${suggestion.grant}\` accepts it`;
    case 'none':
      return [about, ...warnings].join('\n');
    case 'patch':
      return [
        about,
        `expires: ${deadlineWords(deadline)}`,
        ...warnings,
        `The patch lets in what has all of the values that it names, one at a time, until ${suggestion.until}; it is not applied. Then: ` +
          'policy check, policy diff.',
      ].join('\n');
    default:
      return suggestion satisfies never;
  }
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w/.,:@%+-]+$/.test(text) ? text : `'${visible(text).replaceAll("'", `'\\''`)}'`;
}

/** The part of it that a person must see, whatever reads the rest. */
export function warningsOn(
  suggestion: Suggestion,
  { assumed, absent }: ReadRequest,
  folder: string | null,
  paint: Paint,
): string[] {
  if (suggestion.kind === 'accepted') return [];
  if (suggestion.kind === 'none')
    return [paint.bad('no edit to suggest:'), ...suggestion.why.map((why) => `  ${why}`)];
  return [
    ...assumed.map((one) => `assumed: ${one}`),
    ...unpinned(suggestion, absent, paint),
    ...confirmations(suggestion, paint),
    ...(folder === null
      ? []
      : [`The file is not below this folder: apply the patch with \`git -C ${shellWord(folder)} apply\`.`]),
  ];
}

/** What cannot be demanded, a line each: the grant is as much wider. */
function unpinned(suggestion: Patch, absent: ReadRequest['absent'], paint: Paint): string[] {
  const fields = suggestion.unpinned;
  const lines = fields.map(({ field, why }) => `${paint.warn('not pinned:')} ${field}, as ${why}`);
  return fields.some(({ field }) => absent.has(field))
    ? [
        ...lines,
        '  what `describe-virtual-interfaces` answers, and what `status --json` shows when the API answers, has all that there is',
      ]
    : lines;
}

function confirmations({ isNewOwner, owner, gateway }: Patch, paint: Paint): string[] {
  if (!isNewOwner)
    return [
      `${paint.warn('confirm first:')} with owner \`${owner}\`, that they asked for this, and gateway \`${gateway}\``,
    ];
  return [
    `${paint.warn(`${VERIFY}:`)} no owner in the policy has this connection`,
    '  - whose the connection is: the provider, or a contract, says so; its name, VLAN, ASN, addresses and tags are the',
    "    requester's own words and prove nothing",
    '  - that they asked for this interface, with these values',
    `  - that gateway \`${gateway}\` is what they are to reach`,
    '  Then give the owner its name, and its `account` where you know it.',
  ];
}

function deadlineWords(deadline: ReadRequest['deadline']): string {
  if (deadline === null || deadline.latest === null) return 'the file does not say; `status` does';
  return deadline.earliest === null
    ? `at ${deadline.latest} at the latest; it may be at any moment`
    : `between ${deadline.earliest} and ${deadline.latest}`;
}
